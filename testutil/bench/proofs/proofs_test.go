// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The test sees that the benchmark runs, and judges no time.
func TestProofsAreMeasured(t *testing.T) {
	report, err := Run(t.Context(), Config{Rounds: 1, Turn: time.Millisecond, PlotBytes: 8 << 20, MemoryBytes: 8 << 20})
	require.NoError(t, err)
	require.Len(t, report.Checks, 13)
	for _, c := range report.Checks {
		require.Positive(t, c.CPUMicros.Median, c.Name)
		require.Positive(t, c.Bytes, c.Name)
	}
	require.NotEmpty(t, report.Rates)
	for _, r := range report.Rates {
		require.Positive(t, r.PerSecond.Median, r.Name)
	}
	require.Positive(t, report.Of(storageName))
	lines := 0
	report.Write(func(string, ...any) { lines++ })
	require.Greater(t, lines, 13)
}
