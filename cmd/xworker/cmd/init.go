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
	"time"

	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

// measureTime is how long init measures each thing.
const measureTime = time.Second

// newHome is what init prints.
type newHome struct {
	Home    string `json:"home"`
	Address string `json:"address"`
	PeerID  string `json:"peer_id"`
	// Claims and Measured are absent where nothing was measured.
	Claims   *config.Claims  `json:"claims,omitempty"`
	Measured *measure.Report `json:"measured,omitempty"`
}

func initCommand(g *globals) *cobra.Command {
	c := config.Default()
	var skip bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make a home: a signer key, a configuration, and what this machine can claim",
		Long: `Makes the signer's key and the configuration in the home. The key is the daemon's
account and its identity in the peer-to-peer network at once; it owns nothing of
the operator's. A key that is there is kept.

Then it measures the machine for some seconds and writes what it can claim into
the configuration, [claims]: nine tenths of the processors that this process may
use, half of the memory, the free disk less a tenth (and 10 GiB at least), all GPUs
that xworker-gpu finds. Look at it and change it before ` + "`xworker register`" + `: the chain
gives work for what is proved. Bandwidth is not measured; add it if you know it.`,
		Example: `  xworker init --chain-id openmesh-local --node 127.0.0.1:9090
  xworker init --home ~/xnode-2 --chain-id openmesh-local --listen /ip4/0.0.0.0/tcp/4101
  xworker init --chain-id openmesh-local --no-measure --max-running 0`,
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
			out := newHome{Home: g.home, Address: signer.Account(), PeerID: signer.PeerID().String()}
			var notes []string
			if !skip {
				report, claims, told, err := g.measure(cmd, c)
				if err != nil {
					return fmt.Errorf("%w (--no-measure makes the home without)", err)
				}
				claims.Region = c.Claims.Region
				c.Claims, notes = claims, told
				out.Claims, out.Measured = &claims, &report
			}
			if err := config.Write(g.home, c); err != nil {
				return err
			}
			return g.print(cmd.OutOrStdout(), out, func(w io.Writer) { out.write(w, path, notes) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Chain.ChainID, "chain-id", "", "id of the chain")
	f.StringSliceVar(&c.Chain.Nodes, "node", c.Chain.Nodes, "gRPC address of an opend node; may be repeated")
	f.StringSliceVar(&c.Host.Listen, "listen", c.Host.Listen, "multiaddr to listen on for peers; may be repeated")
	f.StringSliceVar(&c.Host.Announce, "announce", c.Host.Announce, "multiaddr that others are told instead, behind a port forwarding; may be repeated")
	f.StringVar(&c.API.GRPC, "grpc", c.API.GRPC, "address of the gRPC API")
	f.StringVar(&c.API.REST, "rest", c.API.REST, "address of REST, health and metrics")
	f.IntVar(&c.Tasks.MaxRunning, "max-running", c.Tasks.MaxRunning, "programs that run at once")
	f.DurationVar(&c.Chain.PollInterval, "poll-interval", c.Chain.PollInterval, "how often the newest block is asked for")
	f.StringVar(&c.Claims.Region, "region", "", "place of this machine, such as eu-west-1")
	f.BoolVar(&skip, "no-measure", false, "do not measure the machine: [claims] stays empty")
	if err := cmd.MarkFlagRequired("chain-id"); err != nil {
		panic(err) // the flag is some lines above
	}
	return cmd
}

// measure measures the machine, keeps the report in the home, and proposes claims.
func (g *globals) measure(cmd *cobra.Command, c config.Config) (measure.Report, config.Claims, []string, error) {
	say := func(what string) {
		if !g.json() {
			fmt.Fprintf(cmd.ErrOrStderr(), "measuring: %s...\n", what)
		}
	}
	say("what this machine has")
	report, m := measure.Look(cmd.Context(), plotDir(c, g.home), gpuProgram(c))
	if err := report.Measure(cmd.Context(), measureTime, say); err != nil {
		return report, config.Claims{}, nil, err
	}
	if err := report.Write(g.home); err != nil {
		return report, config.Claims{}, nil, err
	}
	var notes []string
	claims := measure.Propose(report, m)
	if claims.StorageBytes == 0 {
		notes = append(notes, fmt.Sprintf("no storage is proposed: %.1f GiB are free in %s, of kind %q", float64(report.StorageBytes)/(1<<30), g.home, report.Storage))
	}
	if m.GPUsSeen > len(m.GPUs) {
		notes = append(notes, fmt.Sprintf("the driver knows %d GPUs, but %s is not installed beside xworker", m.GPUsSeen, gpu.ProgramName))
	}
	return report, claims, append(notes, m.Unknown...), nil
}

func (m newHome) write(w io.Writer, path string, notes []string) {
	fmt.Fprintf(w, "home     %s\naddress  %s\npeer id  %s\n", m.Home, m.Address, m.PeerID)
	if m.Measured != nil {
		fmt.Fprintf(w, "measured %.1f million SHA-256 steps a second on %d lanes, %s a second of plot\n",
			float64(m.Measured.CPU.Steps)/1e6, m.Measured.CPU.Lanes, bytesText(m.Measured.PlotBytesPerSecond))
		fmt.Fprintf(w, "claims   %s\n", hardware(claimed(*m.Claims)))
	}
	for _, n := range notes {
		fmt.Fprintf(w, "note     %s\n", n)
	}
	if m.Measured != nil {
		fmt.Fprintf(w, "\nLook at [claims] in %s, then: xworker register --home %s --operator <key> --bond <coins>\n", path, m.Home)
	}
}
