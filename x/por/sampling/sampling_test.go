// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sampling_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/sampling"
)

func TestDrawsAreDifferentAscendingAndInRange(t *testing.T) {
	t.Parallel()
	for _, total := range []uint64{1, 2, 3, 5, 100, sampling.MaxTotal} {
		for _, n := range []int{1, 2, 4, 40, sampling.MaxSamples} {
			got, err := sampling.Draw([32]byte{9}, []byte("topic"), total, n)
			if err != nil {
				t.Fatal(err)
			}
			if uint64(len(got)) != min(uint64(n), total) {
				t.Fatalf("%d of %d: drew %d", n, total, len(got))
			}
			for i, x := range got {
				if x >= total || i > 0 && x <= got[i-1] {
					t.Fatalf("%d of %d: %v", n, total, got)
				}
			}
		}
	}
}

func TestEveryItemIsDrawnEquallyOften(t *testing.T) {
	t.Parallel()
	const total, n, rounds = 10, 3, 20_000
	var hits [total]int
	for i := range rounds {
		var seed [32]byte
		binary.BigEndian.PutUint64(seed[:], uint64(i))
		got, err := sampling.Draw(seed, nil, total, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range got {
			hits[x]++
		}
	}
	// 6000 expected, standard deviation 65.
	if lo, hi := slices.Min(hits[:]), slices.Max(hits[:]); lo < 5_700 || hi > 6_300 {
		t.Errorf("hits: %v", hits)
	}
}

func TestP3_DrawsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total uint64
		n     int
		topic int
	}{{0, 1, 0}, {sampling.MaxTotal + 1, 1, 0}, {10, 0, 0}, {10, -1, 0}, {10, sampling.MaxSamples + 1, 0}, {10, 1, 256}} {
		if _, err := sampling.Draw([32]byte{}, make([]byte, c.topic), c.total, c.n); !errors.Is(err, sampling.ErrDraw) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	got, err := sampling.Draw([32]byte{1, 2, 3}, []byte("openmesh"), 1_000_000, 4)
	if want := []uint64{68098, 149579, 557754, 938926}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestSurvival(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bad  uint64
		n    int
		want uint64
	}{
		{0, 1000, sampling.Certain},
		{500, 4, 814_506_250},
		{1000, 4, 656_100_000},
		{2000, 4, 409_600_000},
		{5000, 4, 62_500_000},
		{500, 40, 128_512_157 + 18}, // 0.95^40, rounded up at every factor
		{5000, 40, 1},
		{10_000, 1, 0},
		{20_000, 1, 0},
	} {
		got := sampling.Survival(c.bad, c.n)
		if got < c.want-min(c.want, 20) || got > c.want+20 {
			t.Errorf("%d bps, %d samples: %d, want %d", c.bad, c.n, got, c.want)
		}
	}
}
