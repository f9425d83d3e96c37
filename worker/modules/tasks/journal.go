// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// journal keeps the verdicts of open seats.
type journal struct{ kv store.KV }

// entry is a verdict with what it is about: task ids begin anew on another
// chain, where an old verdict would be a lie.
type entry struct {
	ChainID string
	Program message.Program
	Verdict message.Verdict

	said bool  // in this run of the daemon
	seen int64 // height at which the seat was last held; 0 before the first book
}

// isAbout says whether the verdict is the seat's.
func (e entry) isAbout(chainID string, seat message.Seat) bool {
	return e.ChainID == chainID && e.Verdict.TaskID == seat.TaskID && reflect.DeepEqual(e.Program, seat.Program)
}

func journalKey(task uint64) []byte { return binary.BigEndian.AppendUint64(nil, task) }

// all reads every entry, for the start.
func (j journal) all() (map[uint64]entry, error) {
	out := map[uint64]entry{}
	err := j.kv.Iterate(nil, nil, func(key, value []byte) error {
		var e entry
		if err := json.Unmarshal(value, &e); err != nil {
			return fmt.Errorf("journal of task %x: %w", key, err)
		}
		out[e.Verdict.TaskID] = e
		return nil
	})
	return out, err
}

// write returns once the entry is on disk.
func (j journal) write(ctx context.Context, e entry) error {
	value, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return j.kv.Set(ctx, journalKey(e.Verdict.TaskID), value)
}

func (j journal) remove(ctx context.Context, task uint64) error {
	return j.kv.Delete(ctx, journalKey(task))
}
