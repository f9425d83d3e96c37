// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// These tests see that the benchmarks run, and judge no time.

func write(r *Report) error { return errors.Join(r.writeText(io.Discard), r.writeJSON(io.Discard)) }

func TestCPUOfTasksAndSendsIsMeasured(t *testing.T) {
	report, err := benchCPU(t.Context(), cpuConfig{tasks: 2, warmup: 12, blocks: 2, rounds: 2, budget: time.Minute})
	require.NoError(t, err)
	require.Len(t, report.Rows, 3)
	for _, row := range report.Rows {
		require.Positive(t, row.CPUMicros.Median, row.Name)
	}
	require.EqualValues(t, 1+2*seats, report.Rows[1].TxsPerOp, "every commit and reveal is a transaction")
	require.Less(t, report.Rows[2].TxsPerOp, report.Rows[1].TxsPerOp)
	require.NoError(t, write(&Report{CPU: report}))
}

func TestDrawsAreMeasured(t *testing.T) {
	report, err := benchDraws(t.Context(), drawsConfig{trees: []int{100, 10_000}, keepers: []int{100}, turn: 10 * time.Millisecond, rounds: 2})
	require.NoError(t, err)
	require.Len(t, report.Rows, 7)
	for _, row := range report.Rows {
		require.Positive(t, row.Draws.Median, row.Of)
		require.Positive(t, row.Committees.Median, row.Of)
	}
	require.NoError(t, write(&Report{Draws: report}))
}

func TestStateThatTasksLeaveIsMeasured(t *testing.T) {
	report, err := benchState(2)
	require.NoError(t, err)
	require.NotEmpty(t, report.Rows)
	require.NoError(t, write(&Report{State: report}))
	for _, row := range report.Rows {
		switch row.Module {
		case slashingtasks.StoreKey, workers.StoreKey, stakingext.StoreKey:
			require.Positive(t, row.Peak, row.Module)
			require.Zero(t, row.Pruned, "left behind in %s", row.Module)
		}
	}
}

func TestWindowsAreMeasured(t *testing.T) {
	report, err := benchWindows(t.Context(), windowsConfig{xnodes: 20, sends: 2, cells: 32})
	require.NoError(t, err)
	require.Len(t, report.Costs, 8)
	for _, c := range report.Costs {
		require.Equal(t, 20, c.Items, c.Name)
	}
	require.LessOrEqual(t, report.Costs[len(report.Costs)-1].MostInA, 4, "checks in a block are capped")
	require.NotEmpty(t, report.Times)
	require.Len(t, report.State, 8)
	require.Positive(t, report.Day.Seconds)
	require.NoError(t, write(&Report{Windows: report}))
}
