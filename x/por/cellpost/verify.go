// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/sampling"
)

// VerifyAll recomputes every label that the proof names. A *LabelError (ErrLabel) says which
// one is the first that does not qualify; all other errors come before any cell is computed.
func (p Plot) VerifyAll(challenge Challenge, proof Proof) error {
	positions := make([]int, len(proof.Indices))
	for i := range positions {
		positions[i] = i
	}
	return p.VerifySamples(challenge, proof, positions)
}

// VerifySamples recomputes the labels at some positions of the proof, ascending, as Sample
// draws them. No position at all is an error: it would verify nothing.
func (p Plot) VerifySamples(challenge Challenge, proof Proof, positions []int) error {
	return p.verify(challenge, proof, positions, (*Maker).Cell)
}

// VerifyOne recomputes the label at one position. A *LabelError (ErrLabel) shows that the proof
// is a fake; any other error, that it is not worth to be looked at.
func (p Plot) VerifyOne(challenge Challenge, proof Proof, position int) error {
	return p.VerifySamples(challenge, proof, []int{position})
}

// verify is VerifySamples; tests count the cells that it makes.
func (p Plot) verify(challenge Challenge, proof Proof, positions []int, cellOf func(*Maker, uint64, *Cell)) error {
	if err := p.Check(proof); err != nil {
		return err
	}
	if len(positions) == 0 {
		return fmt.Errorf("%w: none given", ErrPosition)
	}
	for i, position := range positions {
		if position < 0 || position >= len(proof.Indices) || i > 0 && position <= positions[i-1] {
			return fmt.Errorf("%w: %d", ErrPosition, position)
		}
	}
	scanner, err := p.NewScanner(challenge)
	if err != nil {
		return err
	}
	maker, err := NewMaker(p.Key, p.N)
	if err != nil {
		return err
	}
	var cell Cell
	made := p.Cells // the number of the cell that cell holds: none yet
	for _, position := range positions {
		label := proof.Indices[position]
		if at := label / LabelsPerCell; at != made {
			cellOf(maker, at, &cell)
			made = at
		}
		if !scanner.Qualifies(proof.Nonce, label, &cell) {
			return &LabelError{Position: position, Index: label}
		}
	}
	return nil
}

// Sample draws count of the K2 positions of a proof by a seed that nobody knew when the proof
// was given; ascending. It draws all of them if count is K2 or more. It fails only if count is
// not in 1..sampling.MaxSamples.
func (p Params) Sample(seed [32]byte, count int) ([]int, error) {
	drawn, err := sampling.Draw(seed, []byte(domainSample), uint64(p.K2), count)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrParams, err)
	}
	positions := make([]int, len(drawn))
	for i, at := range drawn {
		positions[i] = int(at)
	}
	return positions, nil
}
