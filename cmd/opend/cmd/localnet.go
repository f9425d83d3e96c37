// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
)

const (
	flagValidators = "validators"
	flagWorkers    = "workers"
	flagBlockTime  = "block-time"
	flagDetach     = "detach"
	flagReset      = "reset"
	flagXworker    = "xworker-bin"
	flagProofs     = "proofs"
)

// localnetHome is the folder of a localnet that is not told another.
func localnetHome() string { return filepath.Join(filepath.Dir(DefaultHome()), ".openmesh-localnet") }

// localnetCmd groups the commands around a network on this machine.
func localnetCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "localnet",
		Short: "Run a whole network on this machine: validators, Xnodes, funded accounts",
		RunE:  client.ValidateCmd,
	}
	cmd.AddCommand(localnetUpCmd(), localnetDownCmd(), localnetStatusCmd())
	for _, sub := range cmd.Commands() {
		sub.Flags().String(flags.FlagHome, localnetHome(), "folder of the network")
		sub.Flags().StringP(flagOutput, "o", flags.OutputFormatText, "output format (text|json)")
	}
	return cmd
}

func localnetUpCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Make a network and run it, or go on with the one that was stopped",
		Long: `Make a network of plain processes on loopback, with ports that the kernel chooses, and
run it until Ctrl-C (or, with --detach, until: opend localnet down).

The accounts faucet, consumer and operator0, operator1, ... are funded; their keys are in
<home>/client, for: opend --home <home>/client tx bank send faucet ...
Where everything listens is printed, and written to <home>/localnet.json.`,
		Example: `opend localnet up
opend localnet up --home /tmp/net --validators 4 --workers 9 --block-time 200ms --detach`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := localnetOptions(cmd)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return options.up(ctx, cmd)
		},
	}
	cmd.Flags().String(flags.FlagChainID, localnet.DefaultChainID, "name of the chain")
	cmd.Flags().Int(flagValidators, localnet.DefaultValidators, "number of validators")
	cmd.Flags().Int(flagWorkers, localnet.DefaultWorkers, "number of Xnodes")
	cmd.Flags().Duration(flagBlockTime, localnet.DefaultBlockTime, "time between blocks")
	cmd.Flags().String(flagProofs, localnet.ProofsEnforced, "proofs of storage and processors: enforced (an Xnode gets work after its first windows, a minute or so), shadow, or off")
	cmd.Flags().Bool(flagDetach, false, "return when the network runs, and leave it running")
	cmd.Flags().Bool(flagReset, false, "delete what is in the folder of a former network first")
	cmd.Flags().String(flagXworker, "", "the Xnodes' program; the xworker beside this program if there is one, none otherwise")
	return cmd
}

// upOptions are the flags of `localnet up`.
type upOptions struct {
	localnet.Config
	reset   bool
	xworker string
	json    bool
}

func localnetOptions(cmd *cobra.Command) (o upOptions, err error) {
	get := func(e error) { err = errors.Join(err, e) }
	f := cmd.Flags()
	var e error
	o.Home, e = f.GetString(flags.FlagHome)
	get(e)
	o.ChainID, e = f.GetString(flags.FlagChainID)
	get(e)
	o.Validators, e = f.GetInt(flagValidators)
	get(e)
	o.Workers, e = f.GetInt(flagWorkers)
	get(e)
	o.BlockTime, e = f.GetDuration(flagBlockTime)
	get(e)
	o.Proofs, e = f.GetString(flagProofs)
	get(e)
	o.Detach, e = f.GetBool(flagDetach)
	get(e)
	o.reset, e = f.GetBool(flagReset)
	get(e)
	o.xworker, e = f.GetString(flagXworker)
	get(e)
	output, e := f.GetString(flagOutput)
	get(e)
	o.json = output == flags.OutputFormatJSON
	o.Out = cmd.ErrOrStderr()
	return o, err
}

func (o upOptions) up(ctx context.Context, cmd *cobra.Command) error {
	if o.reset {
		if err := resetLocalnet(o.Home); err != nil {
			return err
		}
	}
	xworker, err := findXworker(o.xworker)
	if err != nil {
		return err
	}
	network, err := localnet.Up(ctx, o.Config)
	if err != nil {
		return err
	}
	if xworker != "" {
		_, err := network.StartWorkers(ctx, xworker, o.Workers)
		if err == nil {
			_, err = network.StartConsumer(ctx, xworker)
		}
		if err != nil {
			return errors.Join(err, network.Down())
		}
	}
	if err := showNetwork(ctx, cmd, network, o.json); err != nil {
		return errors.Join(err, network.Down())
	}
	if o.Detach {
		return nil
	}
	fmt.Fprintln(cmd.ErrOrStderr(), "press Ctrl-C to stop the network")
	select {
	case <-ctx.Done():
		fmt.Fprintln(cmd.ErrOrStderr(), "stopping")
		return network.Down()
	case err := <-network.Failed():
		return errors.Join(err, network.Down())
	}
}

// resetLocalnet stops and deletes a network; a folder that holds something else
// is left alone.
func resetLocalnet(home string) error {
	network, err := localnet.Open(home)
	if errors.Is(err, localnet.ErrNoNetwork) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := network.Down(); err != nil {
		return err
	}
	return os.RemoveAll(network.Home())
}

// findXworker returns the Xnodes' program: the one named, or the one that lies
// beside this program, or none.
func findXworker(named string) (string, error) {
	if named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("--%s: %w", flagXworker, err)
		}
		return filepath.Abs(named)
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	beside := filepath.Join(filepath.Dir(self), "xworker")
	_, err = os.Stat(beside)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return beside, err
}

func localnetDownCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "down",
		Short:   "Stop the network; its state stays, for the next up",
		Example: "opend localnet down --home /tmp/net",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, err := cmd.Flags().GetString(flags.FlagHome)
			if err != nil {
				return err
			}
			network, err := localnet.Open(home)
			if err != nil {
				return err
			}
			running := len(network.Running())
			if err := network.Down(); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "stopped %d processes\n", running)
			return err
		},
	}
}

func localnetStatusCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Show what runs, how high the chain is, and where everything listens",
		Example: "opend localnet status --home /tmp/net -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, err := cmd.Flags().GetString(flags.FlagHome)
			if err != nil {
				return err
			}
			output, err := cmd.Flags().GetString(flagOutput)
			if err != nil {
				return err
			}
			network, err := localnet.Open(home)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), 15*time.Second)
			defer cancel()
			return showNetwork(ctx, cmd, network, output == flags.OutputFormatJSON)
		},
	}
}

// showNetwork prints the report of a network.
func showNetwork(ctx context.Context, cmd *cobra.Command, network *localnet.Network, asJSON bool) error {
	report := network.Report(ctx)
	if asJSON {
		return printJSON(cmd, report)
	}
	return report.Print(cmd.OutOrStdout())
}
