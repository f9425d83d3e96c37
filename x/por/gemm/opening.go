// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm

import (
	"encoding/binary"
	"fmt"
)

// An Opened is the answer to one sample: the committed row of A_t and row of C_t
// that is its product with B. The row of A_t+1 follows from the product and is
// not sent.
type Opened struct {
	// Row is the row of A_t; for t = 0 it is empty.
	Row []byte
	// Product is the row of C_t.
	Product []int32
	// From and To are the places of the rows of A_t and A_t+1; From is empty for t = 0.
	From, To Place
}

// OpeningSize is the number of bytes of an encoded opening. It fails if the
// samples are none, or too many for MaxOpening.
func OpeningSize(c Challenge, made Commitment, samples []Sample) (int, error) {
	if err := checkSamples(c, made, samples); err != nil {
		return 0, err
	}
	size := 0
	for _, s := range samples {
		size += 4*c.N + placeSize(c.N, made.Steps, s.Step+1)
		if s.Step > 0 {
			size += c.N + placeSize(c.N, made.Steps, s.Step)
		}
	}
	if size > MaxOpening {
		return 0, fmt.Errorf("%w: %d samples take %d bytes, more than %d", ErrSamples, len(samples), size, MaxOpening)
	}
	return size, nil
}

// Encode writes an opening: for each sample row, product (little endian), from, to.
func Encode(samples []Sample, opening []Opened) []byte {
	var out []byte
	for i, o := range opening {
		if samples[i].Step > 0 {
			out = append(out, o.Row...)
		}
		for _, p := range o.Product {
			out = binary.LittleEndian.AppendUint32(out, uint32(p))
		}
		if samples[i].Step > 0 {
			out = o.From.append(out)
		}
		out = o.To.append(out)
	}
	return out
}

// Decode reads an opening of exactly OpeningSize bytes: every encoding of that
// size is an opening, and every opening has one encoding. Rows point into data.
func Decode(c Challenge, made Commitment, samples []Sample, data []byte) ([]Opened, error) {
	want, err := OpeningSize(c, made, samples)
	if err != nil {
		return nil, err
	}
	if len(data) != want {
		return nil, fmt.Errorf("%w: %d bytes, want %d", ErrSize, len(data), want)
	}
	opening := make([]Opened, len(samples))
	for i, s := range samples {
		o := &opening[i]
		if s.Step > 0 {
			o.Row, data = data[:c.N], data[c.N:]
		}
		o.Product = make([]int32, c.N)
		for j := range o.Product {
			o.Product[j] = int32(binary.LittleEndian.Uint32(data[4*j:]))
		}
		data = data[4*c.N:]
		if s.Step > 0 {
			o.From, data = readPlace(c.N, made.Steps, s.Step, data)
		}
		o.To, data = readPlace(c.N, made.Steps, s.Step+1, data)
	}
	return opening, nil
}
