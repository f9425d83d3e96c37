// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain_test

import (
	"math"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/corechain"
)

func TestRate(t *testing.T) {
	t.Parallel()
	spec := corechain.Spec{Function: corechain.SHA256, Interval: 10_000}
	rating := corechain.Rating{Reference: 10_000_000, MinLane: 5_000_000}
	for _, c := range []struct {
		name     string
		segments []uint64
		millis   uint64
		want     corechain.Rate
	}{
		{"two lanes at the speed of the reference are two cores", []uint64{30_000, 30_000}, 30_000, corechain.Rate{Lanes: 2, Steps: 20_000_000, Millis: 2000}},
		{"a lane at six tenths is six tenths of a core", []uint64{18_000}, 30_000, corechain.Rate{Lanes: 1, Steps: 6_000_000, Millis: 600}},
		{"a fast lane is one core", []uint64{60_000}, 30_000, corechain.Rate{Lanes: 1, Steps: 20_000_000, Millis: 1000}},
		{"a fast lane makes up for a slow one that counts", []uint64{42_000, 18_000}, 30_000, corechain.Rate{Lanes: 2, Steps: 20_000_000, Millis: 2000}},
		{"a lane at the least speed counts", []uint64{15_000}, 30_000, corechain.Rate{Lanes: 1, Steps: 5_000_000, Millis: 500}},
		{"a lane below the least speed counts for nothing", []uint64{14_999}, 30_000, corechain.Rate{}},
		{"a hundred slow lanes count for nothing", slow(100), 30_000, corechain.Rate{}},
		{"the least speed is rounded up", []uint64{1}, 3, corechain.Rate{}},
		{"nothing overflows", []uint64{math.MaxUint32}, 1, corechain.Rate{Lanes: 1, Steps: math.MaxUint32 * 10_000 * 1000, Millis: 1000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := rating.Rate(spec, corechain.Commitment{Segments: c.segments}, c.millis)
			if err != nil || got != c.want {
				t.Errorf("%+v, %v, want %+v", got, err, c.want)
			}
		})
	}
	for _, r := range []corechain.Rating{{}, {MinLane: 1}} {
		if _, err := r.Rate(spec, corechain.Commitment{}, 1000); err == nil {
			t.Errorf("%+v rates", r)
		}
	}
	if _, err := rating.Rate(spec, corechain.Commitment{}, 0); err == nil {
		t.Error("no time rates")
	}
}

func slow(n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = 300
	}
	return out
}

func TestSegmentsForAreJustEnough(t *testing.T) {
	t.Parallel()
	spec := corechain.Spec{Function: corechain.SHA256, Interval: 10_000}
	rating := corechain.Rating{Reference: 10_000_000, MinLane: 5_000_000}
	for _, lanes := range []uint32{1, 2, 7, 64, 1024} {
		for _, perLane := range []uint64{500, 501, 777, 999, 1000} {
			for _, elapsed := range []uint64{1000, 30_000, 61_234} {
				millis := perLane * uint64(lanes)
				n := rating.SegmentsFor(spec, lanes, millis, elapsed)
				rate := func(n uint64) uint64 {
					c := corechain.Commitment{Segments: make([]uint64, lanes)}
					for i := range c.Segments {
						c.Segments[i] = n
					}
					r, err := rating.Rate(spec, c, elapsed)
					if err != nil {
						t.Fatal(err)
					}
					return r.Millis
				}
				if rate(n) < millis || rate(n-1) >= millis {
					t.Errorf("%d lanes, %d millis, %d ms: %d segments give %d, one less %d", lanes, millis, elapsed, n, rate(n), rate(n-1))
				}
			}
		}
	}
	if n := rating.SegmentsFor(spec, 1, math.MaxUint64, math.MaxUint64); n != corechain.MaxSegments {
		t.Errorf("the greatest window asks for %d segments", n)
	}
	if n := rating.SegmentsFor(spec, 4, 1, 1000); n != 500 {
		t.Errorf("a small claim asks for %d segments, which lanes below the least speed make", n)
	}
}
