// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

// plotTimeout bounds the questions to the chain before a plot is made.
const plotTimeout = 20 * time.Second

// plotting is what the flags of plot say.
type plotting struct {
	storage       string
	workers, duty int
	cells         int
	yes           bool
}

// plotView is what plot prints.
type plotView struct {
	Dir string `json:"dir"`
	// Bytes is the size of the full plot, Filled what of it is made.
	Bytes  uint64 `json:"bytes"`
	Filled uint64 `json:"filled"`
	// Units that can be proved, of how many.
	Units    uint64 `json:"units"`
	AllUnits uint64 `json:"all_units"`
	N        uint32 `json:"n"`
	// Suspects are cells that a proof found wrong.
	Suspects int `json:"suspects"`
	// Open says that a running daemon has it, which knows more.
	Open bool `json:"open,omitempty"`
	// Checked and Repaired are of verify.
	Checked  uint64 `json:"checked,omitempty"`
	Repaired uint64 `json:"repaired,omitempty"`
	// ScanBytesPerSecond is how fast a proof was found; of verify.
	ScanBytesPerSecond uint64 `json:"scan_bytes_per_second,omitempty"`
}

func plotCommand(g *globals) *cobra.Command {
	var p plotting
	cmd := &cobra.Command{
		Use:   "plot",
		Short: "Make, check or remove the files that prove this machine's storage",
		Long: `Claimed storage is proved by a plot: files full of data that only this operator's
chain and address give, and that take so long to make that nobody makes them anew
when asked. The running daemon makes its plot by itself, beside the tasks; these
commands are for when it does not run, to have the plot ready sooner.`,
		Example: "  xworker plot status\n  xworker plot make --storage-bytes 512GiB",
	}
	status := &cobra.Command{
		Use: "status", Short: "Tell how much of the plot is made", Args: cobra.NoArgs,
		Example: "  xworker plot status\n  xworker plot status --output json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return g.plotStatus(cmd) },
	}
	fill := &cobra.Command{
		Use: "make", Short: "Make the plot, or go on making it", Args: cobra.NoArgs,
		Long: `Makes the plot for what the Xnode's card claims, or --storage-bytes of it. It can be
stopped at any time, with Ctrl-C or by losing power, and goes on from there.`,
		Example: "  xworker plot make\n  xworker plot make --storage-bytes 64GiB --duty 50",
		RunE:    func(cmd *cobra.Command, _ []string) error { return g.plotMake(cmd, p) },
	}
	fill.Flags().StringVar(&p.storage, "storage-bytes", "", "claimed storage to make the plot for, such as 512GiB; default: what the card claims")
	fill.Flags().IntVar(&p.workers, "workers", 0, "threads that compute; 0 for all")
	fill.Flags().IntVar(&p.duty, "duty", 100, "percent of the time that they compute, 1 to 100")
	verify := &cobra.Command{
		Use: "verify", Short: "Compute cells of the plot anew, mend wrong ones, and prove a part of it", Args: cobra.NoArgs,
		Example: "  xworker plot verify\n  xworker plot verify --cells 100000",
		RunE:    func(cmd *cobra.Command, _ []string) error { return g.plotVerify(cmd, p) },
	}
	verify.Flags().IntVar(&p.cells, "cells", 2000, "how many cells, drawn at random")
	remove := &cobra.Command{
		Use: "remove", Short: "Remove the plot and give its room back", Args: cobra.NoArgs,
		Long:    `Removes the files of the plot. Storage that the card claims can not be proved after that.`,
		Example: "  xworker plot remove --yes",
		RunE:    func(cmd *cobra.Command, _ []string) error { return g.plotRemove(cmd, p) },
	}
	remove.Flags().BoolVar(&p.yes, "yes", false, "yes, remove it")
	cmd.AddCommand(status, fill, verify, remove)
	return cmd
}

// hold reads the configuration and keeps the daemon away from the home.
func (g *globals) hold() (config.Config, func(), error) {
	if err := g.made(); err != nil {
		return config.Config{}, nil, err
	}
	cfg, err := config.Load(g.home, nil)
	if err != nil {
		return cfg, nil, err
	}
	lock, err := keys.LockHome(g.home)
	if errors.Is(err, keys.ErrHomeInUse) {
		return cfg, nil, fmt.Errorf("the daemon runs and takes care of the plot by itself (`xworker status`); stop it first: %w", err)
	}
	if err != nil {
		return cfg, nil, err
	}
	return cfg, func() { _ = lock.Release() }, nil
}

func (g *globals) plotStatus(cmd *cobra.Command) error {
	cfg, err := config.Load(g.home, nil)
	if err != nil {
		return err
	}
	dir := plotDir(cfg, g.home)
	view := plotView{Dir: dir}
	p, err := plot.Open(dir, plot.Options{})
	switch {
	case errors.Is(err, plot.ErrInUse):
		view.Open, view.Filled = true, measure.Occupied(dir)
	case errors.Is(err, plot.ErrNone):
		return fmt.Errorf("%w: `xworker plot make --home %s` makes one, and so does the daemon", err, g.home)
	case err != nil:
		return err
	default:
		view.fill(p.Status())
		if err := p.Close(); err != nil {
			return err
		}
	}
	return g.print(cmd.OutOrStdout(), view, view.write)
}

func (g *globals) plotMake(cmd *cobra.Command, flags plotting) (err error) {
	cfg, release, err := g.hold()
	if err != nil {
		return err
	}
	defer release()
	spec, err := g.plotSpec(cmd.Context(), cfg, flags.storage)
	if err != nil {
		return err
	}
	dir := plotDir(cfg, g.home)
	progress, finish := g.plotProgress(cmd, "making the plot")
	options := plot.Options{Workers: flags.workers, Duty: flags.duty, Reserve: cfg.Proofs.ReserveBytes, Progress: progress}
	p, err := plot.Open(dir, options)
	if errors.Is(err, plot.ErrNone) {
		p, err = plot.Create(dir, spec, options)
	}
	if err != nil {
		return plotFix(err, dir)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if have := p.Status().Spec; have.Key != spec.Key || have.N != spec.N || have.UnitBytes != spec.UnitBytes {
		return fmt.Errorf("the plot in %s is another operator's, or made under other terms of the chain: it proves nothing here; `xworker plot remove --home %s --yes`, then make it again", dir, g.home)
	}
	if p.Status().Spec.Units != spec.Units {
		if err := p.Resize(spec.Units); err != nil {
			return plotFix(err, dir)
		}
	}
	err = p.Fill(cmd.Context())
	finish()
	view := plotView{Dir: dir}
	view.fill(p.Status())
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(cmd.ErrOrStderr(), "stopped at %s; the same command goes on from there\n", bytesText(view.Filled))
		err = nil
	}
	if err != nil {
		return plotFix(err, dir)
	}
	return g.print(cmd.OutOrStdout(), view, view.write)
}

// plotSpec asks the chain whose plot this is and what it has to be.
func (g *globals) plotSpec(ctx context.Context, cfg config.Config, storage string) (plot.Spec, error) {
	ctx, cancel := context.WithTimeout(ctx, plotTimeout)
	defer cancel()
	_, signer, err := g.open()
	if err != nil {
		return plot.Spec{}, err
	}
	client, err := chain.Dial(cfg.Chain.ChainID, cfg.Chain.Nodes)
	if err != nil {
		return plot.Spec{}, err
	}
	defer client.Close()
	terms, err := client.Terms(ctx)
	if err != nil {
		return plot.Spec{}, fmt.Errorf("what a plot has to be is asked of the chain: %w", err)
	}
	survey, err := client.Survey(ctx, signer.Account())
	if err != nil {
		return plot.Spec{}, err
	}
	if survey.Xnode == nil {
		return plot.Spec{}, errors.New("a plot is made for one operator, and this home's signer speaks for none yet: `xworker register` first")
	}
	wanted := survey.Xnode.Claimed.StorageBytes
	if storage != "" {
		if wanted, err = size(storage); err != nil {
			return plot.Spec{}, fmt.Errorf("--storage-bytes: %w", err)
		}
	}
	units := terms.Storage.Units(wanted)
	if units < terms.Storage.MinUnits {
		return plot.Spec{}, fmt.Errorf("a plot for %s cannot be proved: the least is %s", bytesText(wanted), bytesText(terms.Storage.MinUnits*terms.Storage.UnitBytes))
	}
	key, err := terms.PlotKey(survey.Xnode.Operator)
	if err != nil {
		return plot.Spec{}, err
	}
	return plot.Spec{Key: key, N: terms.Storage.N, UnitBytes: terms.Storage.PlotBytes, Units: units}, nil
}

func (g *globals) plotVerify(cmd *cobra.Command, flags plotting) (err error) {
	cfg, release, err := g.hold()
	if err != nil {
		return err
	}
	defer release()
	if flags.cells < 0 {
		return fmt.Errorf("--cells is %d: 0 or more", flags.cells)
	}
	dir := plotDir(cfg, g.home)
	progress, finish := g.plotProgress(cmd, "checking the plot")
	p, err := plot.Open(dir, plot.Options{Progress: progress})
	if err != nil {
		return plotFix(err, dir)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	scrub, err := p.Scrub(cmd.Context(), flags.cells)
	finish()
	if err != nil {
		return plotFix(err, dir)
	}
	report, err := p.DryRun(cmd.Context(), 1<<30)
	finish()
	if err != nil && !errors.Is(err, plot.ErrNotReady) {
		return fmt.Errorf("%w: the disk may be failing; `xworker plot verify --cells 1000000` mends what can be mended", err)
	}
	view := plotView{Dir: dir, Checked: scrub.Checked, Repaired: scrub.Repaired}
	if report.Took > 0 {
		view.ScanBytesPerSecond = uint64(float64(report.Scanned) / report.Took.Seconds())
	}
	view.fill(p.Status())
	return g.print(cmd.OutOrStdout(), view, view.write)
}

func (g *globals) plotRemove(cmd *cobra.Command, flags plotting) error {
	cfg, release, err := g.hold()
	if err != nil {
		return err
	}
	defer release()
	dir := plotDir(cfg, g.home)
	occupied := measure.Occupied(dir)
	if !flags.yes {
		return fmt.Errorf("%s of plot in %s took long to make: add --yes to remove it", bytesText(occupied), dir)
	}
	if err := plot.Delete(dir); err != nil {
		return plotFix(err, dir)
	}
	return g.print(cmd.OutOrStdout(), map[string]any{"removed": dir, "bytes": occupied}, func(w io.Writer) {
		fmt.Fprintf(w, "removed %s: %s are free again\n", dir, bytesText(occupied))
	})
}

// plotFix says what to do about an error of the plot.
func plotFix(err error, dir string) error {
	switch {
	case errors.Is(err, plot.ErrDiskFull):
		return fmt.Errorf("%w: free some of %s, or make it smaller with --storage-bytes (and claim less)", err, dir)
	case errors.Is(err, plot.ErrReadOnly):
		return fmt.Errorf("%w: mount it writable: `mount -o remount,rw` the file system of %s", err, dir)
	case errors.Is(err, plot.ErrNotEmpty):
		return fmt.Errorf("%w: move what is not the plot's out of %s", err, dir)
	case errors.Is(err, plot.ErrHeader):
		return fmt.Errorf("%w: `xworker plot remove --yes`, then make it again", err)
	case errors.Is(err, plot.ErrInUse):
		return fmt.Errorf("%w: stop that first", err)
	case errors.Is(err, plot.ErrNone):
		return fmt.Errorf("%w: `xworker plot make` makes one", err)
	default:
		return err
	}
}

// plotProgress draws a bar where a person watches, and lines otherwise.
func (g *globals) plotProgress(cmd *cobra.Command, what string) (report func(plot.Progress), finish func()) {
	if g.json() {
		return nil, func() {}
	}
	out := cmd.ErrOrStderr()
	if !person() {
		var said time.Time
		return func(p plot.Progress) {
			if time.Since(said) < 10*time.Second {
				return
			}
			said = time.Now()
			fmt.Fprintf(out, "%s: %s of %s, %s a second, %s left\n", what, bytesText(p.Done), bytesText(p.Total), bytesText(uint64(p.Rate)), durationText(p.Left))
		}, func() {}
	}
	var bar *progressbar.ProgressBar
	return func(p plot.Progress) {
			if bar == nil {
				bar = progressbar.NewOptions64(int64(p.Total), progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(true),
					progressbar.OptionSetWriter(out), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetPredictTime(true),
					progressbar.OptionShowTotalBytes(true), progressbar.OptionClearOnFinish())
			}
			_ = bar.Set64(int64(p.Done))
		}, func() {
			if bar != nil {
				_ = bar.Exit()
				fmt.Fprintln(out)
				bar = nil
			}
		}
}

// person says whether somebody watches standard error.
func person() bool {
	info, err := os.Stderr.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (v *plotView) fill(s plot.Status) {
	v.Bytes, v.Filled, v.Units, v.AllUnits, v.N, v.Suspects = s.Spec.Bytes(), s.Filled, s.Units, s.Spec.Units, s.Spec.N, s.Suspects
}

func (v *plotView) write(w io.Writer) {
	fmt.Fprintf(w, "plot      %s\n", v.Dir)
	if v.Open {
		fmt.Fprintf(w, "open      by the running daemon: %s on the disk; `xworker status` tells the rest\n", bytesText(v.Filled))
		return
	}
	fmt.Fprintf(w, "made      %s of %s (%.1f %%)\n", bytesText(v.Filled), bytesText(v.Bytes), 100*float64(v.Filled)/float64(max(v.Bytes, 1)))
	fmt.Fprintf(w, "provable  %d of %d units, at cost %d\n", v.Units, v.AllUnits, v.N)
	if v.Suspects > 0 {
		fmt.Fprintf(w, "suspects  %d cells were wrong in a proof: `xworker plot verify` mends them\n", v.Suspects)
	}
	if v.Checked > 0 {
		fmt.Fprintf(w, "checked   %d cells, mended %d\n", v.Checked, v.Repaired)
	}
	if v.ScanBytesPerSecond > 0 {
		fmt.Fprintf(w, "proving   %s a second\n", bytesText(v.ScanBytesPerSecond))
	}
}
