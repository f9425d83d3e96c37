// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm

import (
	"cmp"
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/sampling"
)

// A Sample names one row of one product: row Row of C_Step, made of that row of
// A_Step and becoming a row of A_Step+1.
type Sample struct {
	Step, Row uint32
}

// Draw draws count distinct samples, in order, from a beacon that nobody knew
// when the commitment was made. Each row of each step is as likely as any other.
func Draw(beacon [32]byte, c Challenge, made Commitment, count int) ([]Sample, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := made.Validate(); err != nil {
		return nil, err
	}
	n := uint64(c.N)
	total := uint64(made.Steps) * n
	if count < 1 || count > MaxSamples || uint64(count) > total {
		return nil, fmt.Errorf("%w: %d of %d rows", ErrSamples, count, total)
	}
	seed := digest("openmesh/por/gemm/v1/draw", beacon[:], c.Beacon[:], c.Node, be32(uint32(c.N)),
		be32(made.Steps), made.Root[:])
	drawn, err := sampling.Draw(seed, []byte("gemm"), total, count)
	if err != nil {
		return nil, err
	}
	samples := make([]Sample, count)
	for i, at := range drawn {
		samples[i] = Sample{Step: uint32(at / n), Row: uint32(at % n)}
	}
	return samples, nil
}

func compare(a, b Sample) int {
	return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Row, b.Row))
}

// checkSamples refuses what Draw could not have answered.
func checkSamples(c Challenge, made Commitment, samples []Sample) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if err := made.Validate(); err != nil {
		return err
	}
	if len(samples) == 0 || len(samples) > MaxSamples {
		return fmt.Errorf("%w: %d samples, not 1 to %d", ErrSamples, len(samples), MaxSamples)
	}
	for i, s := range samples {
		if s.Step >= made.Steps || int(s.Row) >= c.N {
			return fmt.Errorf("%w: row %d of step %d", ErrSamples, s.Row, s.Step)
		}
		if i > 0 && compare(samples[i-1], s) >= 0 {
			return fmt.Errorf("%w: sample %d is not after the one before", ErrSamples, i)
		}
	}
	return nil
}
