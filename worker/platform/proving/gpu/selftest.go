// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"bytes"
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/gemm"
)

// SelfTest compares an engine with the CPU, bit by bit: four steps of order 256
// and one of order 512, every entry and every digest. An engine that does not pass
// must not be used; what it lacks is in the error, which is ErrDevice.
func SelfTest(e Engine) error {
	cpu := NewCPU(0)
	for n, steps := range map[int]uint32{gemm.MinN: 4, 2 * gemm.MinN: 1} {
		s, err := gemm.NewStreams(gemm.Challenge{Beacon: [32]byte{'t'}, Node: []byte("self-test"), N: n})
		if err != nil {
			return err
		}
		if err := e.Load(s); err != nil {
			return fmt.Errorf("self-test: load order %d: %w", n, err)
		}
		if err := cpu.Load(s); err != nil {
			return err
		}
		want, got := make([]byte, n*n), make([]byte, n*n)
		wantDigests, gotDigests := make([]Digest, n), make([]Digest, n)
		for t := range steps {
			if err := cpu.Step(s.Step(t), wantDigests); err != nil {
				return err
			}
			if err := cpu.Read(want, 0); err != nil {
				return err
			}
			if err := e.Step(s.Step(t), gotDigests); err != nil {
				return fmt.Errorf("self-test: step %d of order %d: %w", t, n, err)
			}
			if err := e.Read(got, 0); err != nil {
				return fmt.Errorf("self-test: read order %d: %w", n, err)
			}
			if !bytes.Equal(want, got) {
				return fmt.Errorf("%w: self-test: step %d of order %d is not the CPU's: %s", ErrDevice, t, n, difference(want, got, n))
			}
			for i := range want[:n] {
				if wantDigests[i] != gotDigests[i] {
					return fmt.Errorf("%w: self-test: digest of row %d of order %d is not the CPU's", ErrDevice, i, n)
				}
			}
		}
	}
	return nil
}

// difference says how much of a matrix is wrong and where it begins.
func difference(want, got []byte, n int) string {
	count, first := 0, -1
	for i := range want {
		if want[i] != got[i] {
			if count++; first < 0 {
				first = i
			}
		}
	}
	return fmt.Sprintf("%d of %d entries, the first at row %d, column %d", count, len(want), first/n, first%n)
}
