// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

// registerTimeout bounds the wait for the registration's block.
const registerTimeout = 2 * time.Minute

// registration is what the flags of register say.
type registration struct {
	operator, backend, dir, bond, allowance string
	memory, storage                         string
	gasPrice, seatFee                       int64
	force                                   bool
	claims                                  config.Claims // those flags that are given
	card                                    chain.CardOptions
}

func registerCommand(g *globals) *cobra.Command {
	var r registration
	cmd := &cobra.Command{
		Use:   "register",
		Short: "Put this machine on the chain as an Xnode",
		Long: `Signs, with the operator's key out of a keyring, one transaction that bonds coins,
registers this home's signer as the operator's Xnode, and grants the signer fees
for the daemon's messages. The operator's key is not needed on the machine after
that.

What is claimed is what [claims] of the configuration says, which ` + "`xworker init`" + ` wrote,
and each flag overrides one claim. The chain has claims proved: what is not proved
brings no work. A claim above what this machine has is refused, unless --force says
that you know better.`,
		Example: `  xworker register --operator alice --bond 100000000uopen
  xworker register --operator alice --bond 100000000uopen --storage-bytes 512GiB --attribute disk=nvme
  xworker register --operator alice --keyring-backend file --bond 100000000uopen --cpu-millis 4000 --region eu-west`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return g.register(cmd, &r) },
	}
	f := cmd.Flags()
	f.StringVar(&r.operator, "operator", "", "name of the operator's key in the keyring")
	f.StringVar(&r.backend, "keyring-backend", "os", "os, file, pass or test")
	f.StringVar(&r.dir, "keyring-dir", defaultKeyring(), "directory of the keyring, which opend uses too")
	f.StringVar(&r.bond, "bond", "", "coins to bond, such as 100000000uopen; empty to add none")
	f.StringVar(&r.allowance, "fee-allowance", "", "most that the signer may spend on fees, such as 50000000uopen; empty for no bound")
	f.StringVar(&r.card.Label, "label", hostname(), "name for people")
	f.StringVar(&r.claims.Region, "region", "", "place, such as eu-west-1")
	f.StringArrayVar(&r.claims.Attributes, "attribute", nil, "key=value that consumers may ask for; may be repeated")
	f.StringSliceVar(&r.card.Endpoints, "endpoint", nil, "multiaddr at which others reach this machine; may be repeated; default: host.announce, then host.listen")
	f.Uint64Var(&r.claims.CPUMillis, "cpu-millis", 0, "claimed processor time in thousandths of a core")
	f.StringVar(&r.memory, "memory-bytes", "", "claimed memory, in bytes or such as 16GiB")
	f.StringVar(&r.storage, "storage-bytes", "", "claimed storage, in bytes or such as 512GiB")
	f.Uint64Var(&r.claims.BandwidthBps, "bandwidth-bps", 0, "claimed bandwidth in bits a second")
	f.Uint64Var(&r.claims.GPUCount, "gpu-count", 0, "claimed GPUs")
	f.StringVar(&r.claims.GPUClass, "gpu-class", "", "their model, such as nvidia-h200")
	f.Uint64Var(&r.claims.GPUMemoryBytes, "gpu-memory-bytes", 0, "memory of all of them together in bytes")
	f.Int64Var(&r.gasPrice, "gas-price", 0, "price of 1,000,000 gas in uopen")
	f.Int64Var(&r.seatFee, "seat-fee", 0, "least fee of a seat in uopen")
	f.BoolVar(&r.force, "force", false, "claim more than this machine has")
	if err := cmd.MarkFlagRequired("operator"); err != nil {
		panic(err) // the flag is some lines above
	}
	return cmd
}

func (g *globals) register(cmd *cobra.Command, r *registration) error {
	cfg, signer, err := g.open()
	if err != nil {
		return err
	}
	report, claims, err := r.claim(cmd, g.home, cfg)
	if err != nil {
		return err
	}
	if r.card.Attributes, err = config.ParseAttributes(claims.Attributes); err != nil {
		return err
	}
	if len(r.card.Endpoints) == 0 {
		if r.card.Endpoints, err = endpoints(cfg.Host, signer); err != nil {
			return err
		}
	}
	r.card.Claim, r.card.Region = claimed(claims), claims.Region
	r.card.GasPrice, r.card.SeatFee = math.NewInt(r.gasPrice), math.NewInt(r.seatFee)
	signed := chain.Registration{Card: r.card.Card()}
	if signed.Bond, err = coins("bond", r.bond); err != nil {
		return err
	}
	if signed.FeeAllowance, err = coins("fee-allowance", r.allowance); err != nil {
		return err
	}
	key, err := chain.KeyringKey(r.dir, r.backend, r.operator, os.Stdin)
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
	notes := cmd.ErrOrStderr()
	fmt.Fprintf(notes, "claiming %s\n", hardware(claimed(claims)))
	var prove []string
	if terms, err := client.Terms(ctx); err == nil { // a node that is gone shows itself at once
		prove = toProve(terms, claims, report)
	}
	for _, line := range prove {
		fmt.Fprintln(notes, "  "+line)
	}
	fmt.Fprintln(notes, "waiting for the transaction's block...")
	res, err := client.Register(ctx, key, signer, signed, chain.Fees{Price: price})
	if err != nil {
		return err
	}
	out := map[string]any{
		"tx_hash": res.TxHash, "height": res.Height, "signer": signer.Account(), "endpoints": r.card.Endpoints,
		"claims": claims, "to_prove": prove,
	}
	return g.print(cmd.OutOrStdout(), out, func(w io.Writer) {
		fmt.Fprintf(w, "registered at height %d by transaction %s\nsigner %s\n", res.Height, res.TxHash, signer.Account())
		fmt.Fprintf(w, "next: `xworker start --home %s`, and `xworker doctor --home %s` if anything is not as it should be\n", g.home, g.home)
	})
}

// open reads what a command needs that speaks with the chain for this home.
func (g *globals) open() (config.Config, *keys.Signer, error) {
	if err := g.made(); err != nil {
		return config.Config{}, nil, err
	}
	cfg, err := config.Load(g.home, nil)
	if err != nil {
		return cfg, nil, err
	}
	if err := cfg.Validate(); err != nil {
		return cfg, nil, err
	}
	signer, err := keys.Load(filepath.Join(g.home, worker.SignerFile))
	return cfg, signer, err
}

// claim puts the flags over the configuration's claims, and holds them to what the
// machine has (W3).
func (r *registration) claim(cmd *cobra.Command, home string, cfg config.Config) (measure.Report, config.Claims, error) {
	claims := cfg.Claims
	report, m := measure.Look(cmd.Context(), plotDir(cfg, home), gpuProgram(cfg))
	if old, found, err := measure.Read(home); err != nil {
		return report, claims, err
	} else if found {
		report.At, report.CPU, report.PlotBytesPerSecond = old.At, old.CPU, old.PlotBytesPerSecond
	}
	if !claims.Hardware() { // init --no-measure
		p := measure.Propose(report, m)
		p.Region, p.Attributes = claims.Region, claims.Attributes
		claims = p
	}
	var err error
	for flag, set := range map[string]func() error{
		"region":           func() error { claims.Region = r.claims.Region; return nil },
		"attribute":        func() error { claims.Attributes = r.claims.Attributes; return nil },
		"cpu-millis":       func() error { claims.CPUMillis = r.claims.CPUMillis; return nil },
		"memory-bytes":     func() (err error) { claims.MemoryBytes, err = size(r.memory); return err },
		"storage-bytes":    func() (err error) { claims.StorageBytes, err = size(r.storage); return err },
		"bandwidth-bps":    func() error { claims.BandwidthBps = r.claims.BandwidthBps; return nil },
		"gpu-count":        func() error { claims.GPUCount = r.claims.GPUCount; return nil },
		"gpu-class":        func() error { claims.GPUClass = r.claims.GPUClass; return nil },
		"gpu-memory-bytes": func() error { claims.GPUMemoryBytes = r.claims.GPUMemoryBytes; return nil },
	} {
		if cmd.Flags().Changed(flag) {
			if wrong := set(); wrong != nil {
				err = errors.Join(err, fmt.Errorf("--%s: %w", flag, wrong))
			}
		}
	}
	if err := errors.Join(err, claims.Validate()); err != nil {
		return report, claims, err
	}
	if beyond := report.Beyond(claims); len(beyond) > 0 && !r.force {
		return report, claims, fmt.Errorf("this machine cannot prove what is claimed: %s; claim less (flags, or [claims] of %s), or add --force if you know better: what is not proved brings no work",
			strings.Join(beyond, "; "), filepath.Join(home, config.File))
	}
	return report, claims, nil
}

// toProve says what the chain will ask for, and how long the first plot takes.
func toProve(t chain.Terms, c config.Claims, r measure.Report) []string {
	var out []string
	say := func(class string, claimed bool, format string, args ...any) {
		mode := t.Modes[class]
		if !claimed || mode == "" || mode == "off" {
			return
		}
		out = append(out, fmt.Sprintf("%s (%s): ", class, map[string]string{
			"enforced": "what is not proved brings no work", "shadow": "measured, not enforced yet",
		}[mode])+fmt.Sprintf(format, args...))
	}
	s := t.Storage
	if units := s.Units(c.StorageBytes); s.UnitBytes > 0 && c.StorageBytes > 0 {
		plot := units * s.PlotBytes
		text := fmt.Sprintf("a plot of %s in %d units, made once", bytesText(plot), units)
		if units < s.MinUnits {
			text = fmt.Sprintf("at least %s has to be claimed, less cannot be proved", bytesText(s.MinUnits*s.UnitBytes))
		} else if r.PlotBytesPerSecond > 0 {
			rate := float64(r.PlotBytesPerSecond) * measure.PublicN / float64(max(s.N, 1))
			text += ", about " + durationText(time.Duration(float64(plot)/rate*float64(time.Second))) + " on all idle processors; what is ready is proved meanwhile"
		}
		say("storage", true, "%s", text)
	}
	say("cpu", c.CPUMillis > 0, "%.1f cores, computing a while whenever the chain asks", float64(c.CPUMillis)/1000)
	say("memory", c.MemoryBytes > 0, "%s, filled and walked over while peers time it", bytesText(c.MemoryBytes))
	say("bandwidth", c.BandwidthBps > 0, "%.0f Mbit/s, measured by peers", float64(c.BandwidthBps)/1e6)
	say("gpu", c.GPUCount > 0, "%d GPUs, multiplying matrices while peers time it", c.GPUCount)
	return out
}

// coins reads the amount of a flag; an empty one is none.
func coins(flag, text string) (sdk.Coin, error) {
	if text == "" {
		return sdk.Coin{}, nil
	}
	coin, err := sdk.ParseCoinNormalized(text)
	if err != nil {
		return coin, fmt.Errorf("--%s: %w", flag, err)
	}
	return coin, nil
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
