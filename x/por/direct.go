// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
)

// Plot is the plot of an operator's Xnode, as far as so many units of it are proven
// (ErrInvalidUnits).
func (t StorageTerms) Plot(chainID string, operator sdk.AccAddress, units uint64) (cellpost.Plot, error) {
	if units < t.MinUnits || units > MaxUnits {
		return cellpost.Plot{}, errors.Wrapf(ErrInvalidUnits, "%d units, from %d to %d can be proven", units, t.MinUnits, uint64(MaxUnits))
	}
	plot := cellpost.Plot{
		Params: t.PlotParams(),
		Key:    cellpost.NewKey(chainID, operator, nil),
		Cells:  mulDiv(units, t.UnitCells, 1),
	}
	if err := plot.Validate(); err != nil {
		return cellpost.Plot{}, errors.Wrap(ErrInvalidUnits, err.Error())
	}
	return plot, nil
}

// PlotParams are what all plots share.
func (t StorageTerms) PlotParams() cellpost.Params {
	return cellpost.Params{N: t.CostN, K1: t.K1, K2: t.K2}
}

// MaxClaimUnits is the most units that a claim of so many bytes lets an Xnode prove: what is
// begun of a unit counts as one.
func (t StorageTerms) MaxClaimUnits(claimed uint64) uint64 {
	units := claimed / t.UnitBytes
	if claimed%t.UnitBytes > 0 {
		units++
	}
	return units
}

// Spec is how core chains of the function are made.
func (f CpuFunction) Spec() corechain.Spec {
	return corechain.Spec{Function: corechain.Function(f.Function), Interval: f.Interval}
}

// Rating is what steps of the function are worth.
func (f CpuFunction) Rating() corechain.Rating {
	return corechain.Rating{Reference: f.CoreStepsPerSecond, MinLane: f.MinLaneStepsPerSecond}
}

// CoreChallenge is what the core chains of an operator's Xnode begin with in the window. The
// window's challenge stands for its seed, so that chain and class are bound as well.
func (w Window) CoreChallenge(chainID string, operator sdk.AccAddress) corechain.Challenge {
	return corechain.Challenge{Seed: [32]byte(w.Challenge(chainID, operator)), Operator: operator, Window: w.Number}
}

// Commitment is what a measurement's answer to a CPU window committed to.
func (m Measurement) Commitment() corechain.Commitment {
	c := corechain.Commitment{Segments: m.Segments}
	copy(c.Root[:], m.Root)
	return c
}

// WorkedMillis is the time that the steps of a CPU window are counted over, in milliseconds:
// work_millis, or where blocks came faster than they should, as much less.
func (w Window) WorkedMillis(blockMillis uint64) uint64 {
	if w.Terms.Cpu == nil {
		return 1
	}
	nominal := uint64(w.Terms.AnswerBlocks) * blockMillis
	return max(min(mulDiv(uint64(w.ElapsedMillis), w.Terms.Cpu.WorkMillis, max(nominal, 1)), w.Terms.Cpu.WorkMillis), 1)
}
