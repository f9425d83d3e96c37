// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// These tests see that the benchmarks run, and judge no time.

func TestTheSandboxIsMeasured(t *testing.T) {
	report, err := Run(t.Context(), Config{Kernels: "../kernels", Rounds: 1, Starts: 1, Tasks: 1, Turn: time.Millisecond})
	require.NoError(t, err)
	report.Write(func(format string, args ...any) { fmt.Fprintf(io.Discard, format, args...) })
	want := 5 // the kernels in Go
	if _, err := exec.LookPath("clang"); err == nil && len(report.Notes) == 0 {
		want = len(kernels)
	}
	require.Len(t, report.Speed, want)
	for _, row := range report.Speed {
		require.Positive(t, row.Raw.Median, row.Name)
		require.Positive(t, row.Metered.Median, row.Name)
		require.Positive(t, row.Gas, row.Name)
	}
	for _, row := range report.Starts {
		require.Positive(t, row.Instrument.Median, row.Name)
	}
	require.Greater(t, report.Starts[len(report.Starts)-1].Bytes, 2*report.Starts[len(report.Starts)-3].Bytes, "every function four times")
}
