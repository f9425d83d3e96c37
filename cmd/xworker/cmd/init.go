// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

func initCommand(g *globals) *cobra.Command {
	c := config.Default()
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make a home: a signer key and a configuration",
		Long: `Makes the signer's key and the configuration in the home. The key is the daemon's
account and its identity in the peer-to-peer network at once; it owns nothing of
the operator's. A key that is there is kept.`,
		Example: `  xworker init --chain-id openmesh-local --node 127.0.0.1:9090
  xworker init --home ~/xnode-2 --chain-id openmesh-local --listen /ip4/0.0.0.0/tcp/4101`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := c.Validate(); err != nil {
				return err
			}
			if err := os.MkdirAll(g.home, 0o700); err != nil {
				return err
			}
			path := filepath.Join(g.home, config.File)
			if _, err := os.Stat(path); err == nil {
				return fmt.Errorf("%s is there already: edit it, or choose another --home", path)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			signer, err := keys.LoadOrCreate(filepath.Join(g.home, worker.SignerFile))
			if err != nil {
				return err
			}
			if err := config.Write(g.home, c); err != nil {
				return err
			}
			out := map[string]string{"home": g.home, "address": signer.Account(), "peer_id": signer.PeerID().String()}
			return g.print(cmd.OutOrStdout(), out, func(w io.Writer) {
				fmt.Fprintf(w, "home     %s\naddress  %s\npeer id  %s\n", g.home, signer.Account(), signer.PeerID())
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Chain.ChainID, "chain-id", "", "id of the chain")
	f.StringSliceVar(&c.Chain.Nodes, "node", c.Chain.Nodes, "gRPC address of an opend node; may be repeated")
	f.StringSliceVar(&c.Host.Listen, "listen", c.Host.Listen, "multiaddr to listen on for peers; may be repeated")
	f.StringVar(&c.API.GRPC, "grpc", c.API.GRPC, "address of the gRPC API")
	f.StringVar(&c.API.REST, "rest", c.API.REST, "address of REST, health and metrics")
	f.IntVar(&c.Tasks.MaxRunning, "max-running", c.Tasks.MaxRunning, "programs that run at once")
	f.DurationVar(&c.Chain.PollInterval, "poll-interval", c.Chain.PollInterval, "how often the newest block is asked for")
	if err := cmd.MarkFlagRequired("chain-id"); err != nil {
		panic(err) // the flag is three lines above
	}
	return cmd
}
