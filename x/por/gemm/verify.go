// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Verify checks an opening of the samples against the commitment. secret is the
// verifier's own: 32 random bytes that the prover cannot know before it has sent
// the opening. The order is that of cost: sizes, hashes and ranges of what is
// there, and one pass over B at the end. A nil error is the only yes.
func Verify(c Challenge, made Commitment, samples []Sample, data []byte, secret [32]byte) error {
	opening, err := Decode(c, made, samples, data)
	if err != nil {
		return err
	}
	s, err := NewStreams(c)
	if err != nil {
		return err
	}
	rows, products := make([][]byte, len(samples)), make([][]int32, len(samples))
	for i, o := range opening {
		if err := inRange(c.N, o.Product); err != nil {
			return fmt.Errorf("%w: row %d of step %d", err, samples[i].Row, samples[i].Step)
		}
		products[i] = o.Product
		if rows[i], err = s.transition(samples[i], o).locate(s, made); err != nil {
			return err
		}
	}
	if column := s.freivalds(weights(secret, data, len(samples)), rows, products); column >= 0 {
		return fmt.Errorf("%w: column %d", ErrProduct, column)
	}
	return nil
}

// Transitions gives what an opening says of the chain: evidence for disputes.
// It checks sizes only; each transition judges itself.
func Transitions(c Challenge, made Commitment, samples []Sample, data []byte) ([]Transition, error) {
	opening, err := Decode(c, made, samples, data)
	if err != nil {
		return nil, err
	}
	s, err := NewStreams(c)
	if err != nil {
		return nil, err
	}
	transitions := make([]Transition, len(samples))
	for i, o := range opening {
		transitions[i] = s.transition(samples[i], o)
	}
	return transitions, nil
}

// transition makes the next row of an opened product.
func (s *Streams) transition(at Sample, o Opened) Transition {
	next := make([]byte, s.n)
	s.Step(at.Step).Requant(next, o.Product, int(at.Row))
	return Transition{Sample: at, Row: o.Row, Next: next, From: o.From, To: o.To}
}

// inRange refuses entries that no product has: Freivalds' check needs them to
// differ by less than its prime.
func inRange(n int, product []int32) error {
	limit := int32(n) << 14
	for _, p := range product {
		if p > limit || p < -limit {
			return ErrRange
		}
	}
	return nil
}

// weights derives one weight a sample, below prime, from the secret and all of
// the opening: a verifier that repeats its secret still asks each opening anew.
func weights(secret [32]byte, data []byte, count int) []int64 {
	all := sha256.Sum256(data)
	w := make([]int64, count)
	for i := range w {
		h := digest("openmesh/por/gemm/v1/weight", secret[:], all[:], be32(uint32(i)))
		w[i] = int64(binary.LittleEndian.Uint64(h[:8]) % prime)
	}
	return w
}
