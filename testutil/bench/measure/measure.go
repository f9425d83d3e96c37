// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package measure holds what all benchmarks share: CPU and wall time of this
// process, and medians of rounds.
package measure

import (
	"fmt"
	"slices"
	"time"
)

// Stat is the median of some rounds, and the range that all of them lie in.
type Stat struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Rounds int     `json:"rounds"`
}

// NewStat of one value for each round; zero if there are none.
func NewStat(values []float64) Stat {
	if len(values) == 0 {
		return Stat{}
	}
	return Stat{Median: median(values), Min: slices.Min(values), Max: slices.Max(values), Rounds: len(values)}
}

// String is the median with the range behind it, in whole numbers.
func (s Stat) String() string { return s.Format("%.0f") }

// Format is the median with the range behind it, each number in the given format.
func (s Stat) Format(number string) string {
	return fmt.Sprintf(number+" ("+number+".."+number+")", s.Median, s.Min, s.Max)
}

// median of at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Cost is what something took of this process: CPU of all its threads, garbage
// collection and the database's compaction included, and wall time.
type Cost struct{ CPU, Wall time.Duration }

// Add adds another cost to it.
func (c *Cost) Add(o Cost) { c.CPU, c.Wall = c.CPU+o.CPU, c.Wall+o.Wall }

// Run runs do and returns what it took.
func Run(do func() error) (Cost, error) {
	cpu, err := CPUTime()
	if err != nil {
		return Cost{}, err
	}
	began := time.Now()
	if err := do(); err != nil {
		return Cost{}, err
	}
	wall := time.Since(began)
	after, err := CPUTime()
	return Cost{CPU: after - cpu, Wall: wall}, err
}
