// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"fmt"
	"math/bits"
)

const (
	// Nonces is how many ways there are to prove: nonces 0 to 19, of which one is enough.
	Nonces = 20
	// MaxPlotBytes bounds a plot (1 PiB).
	MaxPlotBytes = 1 << 50
	// MaxK bounds K1 and K2.
	MaxK = 1 << 16
	// DefaultK is K1 and K2 of a network that means it.
	DefaultK = 340
	// coarse is one in how many labels gets through the first look, for one nonce.
	coarse = 1 << coarseBits
)

// Params are what all plots of one class share.
type Params struct {
	N  uint32 // cost of a cell: 2 N BlockMix of 4096 bytes, N * 4096 bytes of memory; a power of two
	K1 uint32 // how many labels of a whole plot qualify for a nonce, on average
	K2 uint32 // how many a proof names
}

// A Plot says what is proven: how many cells, whose, at which parameters.
type Plot struct {
	Params
	Key   Key
	Cells uint64
}

// Validate returns an error unless a plot of any possible size can have these parameters.
func (p Params) Validate() error {
	if err := ValidN(p.N); err != nil {
		return err
	}
	if p.K1 < 1 || p.K1 > MaxK || p.K2 < 1 || p.K2 > MaxK {
		return fmt.Errorf("%w: K1 is %d and K2 is %d, must be in 1..%d", ErrParams, p.K1, p.K2, MaxK)
	}
	return nil
}

// MinCells is the least number of cells for which the parameters make sense: a label qualifies
// with a chance below 1/64.
func (p Params) MinCells() uint64 {
	return uint64(max(p.K1*coarse, p.K2))/LabelsPerCell + 1
}

// CellWork is what a cell costs, in Salsa20/8 permutations; gas goes by it.
func (p Params) CellWork() uint64 { return 2 * uint64(p.N) * chunks }

// Cells is how many cells there are in units of unitBytes each.
func Cells(units, unitBytes uint64) (uint64, error) {
	hi, lo := bits.Mul64(units, unitBytes)
	switch {
	case unitBytes == 0 || unitBytes%CellBytes != 0:
		return 0, fmt.Errorf("%w: a unit of %d bytes is not a multiple of %d", ErrParams, unitBytes, CellBytes)
	case hi != 0 || lo > MaxPlotBytes:
		return 0, fmt.Errorf("%w: %d units of %d bytes are more than %d bytes", ErrParams, units, unitBytes, uint64(MaxPlotBytes))
	}
	return lo / CellBytes, nil
}

// Validate returns an error unless the plot can be proven.
func (p Plot) Validate() error {
	if err := p.Params.Validate(); err != nil {
		return err
	}
	if p.Cells < p.MinCells() || p.Cells > MaxPlotBytes/CellBytes {
		return fmt.Errorf("%w: a plot of %d cells, must be %d to %d", ErrParams, p.Cells, p.MinCells(), uint64(MaxPlotBytes/CellBytes))
	}
	return nil
}

// Labels is how many labels the plot has.
func (p Plot) Labels() uint64 { return p.Cells * LabelsPerCell }

// Threshold is T: a label that got through the first look qualifies if 64 bits of AES are less.
// It is floor(2^64 * 64 * K1 / labels), so that a label qualifies with the chance K1 / labels.
// The plot must be valid.
func (p Plot) Threshold() uint64 {
	t, _ := bits.Div64(uint64(p.K1)*coarse, 0, p.Labels())
	return t
}
