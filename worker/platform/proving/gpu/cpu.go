// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/openmesh-network/openmesh/x/por/gemm"
)

// CPU is the engine that every machine has. It is the reference for others, and
// what tests run; as a proof of an accelerator it is honest and slow.
type CPU struct {
	threads int
	streams *gemm.Streams
	n       int
	b       []byte // columns
	a, next []byte // rows
}

// NewCPU makes an engine of that many threads; 0 is all that Go may use.
func NewCPU(threads int) *CPU {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return &CPU{threads: threads}
}

// Info describes the device.
func (c *CPU) Info() Info {
	return Info{Kind: "cpu", Class: "cpu-" + runtime.GOARCH, Name: runtime.GOARCH, Units: c.threads}
}

// Load makes B and A_0.
func (c *CPU) Load(s *gemm.Streams) error {
	if c.n = s.N(); len(c.b) != c.n*c.n {
		c.b, c.a, c.next = make([]byte, c.n*c.n), make([]byte, c.n*c.n), make([]byte, c.n*c.n)
	}
	c.streams = s
	c.parallel(func(first, count int) {
		s.Columns(c.b[first*c.n:(first+count)*c.n], first)
		s.Rows(c.a[first*c.n:(first+count)*c.n], first)
	})
	return nil
}

// Step makes the next matrix.
func (c *CPU) Step(key gemm.StepKey, digests []Digest) error {
	if c.streams == nil || len(digests) != c.n {
		return fmt.Errorf("%w: no chain, or %d digests for %d rows", ErrDevice, len(digests), c.n)
	}
	c.parallel(func(first, count int) {
		packed := make([]int64, c.n)
		low, high := make([]int32, c.n), make([]int32, c.n)
		for i := first; i < first+count; i += 2 {
			c.pair(i, packed, low, high)
			for k, product := range [2][]int32{low, high} {
				to := key.Target(i+k, c.n)
				row := c.next[to*c.n : (to+1)*c.n]
				key.Requant(row, product, i+k)
				digests[to] = gemm.RowDigest(row)
			}
		}
	})
	c.a, c.next = c.next, c.a
	return nil
}

// pair makes rows i and i+1 of the product. Both entries of one column of A are
// packed in one word, the second 32 bits up: one multiplication serves two rows,
// and since sums stay below 2^28 the lower one can be taken off again.
func (c *CPU) pair(i int, packed []int64, low, high []int32) {
	n := c.n
	a0, a1 := c.a[i*n:(i+1)*n], c.a[(i+1)*n:(i+2)*n]
	for j := range packed {
		packed[j] = int64(int8(a0[j])) + int64(int8(a1[j]))<<32
	}
	for k := 0; k < n; k += 4 {
		b0, b1, b2, b3 := c.b[k*n:(k+1)*n], c.b[(k+1)*n:(k+2)*n], c.b[(k+2)*n:(k+3)*n], c.b[(k+3)*n:(k+4)*n]
		b0, b1, b2, b3 = b0[:len(packed)], b1[:len(packed)], b2[:len(packed)], b3[:len(packed)]
		var s [4]int64
		var s0, s1, s2, s3 int64
		for j, p := range packed {
			s0 += p * int64(int8(b0[j]))
			s1 += p * int64(int8(b1[j]))
			s2 += p * int64(int8(b2[j]))
			s3 += p * int64(int8(b3[j]))
		}
		s = [4]int64{s0, s1, s2, s3}
		for m, sum := range s {
			low[k+m] = int32(sum)
			high[k+m] = int32((sum - int64(low[k+m])) >> 32)
		}
	}
}

// parallel divides the rows among the threads, in even numbers.
func (c *CPU) parallel(f func(first, count int)) {
	share := max(2, (c.n/c.threads+1)&^1)
	var wg sync.WaitGroup
	for first := 0; first < c.n; first += share {
		wg.Go(func() { f(first, min(share, c.n-first)) })
	}
	wg.Wait()
}

// Read copies rows of the current matrix.
func (c *CPU) Read(dst []byte, first int) error {
	if first < 0 || first*c.n+len(dst) > len(c.a) {
		return fmt.Errorf("%w: rows out of range", ErrDevice)
	}
	copy(dst, c.a[first*c.n:])
	return nil
}

// Write makes a matrix current.
func (c *CPU) Write(matrix []byte) error {
	if c.streams == nil || len(matrix) != len(c.a) {
		return fmt.Errorf("%w: no chain, or a matrix of %d bytes", ErrDevice, len(matrix))
	}
	copy(c.a, matrix)
	return nil
}

// Close forgets the chain.
func (c *CPU) Close() error {
	*c = CPU{threads: c.threads}
	return nil
}
