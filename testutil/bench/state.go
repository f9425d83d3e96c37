// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// StateReport says what a verified task keeps in the state: bytes of keys and
// values, beyond those of a chain that had as many blocks and no task. Older
// versions of the state, blocks and events are not state.
type StateReport struct {
	Tasks int `json:"tasks"`
	// Retention in blocks, of this run; it does not change how many bytes stay.
	Retention int `json:"retention_blocks"`
	// Rows by store, those that differ at some time.
	Rows []StateRow `json:"rows"`
}

// StateRow is what one store holds for a task, in bytes.
type StateRow struct {
	Module string `json:"module"`
	// Peak is when a task holds most: its seats have revealed and are still locked.
	Peak float64 `json:"peak_bytes"`
	// Final is right after the task is final.
	Final float64 `json:"final_bytes"`
	// Pruned is after the retention.
	Pruned float64 `json:"pruned_bytes"`
}

// total is the name of the sum of all rows.
const total = "all"

// benchState runs n tasks on one of two chains that are alike.
func benchState(n int) (_ *StateReport, err error) {
	chain, err := newTaskChain(true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, chain.close()) }()
	control, err := newTaskChain(true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, control.close()) }()

	// What the first use of an account leaves is not the tasks'.
	for _, c := range []*taskChain{chain, control} {
		if err := c.runTasks(requesters); err != nil {
			return nil, err
		}
		if err := c.steps(forgotten); err != nil {
			return nil, err
		}
	}
	level := func() error { return control.steps(int(chain.height - control.height)) }
	if err := level(); err != nil {
		return nil, err
	}
	if string(chain.appHash) != string(control.appHash) {
		return nil, errors.New("the two chains differ before the tasks")
	}

	if _, err := chain.block(n); err != nil {
		return nil, err
	}
	var peak, final, pruned map[string]int
	for len(chain.open) > 0 {
		if err := level(); err != nil {
			return nil, err
		}
		if now := grown(chain, control); peak == nil || now[total] > peak[total] {
			peak = now
		}
		if _, err := chain.block(0); err != nil {
			return nil, err
		}
	}
	if err := level(); err != nil {
		return nil, err
	}
	final = grown(chain, control)
	if err := chain.steps(forgotten); err != nil {
		return nil, err
	}
	if err := level(); err != nil {
		return nil, err
	}
	pruned = grown(chain, control)

	report := &StateReport{Tasks: n, Retention: retention}
	for _, name := range slices.Sorted(maps.Keys(final)) {
		if peak[name] == 0 && final[name] == 0 && pruned[name] == 0 {
			continue
		}
		per := func(bytes int) float64 { return float64(bytes) / float64(n) }
		report.Rows = append(report.Rows, StateRow{Module: name, Peak: per(peak[name]), Final: per(final[name]), Pruned: per(pruned[name])})
	}
	return report, nil
}

// forgotten is how many blocks later nothing of a task is remembered: neither the
// task nor the nonces of its transactions.
const forgotten = retention + int(txLifetime/time.Second) + 2

// runTasks submits n tasks and runs blocks until they are final.
func (t *taskChain) runTasks(n int) error {
	for fresh, left := n, 100; fresh > 0 || len(t.open) > 0; fresh, left = 0, left-1 {
		if left == 0 {
			return fmt.Errorf("%d tasks are not final after 100 blocks", len(t.open))
		}
		if _, err := t.block(fresh); err != nil {
			return err
		}
	}
	return nil
}

// grown is how many bytes more each store of a has than that of b, and all.
func grown(a, b *taskChain) map[string]int {
	more, less := a.stateBytes(), b.stateBytes()
	sum := 0
	for name := range more {
		more[name] -= less[name]
		sum += more[name]
	}
	more[total] = sum
	return more
}

// stateBytes sums up keys and values of every store.
func (c *chain) stateBytes() map[string]int {
	ctx, sizes := c.ctx(), make(map[string]int)
	for name, key := range c.app.StoreKeys() {
		it := ctx.KVStore(key).Iterator(nil, nil)
		for ; it.Valid(); it.Next() {
			sizes[name] += len(it.Key()) + len(it.Value())
		}
		it.Close()
	}
	return sizes
}
