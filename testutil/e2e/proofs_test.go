// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	"github.com/openmesh-network/openmesh/testutil/mesh"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
	"github.com/openmesh-network/openmesh/worker/modules/proofs"
	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Where proofs are enforced an Xnode counts for what it proves: one that claims
// ten times as much gets a tenth, and nobody any work before a window has ended.
// Daemons that are killed while they plot, and between commit and reveal, come
// back and lose nothing.
func TestP1_AnXnodeCountsForWhatItProvesAndAKilledOneLosesNothing(t *testing.T) {
	const (
		gib              = 1 << 30
		storage, cpu     = 10 * gib, 8_000 // what every Xnode of a localnet claims
		boaster, plotter = 0, 1
		revealer         = 2
	)
	s := newStory(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*storyLimit) // several windows
	t.Cleanup(cancel)
	s.ctx = ctx
	m, err := mesh.Up(s.ctx, mesh.Config{
		Home: filepath.Join(t.TempDir(), "net"), Opend: built.opend, Xworker: built.xworker,
		Validators: 4, Workers: 4, BlockTime: blockTime, Proofs: localnet.ProofsEnforced,
		WorkerArgs: func(i int) []string {
			if i == boaster {
				return []string{"--set", "proofs.storage_bytes=1073741824", "--set", "proofs.cpu_millis=800"}
			}
			return nil
		},
		Genesis: func(cdc codec.JSONCodec, state app.GenesisState) error {
			patient := func(p *slashingtasks.Params) { p.DrawTimeout = 400 }
			if err := genesis(patient)(cdc, state); err != nil {
				return err
			}
			return app.ChangeState(cdc, state, por.ModuleName, func(g *por.GenesisState) error {
				for i := range g.Params.Classes {
					if c := &g.Params.Classes[i]; c.Class == por.CLASS_CPU {
						c.RevealBlocks, c.PeriodBlocks = 40, 65 // time for a daemon to come back
					}
				}
				return g.Params.Validate()
			})
		},
	})
	require.NoError(t, err)
	s.Mesh = m
	t.Cleanup(func() {
		s.logs()
		require.NoError(t, m.Close())
	})

	// A task is matched only once there is something verified.
	id := s.submit(3, "say", "proven")
	task := s.drawn(id)
	drawn, _ := s.task(id)
	for _, seat := range task {
		require.GreaterOrEqual(t, drawn.DrawnHeight, s.firstProof(seat.Operator, por.CLASS_CPU), "drawn before it was verified")
	}
	s.verified(id)

	// Everybody has what it proves, the boaster a tenth of what it says.
	s.until("every Xnode to be verified", func() (bool, error) {
		for i, w := range s.Workers {
			x, err := s.Xnode(s.ctx, w)
			if err != nil {
				return false, err
			}
			require.EqualValues(t, storage, x.Card.Claimed.StorageBytes)
			switch v := x.Verified; {
			case i == boaster && (v.StorageBytes != gib || v.CpuMillis < 800 || v.CpuMillis > 1_000):
				require.LessOrEqual(t, v.StorageBytes, uint64(gib))
				require.LessOrEqual(t, v.CpuMillis, uint64(1_000))
				return false, nil
			case i != boaster && (v.StorageBytes != storage || v.CpuMillis != cpu):
				return false, nil
			}
		}
		return true, nil
	})

	// One loses its plot, and is killed while it makes the new one.
	w := s.Workers[plotter]
	require.NoError(t, w.Kill())
	require.NoError(t, os.RemoveAll(filepath.Join(w.Home, proofs.PlotDir)))
	w.Args = []string{"--set", "proofs.plot_cpu_percent=1"}
	s.restart(w)
	s.untilPlot(w, func(p *apiv1.Plot) bool { return p.State == "filling" || p.State == "paused" })
	require.NoError(t, w.Kill())
	w.Args = nil
	s.restart(w)
	s.untilPlot(w, func(p *apiv1.Plot) bool { return p.State == "full" && p.Bytes == p.TargetBytes })

	// Another is killed between its commitment and the reveal.
	w = s.Workers[revealer]
	operator, err := s.Operator(w)
	require.NoError(t, err)
	var window uint64
	s.until("a commitment without its reveal", func() (bool, error) {
		res, err := por.NewQueryClient(s.Client().Conn()).Duties(s.ctx, &por.QueryDutiesRequest{Operator: operator})
		if err != nil {
			return false, err
		}
		for _, d := range res.Duties {
			if d.Window.Class == por.CLASS_CPU && d.Action == por.ACTION_WAIT && d.Window.Phase == por.PHASE_ANSWERING {
				window = d.Window.Number
				return true, nil
			}
		}
		return false, nil
	})
	require.NoError(t, w.Kill())
	s.restart(w)
	var verdict por.Verdict
	s.until("the window to be concluded", func() (bool, error) {
		for _, found := range s.measurements(operator, por.CLASS_CPU) {
			if found.Window == window && found.ConcludedHeight > 0 {
				verdict = found.Verdict
			}
		}
		return verdict != por.VERDICT_UNSPECIFIED, nil
	})
	require.Equal(t, por.VERDICT_OK, verdict, "what was committed was revealed after the kill")

	// Nobody was penalised.
	for _, w := range s.Workers {
		operator, err := s.Operator(w)
		require.NoError(t, err)
		require.Equal(t, app.Open(1_000).Amount.String(), s.bond(operator).Amount.String(), w.Name)
		res, err := stakingext.NewQueryClient(s.Client().Conn()).Faults(s.ctx, &stakingext.QueryFaultsRequest{Operator: operator})
		require.NoError(t, err)
		require.Empty(t, res.Faults, w.Name)
		for _, class := range []por.Class{por.CLASS_STORAGE, por.CLASS_CPU} {
			for _, found := range s.measurements(operator, class) {
				require.NotContains(t, []por.Verdict{por.VERDICT_MISMATCH, por.VERDICT_WITHHELD}, found.Verdict, "%s: %s", w.Name, class)
			}
		}
	}
	s.invariants()
}

// measurements are the last windows of an Xnode.
func (s *story) measurements(operator string, class por.Class) []por.Measurement {
	s.Helper()
	res, err := por.NewQueryClient(s.Client().Conn()).Proofs(s.ctx, &por.QueryProofsRequest{Operator: operator})
	require.NoError(s, err)
	var out []por.Measurement
	for _, m := range res.Measurements {
		if m.Class == class {
			out = append(out, m)
		}
	}
	return out
}

// firstProof is the height of the first window in which an Xnode proved a class.
func (s *story) firstProof(operator string, class por.Class) int64 {
	s.Helper()
	var first int64
	for _, m := range s.measurements(operator, class) {
		if m.Verdict == por.VERDICT_OK && m.ConcludedHeight > 0 && (first == 0 || m.ConcludedHeight < first) {
			first = m.ConcludedHeight
		}
	}
	require.Positive(s, first, "%s has proven nothing", operator)
	return first
}

// untilPlot waits for the plot of a daemon.
func (s *story) untilPlot(w *localnet.Worker, so func(*apiv1.Plot) bool) {
	s.Helper()
	s.until("the plot of "+w.Name, func() (bool, error) {
		status, err := mesh.DaemonStatus(s.ctx, w)
		if err != nil || status.Plot == nil {
			return false, nil //nolint:nilerr // it does not listen yet
		}
		return so(status.Plot), nil
	})
}
