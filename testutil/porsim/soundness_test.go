// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package porsim

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/corechain"
)

var parts = []float64{0.50, 0.80, 0.90, 0.95}

// Who stores a part of its plot and is honest about what it finds.
func TestP7_WhoStoresAPartIsFoundOutAsOftenAsTheFormulaSays(t *testing.T) {
	const each, honestOnes, windows = 16, 8, 3
	w := newWorld(t, times(honestOnes+each*len(parts), storage(1))...)
	found := make([]tally, len(parts))
	for range windows {
		win := w.opens(por.CLASS_STORAGE)
		answered := make(map[*node]bool)
		for i, n := range w.nodes {
			part := 1.0
			if i >= honestOnes {
				part = parts[(i-honestOnes)%len(parts)]
			}
			held := uint64(math.Round(part * unitCells))
			answered[n] = w.prove(n, win, 1, func(cell uint64) bool { return cell < held })
			if i >= honestOnes {
				found[(i-honestOnes)%len(parts)].add(!answered[n], 1-passes(float64(held)/unitCells, int(win.Terms.Storage.K2)))
			}
		}
		w.flush()
		w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
		for i, n := range w.nodes {
			c := w.capacity(n, por.CLASS_STORAGE)
			if answered[n] {
				require.Equal(t, por.VERDICT_OK, c.LastVerdict)
			} else {
				require.Equal(t, por.VERDICT_MISSED, c.LastVerdict)
			}
			if i < honestOnes {
				require.Equal(t, unit, w.counts(n, por.CLASS_STORAGE), "an honest one")
			}
			require.Zero(t, w.faults(n), "a proof that is not there is not false")
		}
	}
	for i, part := range parts {
		found[i].holds(t, fmt.Sprintf("%.0f %% stored: windows without proof of %d", part*100, each*windows))
	}
	// Who never had the half was never counted.
	for i, n := range w.nodes[honestOnes:] {
		if i%len(parts) == 0 {
			require.Zero(t, w.counts(n, por.CLASS_STORAGE))
		}
	}
}

// Who stores a part and invents the labels that it lacks.
func TestP7_WhoInventsLabelsIsPunishedAsOftenAsTheFormulaSays(t *testing.T) {
	const each, honestOnes = 24, 8
	w := newWorld(t, times(honestOnes+each*len(parts), storage(1))...)
	win := w.opens(por.CLASS_STORAGE)
	chance := make(map[*node]float64)
	for i, n := range w.nodes {
		held := uint64(unitCells)
		if i >= honestOnes {
			held = uint64(math.Round(parts[(i-honestOnes)%len(parts)] * unitCells))
		}
		plot, proof := w.labels(n, win, 1, func(cell uint64) bool { return cell < held })
		lacks := int(plot.K2) - len(proof.Indices)
		for label := plot.Labels() - uint64(lacks); label < plot.Labels(); label++ {
			proof.Indices = append(proof.Indices, label) // of cells that are not there
		}
		chance[n] = 1 - survives(int(plot.K2), lacks, int(win.Terms.Samples))
		w.sendStorage(n, win, 1, plot, proof)
	}
	w.flush()
	w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
	found := make([]tally, len(parts))
	for i, n := range w.nodes {
		wrong := w.capacity(n, por.CLASS_STORAGE).LastVerdict == por.VERDICT_MISMATCH
		require.Equal(t, wrong, w.faults(n) == 1)
		require.Equal(t, wrong, w.counts(n, por.CLASS_STORAGE) == 0)
		if i < honestOnes {
			require.False(t, wrong, "an honest one")
			continue
		}
		found[(i-honestOnes)%len(parts)].add(wrong, chance[n])
	}
	for i, part := range parts {
		found[i].holds(t, fmt.Sprintf("%.0f %% stored, the rest invented: punished of %d", part*100, each))
	}
}

// Who does a part of the steps and invents the ends of the others.
func TestWhoFakesStepsIsPunishedAsOftenAsTheFormulaSays(t *testing.T) {
	const each, honestOnes = 24, 8
	w := newWorld(t, times(honestOnes+each*len(parts), cores(1))...)
	win := w.opens(por.CLASS_CPU)
	records, chance := make(map[*node]*corechain.Record), make(map[*node]float64)
	for i, n := range w.nodes {
		const segments = coreSteps * 8 / 10
		fake, bad := honest, 0
		if i >= honestOnes {
			bad = segments - int(math.Round(parts[(i-honestOnes)%len(parts)]*segments))
			fake = func(segment uint64) bool { return segment*7%segments < uint64(bad) }
		}
		records[n] = w.compute(n, win, fake, coreSteps)
		chance[n] = 1 - survives(segments, bad, int(win.Terms.Samples))
		w.commit(n, win, records[n])
	}
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	for _, n := range w.nodes {
		w.reveal(n, records[n])
	}
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_CLOSED)
	found := make([]tally, len(parts))
	for i, n := range w.nodes {
		wrong := w.capacity(n, por.CLASS_CPU).LastVerdict == por.VERDICT_MISMATCH
		require.Equal(t, wrong, w.faults(n) == 1)
		if i < honestOnes {
			require.False(t, wrong, "an honest one")
			require.Equal(t, core, w.counts(n, por.CLASS_CPU))
			continue
		}
		found[(i-honestOnes)%len(parts)].add(wrong, chance[n])
	}
	for i, part := range parts {
		found[i].holds(t, fmt.Sprintf("%.0f %% of the steps done: punished of %d", part*100, each))
	}
}

// One machine under k names, each of which claims all of it. Windows are simultaneous, so
// its steps and its cells are divided among the names.
func TestW4_AMachineUnderSeveralNamesCountsOnce(t *testing.T) {
	const machine = 4 // cores, and units of storage
	for _, k := range []int{1, 2, 4} {
		t.Run(fmt.Sprintf("under %d names that divide it", k), func(t *testing.T) {
			claim := cores(machine)
			claim.StorageBytes = machine * unit
			w := newWorld(t, times(k, claim)...)
			budget := machine / k
			lanes := make([]uint64, budget)
			for i := range lanes {
				lanes[i] = coreSteps
			}
			w.cpuWindow(func(n *node, win por.Window) *corechain.Record { return w.compute(n, win, honest, lanes...) })
			win := w.opens(por.CLASS_STORAGE)
			for _, n := range w.nodes {
				require.True(t, w.prove(n, win, uint64(budget), everything))
			}
			w.flush()
			w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
			var ofCores, ofStorage uint64
			for _, n := range w.nodes {
				ofCores += w.counts(n, por.CLASS_CPU)
				ofStorage += w.counts(n, por.CLASS_STORAGE)
				require.Zero(t, w.faults(n))
			}
			require.Equal(t, machine*core, ofCores)
			require.Equal(t, machine*unit, ofStorage)
		})
		if k == 1 {
			continue
		}
		t.Run(fmt.Sprintf("under %d names that claim all in each", k), func(t *testing.T) {
			claim := cores(machine)
			claim.StorageBytes = machine * unit
			w := newWorld(t, times(k, claim)...)
			// Time is divided among all lanes of all names: each makes 1/k of a core's steps.
			slow := make([]uint64, machine)
			for i := range slow {
				slow[i] = coreSteps/uint64(k) - 1 // and something is lost in between
			}
			w.cpuWindow(func(n *node, win por.Window) *corechain.Record { return w.compute(n, win, honest, slow...) })
			win := w.opens(por.CLASS_STORAGE)
			for _, n := range w.nodes { // the disk holds the k-th part of each plot
				require.False(t, w.prove(n, win, machine, func(cell uint64) bool { return cell%uint64(k) == 0 }))
			}
			w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
			for _, n := range w.nodes {
				require.Zero(t, w.counts(n, por.CLASS_CPU), "lanes below the least speed are nothing")
				require.Zero(t, w.counts(n, por.CLASS_STORAGE))
			}
		})
	}
}

// cpuWindow goes through a CPU window in which everybody answers and reveals.
func (w *world) cpuWindow(compute func(n *node, win por.Window) *corechain.Record) {
	w.t.Helper()
	win := w.opens(por.CLASS_CPU)
	records := make(map[*node]*corechain.Record)
	for _, n := range w.nodes {
		records[n] = compute(n, win)
		w.commit(n, win, records[n])
	}
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	for _, n := range w.nodes {
		w.reveal(n, records[n])
	}
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_CLOSED)
}
