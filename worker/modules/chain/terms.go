// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// StorageTerms say what a plot has to be.
type StorageTerms struct {
	// Mode is off, shadow or enforced.
	Mode string
	// UnitBytes of claim are proven by PlotBytes of plot; MinUnits are the least.
	UnitBytes, PlotBytes, MinUnits uint64
	// N is the cost of a cell. K1, K2 belong to a proof.
	N, K1, K2 uint32
	// Seconds is how long a window is open at the chain's block time.
	Seconds float64
}

// Units is how many units a claim of so many bytes is.
func (t StorageTerms) Units(claimed uint64) uint64 {
	if t.UnitBytes == 0 {
		return 0
	}
	return por.StorageTerms{UnitBytes: t.UnitBytes}.MaxClaimUnits(claimed)
}

// CPUFunction is a step function and what it is worth.
type CPUFunction struct {
	Function                uint32
	CoreSteps, MinLaneSteps uint64 // a second
}

// CPUTerms say how processors are measured.
type CPUTerms struct {
	Mode      string
	Functions []CPUFunction
	MaxLanes  uint32
}

// Terms are what the chain asks of proofs now.
type Terms struct {
	ChainID string
	Storage StorageTerms
	CPU     CPUTerms
	// Modes of all classes by name.
	Modes map[string]string
}

// Terms reads what the chain asks of proofs.
func (c *Client) Terms(ctx context.Context) (Terms, error) {
	res, err := por.NewQueryClient(c).Params(ctx, &por.QueryParamsRequest{})
	if err != nil {
		return Terms{}, err
	}
	t := Terms{ChainID: c.ChainID(), Modes: map[string]string{}}
	for _, class := range res.Params.Classes {
		mode := word(class.Mode.String(), "MODE_")
		t.Modes[class.Class.Name()] = mode
		if p := class.Storage; p != nil {
			t.Storage = StorageTerms{
				Mode: mode, UnitBytes: p.UnitBytes, PlotBytes: p.UnitCells * cellBytes, MinUnits: p.MinUnits,
				N: p.CostN, K1: p.K1, K2: p.K2, Seconds: float64(class.AnswerBlocks) * float64(res.Params.BlockMillis) / 1000,
			}
		}
		if p := class.Cpu; p != nil {
			t.CPU = CPUTerms{Mode: mode, MaxLanes: p.MaxLanes}
			for _, f := range p.Functions {
				t.CPU.Functions = append(t.CPU.Functions, CPUFunction{f.Function, f.CoreStepsPerSecond, f.MinLaneStepsPerSecond})
			}
		}
	}
	return t, nil
}

// cellBytes is the size of a cell of a plot.
const cellBytes = 4096

// PlotKey is what the cells of an operator's plot are made of.
func (t Terms) PlotKey(operator string) ([32]byte, error) {
	account, err := addresses.StringToBytes(operator)
	if err != nil {
		return [32]byte{}, fmt.Errorf("%q is no address: %w", operator, err)
	}
	return t.Storage.key(t.ChainID, account)
}

// key asks for the plot of one operator.
func (t StorageTerms) key(chainID string, operator sdk.AccAddress) ([32]byte, error) {
	terms := por.StorageTerms{UnitBytes: t.UnitBytes, UnitCells: t.PlotBytes / cellBytes, MinUnits: t.MinUnits, CostN: t.N, K1: t.K1, K2: t.K2}
	plot, err := terms.Plot(chainID, operator, max(t.MinUnits, 1))
	return plot.Key, err
}
