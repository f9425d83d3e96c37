// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

// registerTimeout bounds the wait for the registration's block.
const registerTimeout = 2 * time.Minute

func registerCommand(g *globals) *cobra.Command {
	var operator, backend, dir, bond, allowance string
	var gasPrice, seatFee int64
	card := chain.CardOptions{Claim: machine()}
	cmd := &cobra.Command{
		Use:   "register",
		Short: "Put this machine on the chain as an Xnode",
		Long: `Signs, with the operator's key out of a keyring, one transaction that bonds coins,
registers this home's signer as the operator's Xnode, and grants the signer fees
for the daemon's messages. The operator's key is not needed on the machine after
that. What is claimed defaults to what this machine has.`,
		Example: `  xworker register --operator alice --bond 100000000uopen
  xworker register --operator alice --keyring-backend file --bond 100000000uopen --cpu-millis 4000 --region eu-west`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := g.made(); err != nil {
				return err
			}
			cfg, err := config.Load(g.home, nil)
			if err != nil {
				return err
			}
			if err := cfg.Validate(); err != nil {
				return err
			}
			signer, err := keys.Load(filepath.Join(g.home, worker.SignerFile))
			if err != nil {
				return err
			}
			if len(card.Endpoints) == 0 {
				if card.Endpoints, err = endpoints(cfg.Host, signer); err != nil {
					return err
				}
			}
			card.GasPrice, card.SeatFee = math.NewInt(gasPrice), math.NewInt(seatFee)
			r := chain.Registration{Card: card.Card()}
			if bond != "" {
				if r.Bond, err = sdk.ParseCoinNormalized(bond); err != nil {
					return fmt.Errorf("--bond: %w", err)
				}
			}
			if allowance != "" {
				if r.FeeAllowance, err = sdk.ParseCoinNormalized(allowance); err != nil {
					return fmt.Errorf("--fee-allowance: %w", err)
				}
			}
			key, err := chain.KeyringKey(dir, backend, operator, os.Stdin)
			if err != nil {
				return err
			}
			client, err := chain.Dial(cfg.Chain.ChainID, cfg.Chain.Nodes)
			if err != nil {
				return err
			}
			defer client.Close()
			price, err := sdk.ParseDecCoin(cfg.Chain.GasPrice)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), registerTimeout)
			defer cancel()
			fmt.Fprintln(cmd.ErrOrStderr(), "waiting for the transaction's block...")
			res, err := client.Register(ctx, key, signer, r, chain.Fees{Price: price})
			if err != nil {
				return err
			}
			out := map[string]any{"tx_hash": res.TxHash, "height": res.Height, "signer": signer.Account(), "endpoints": card.Endpoints}
			return g.print(cmd.OutOrStdout(), out, func(w io.Writer) {
				fmt.Fprintf(w, "registered at height %d by transaction %s\nsigner %s\n", res.Height, res.TxHash, signer.Account())
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&operator, "operator", "", "name of the operator's key in the keyring")
	f.StringVar(&backend, "keyring-backend", "os", "os, file, pass or test")
	f.StringVar(&dir, "keyring-dir", defaultKeyring(), "directory of the keyring, which opend uses too")
	f.StringVar(&bond, "bond", "", "coins to bond, such as 100000000uopen; empty to add none")
	f.StringVar(&allowance, "fee-allowance", "", "most that the signer may spend on fees, such as 50000000uopen; empty for no bound")
	f.StringVar(&card.Label, "label", hostname(), "name for people")
	f.StringVar(&card.Region, "region", "", "place, such as eu-west-1")
	f.StringSliceVar(&card.Endpoints, "endpoint", nil, "multiaddr at which others reach this machine; may be repeated; default: host.announce, then host.listen")
	f.Uint64Var(&card.Claim.CPUMillis, "cpu-millis", card.Claim.CPUMillis, "claimed processor time in thousandths of a core")
	f.Uint64Var(&card.Claim.MemoryBytes, "memory-bytes", card.Claim.MemoryBytes, "claimed memory in bytes")
	f.Uint64Var(&card.Claim.StorageBytes, "storage-bytes", card.Claim.StorageBytes, "claimed storage in bytes")
	f.Int64Var(&gasPrice, "gas-price", 0, "price of 1,000,000 gas in uopen")
	f.Int64Var(&seatFee, "seat-fee", 0, "least fee of a seat in uopen")
	if err := cmd.MarkFlagRequired("operator"); err != nil {
		panic(err) // the flag is some lines above
	}
	return cmd
}

// endpoints are the addresses in the configuration, with the signer's peer id.
func endpoints(cfg host.Config, signer *keys.Signer) ([]string, error) {
	from := cfg.Announce
	if len(from) == 0 {
		from = cfg.Listen
	}
	var out []string
	for _, a := range from {
		out = append(out, a+"/p2p/"+signer.PeerID().String())
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("nothing in host.announce or host.listen: give --endpoint")
	}
	return out, nil
}

// machine is what this machine has: processors, and half of memory and free disk.
func machine() chain.Claim {
	c := chain.Claim{CPUMillis: uint64(runtime.NumCPU()) * 1000}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		c.MemoryBytes = info.Totalram * uint64(info.Unit) / 2
	}
	var fs unix.Statfs_t
	if unix.Statfs(".", &fs) == nil {
		c.StorageBytes = fs.Bavail * uint64(fs.Bsize) / 2
	}
	return c
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "xnode"
	}
	return name
}

func defaultKeyring() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ".opend"
	}
	return filepath.Join(home, ".opend")
}
