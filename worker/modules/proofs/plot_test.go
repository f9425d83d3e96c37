// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

func TestAPlotGrowsAndShrinksWithTheClaim(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		for _, units := range []uint64{2, 5, 1} {
			r.claims(units)
			r.tell(1)
			r.plotted(units)
			s := r.status().Plot
			require.Equal(t, units*testTerms.UnitCells*cellpost.CellBytes, s.Bytes)
			require.Equal(t, units*testTerms.UnitBytes, s.ProvenBytes)
		}
		r.claims(0)
		r.tell(1)
		require.EqualValues(t, 1, r.status().Plot.Units, "what is claimed no more is kept: it took its time")
	})
}

func TestOnlyUnitsThatAreThereAreProven(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		r.claims(2)
		r.tell(0)
		r.plotted(2)
		d := r.storageWindow(7, 9, 20) // the claim has just grown
		r.tell(1, d)
		a := r.answer(time.Minute)
		require.EqualValues(t, 2, a.Units)
		r.holds(d, a)
	})
}

func TestP1_LessIsProvenWhereTheConfigurationSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir(), func(r *rig) {
			r.storage.cfg.StorageBytes, r.cpu.cfg.CPUMillis = testTerms.UnitBytes, 300
		})
		r.claims(10)
		r.tell(0)
		r.plotted(1)
		d := r.storageWindow(7, 10, 20)
		r.tell(1, d)
		require.EqualValues(t, 1, r.answer(time.Minute).Units)
		r.tell(1, waits(d), r.cpuWindow(3, 20))
		require.Len(t, r.answer(time.Minute).Segments, 1)
	})
}

func TestD6_AFullDiskIsToldAndWhatFitsIsProven(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		const unit = 32 * cellpost.CellBytes
		free := uint64(3*unit + 1)
		r := newRig(t, kv, t.TempDir(), func(r *rig) {
			r.storage.plot.free = func(dir string) (uint64, error) {
				var used uint64
				files, _ := filepath.Glob(filepath.Join(dir, "seg-*.cells"))
				for _, f := range files {
					if info, err := os.Stat(f); err == nil {
						used += uint64(info.Size())
					}
				}
				return free - min(free, used), nil
			}
		})
		r.claims(8)
		r.tell(0)
		r.plotted(3)
		s := r.status()
		require.Contains(t, s.Plot.Error, "3 of 8 units fit")
		require.NotEmpty(t, s.Problems)
		r.tell(1, r.storageWindow(7, 8, 20))
		require.EqualValues(t, 3, r.answer(time.Minute).Units)
		free = 100 * unit // somebody made room
		time.Sleep(2 * retryPlot)
		r.plotted(8)
		require.Empty(t, r.status().Plot.Error)
	})
}

func TestD6_AnUnusablePlotFolderIsToldAndProcessorsAreProvenOn(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		home := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(home, PlotDir), []byte("a file"), 0o600))
		r := newRig(t, kv, home)
		r.claims(2)
		r.tell(0)
		r.tell(1, r.storageWindow(7, 2, 20), r.cpuWindow(3, 20))
		require.Equal(t, message.ClassCPU, r.answer(time.Minute).Class)
		s := r.status()
		require.Equal(t, stateFailed, s.Plot.State)
		require.NotEmpty(t, s.Problems)
	})
}

func TestThePlotOfAnotherOperatorIsLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		home := t.TempDir()
		dir := filepath.Join(home, PlotDir)
		p, err := plot.Create(dir, plot.Spec{Key: cellpost.NewKey(testChain, []byte("other"), nil), N: 2, UnitBytes: cellpost.CellBytes, Units: 32}, plot.Options{Reserve: 1})
		require.NoError(t, err)
		require.NoError(t, p.Close())
		r := newRig(t, kv, home)
		r.claims(2)
		r.tell(0)
		r.tell(1)
		require.Contains(t, r.status().Plot.Error, "another chain or operator")
		require.FileExists(t, filepath.Join(dir, "plot.json"))
	})
}

func TestAPlotOfAnotherCostIsMadeAnew(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		r.claims(2)
		r.tell(0)
		r.plotted(2)
		r.scene.Plot.CostN = 4
		r.tell(1)
		time.Sleep(time.Second)
		r.plotted(2)
		d := r.storageWindow(7, 2, 20)
		d.Storage.Terms.CostN = 4
		r.tell(1, d)
		require.EqualValues(t, 2, r.answer(time.Minute).Units)
	})
}

func TestP5_PlottingStandsStillWhileProgramsRun(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir(), func(r *rig) { r.storage.cfg.PlotBusyPercent = 0 })
		r.busy(message.Busy{Running: 1})
		time.Sleep(time.Second)
		r.claims(3)
		r.tell(0)
		time.Sleep(time.Minute)
		s := r.status().Plot
		require.Equal(t, statePaused, s.State)
		require.Zero(t, s.Units)
		r.busy(message.Busy{})
		r.plotted(3)
	})
}

func TestD1_APlotIsFilledOnAfterAnEnd(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		home := t.TempDir()
		r := newRig(t, kv, home)
		r.claims(2)
		r.tell(0)
		r.plotted(2)
		r.stop()
		again := newRig(t, kv, home)
		again.claims(4)
		again.tell(0)
		again.plotted(4)
	})
}
