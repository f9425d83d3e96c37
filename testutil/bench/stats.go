// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
)

// Stat is the median of some rounds, and the range that all of them lie in.
type Stat struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Rounds int     `json:"rounds"`
}

func newStat(values []float64) Stat {
	if len(values) == 0 {
		return Stat{}
	}
	return Stat{Median: median(values), Min: slices.Min(values), Max: slices.Max(values), Rounds: len(values)}
}

// String is the median with the range behind it.
func (s Stat) String() string { return s.format("%.0f") }

func (s Stat) format(number string) string {
	return fmt.Sprintf(number+" ("+number+".."+number+")", s.Median, s.Min, s.Max)
}

// median of at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
