// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"os"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/openmesh-network/openmesh/app"
)

const (
	flagGenesis = "genesis"
	flagOutput  = "output"
)

// invariantsCmd checks what must hold between any two blocks.
func invariantsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "invariants",
		Short: "Check that the state does not contradict itself: supply, bonds, escrows, trees",
		Long: `Check that the state does not contradict itself: balances add up to the supply, every
module's account holds what its ledgers say, indexes and trees fit the records.

Reads the newest state in --home. The node may run: its database is then copied first,
which shows it as a crash at that moment would have left it. With --genesis it reads an
exported genesis instead, by starting a chain from it in memory.

Exits with an error if anything does not hold.`,
		Example: `opend debug invariants --home ~/.opend
opend export --output-document state.json && opend debug invariants --genesis state.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			genesis, err := cmd.Flags().GetString(flagGenesis)
			if err != nil {
				return err
			}
			var report invariantsReport
			if genesis != "" {
				report, err = checkGenesis(genesis)
			} else {
				report, err = checkHome(client.GetClientContextFromCmd(cmd).HomeDir)
			}
			if err != nil {
				return err
			}
			return report.print(cmd)
		},
	}
	cmd.Flags().String(flagGenesis, "", "check this exported genesis file instead of a node's state")
	cmd.Flags().StringP(flagOutput, "o", flags.OutputFormatText, "output format (text|json)")
	return cmd
}

// invariantsReport is the outcome of a check.
type invariantsReport struct {
	Height  int64    `json:"height"`
	Checked []string `json:"checked"`
	Broken  []string `json:"broken"`
}

func newInvariantsReport(a *app.App, ctx sdk.Context) invariantsReport {
	report := invariantsReport{Height: ctx.BlockHeight(), Broken: []string{}}
	for _, invariant := range a.Invariants() {
		report.Checked = append(report.Checked, invariant.Name)
	}
	for _, err := range a.CheckInvariants(ctx) {
		report.Broken = append(report.Broken, err.Error())
	}
	return report
}

func (r invariantsReport) print(cmd *cobra.Command) error {
	output, err := cmd.Flags().GetString(flagOutput)
	if err != nil {
		return err
	}
	if output == flags.OutputFormatJSON {
		err = printJSON(cmd, r)
	} else {
		err = r.printText(cmd)
	}
	if err == nil && len(r.Broken) > 0 {
		err = fmt.Errorf("%d of %d invariants do not hold at height %d", len(r.Broken), len(r.Checked), r.Height)
	}
	return err
}

func (r invariantsReport) printText(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	for _, broken := range r.Broken {
		if _, err := fmt.Fprintln(out, "broken:", broken); err != nil {
			return err
		}
	}
	if len(r.Broken) > 0 {
		return nil
	}
	for _, name := range r.Checked {
		if _, err := fmt.Fprintln(out, "holds:", name); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%d invariants hold at height %d\n", len(r.Checked), r.Height)
	return err
}

// checkHome checks the newest state of the node in home.
func checkHome(home string) (report invariantsReport, err error) {
	db, done, err := openState(home)
	if err != nil {
		return report, err
	}
	defer done()
	a := app.New(log.NewNopLogger(), db, true, noOptions{})
	if a.LastBlockHeight() == 0 {
		return report, fmt.Errorf("the node in %s has no block yet", home)
	}
	return newInvariantsReport(a, a.NewContext(true).WithBlockHeight(a.LastBlockHeight())), a.Close()
}

// checkGenesis starts a chain in memory and checks its state.
func checkGenesis(path string) (report invariantsReport, err error) {
	genesis, err := genutiltypes.AppGenesisFromFile(path)
	if err != nil {
		return report, fmt.Errorf("read %s: %w", path, err)
	}
	a := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, noOptions{}, baseapp.SetChainID(genesis.ChainID))
	if err := initChain(a, genesis); err != nil {
		return report, fmt.Errorf("start a chain from %s: %w", path, err)
	}
	return newInvariantsReport(a, a.NewContext(false).WithBlockHeight(genesis.InitialHeight)), a.Close()
}

// initChain runs a genesis; a module panics over one that it cannot take.
func initChain(a *app.App, genesis *genutiltypes.AppGenesis) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	params := genesis.Consensus.Params.ToProto()
	_, err = a.InitChain(&abci.RequestInitChain{
		Time: genesis.GenesisTime, ChainId: genesis.ChainID, ConsensusParams: &params,
		AppStateBytes: genesis.AppState, InitialHeight: genesis.InitialHeight,
	})
	return err
}

// remove deletes a copy that is no longer needed; what is left is in the
// system's temporary folder.
func remove(dir string) { _ = os.RemoveAll(dir) }
