// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// journal keeps the verdicts of open seats.
type journal struct{ kv store.KV }

func journalKey(task uint64) []byte { return binary.BigEndian.AppendUint64(nil, task) }

// all reads every verdict, for the start.
func (j journal) all() (map[uint64]message.Verdict, error) {
	out := map[uint64]message.Verdict{}
	err := j.kv.Iterate(nil, nil, func(key, value []byte) error {
		var v message.Verdict
		if err := json.Unmarshal(value, &v); err != nil {
			return fmt.Errorf("journal of task %x: %w", key, err)
		}
		out[v.TaskID] = v
		return nil
	})
	return out, err
}

// write returns once the verdict is on disk.
func (j journal) write(ctx context.Context, v message.Verdict) error {
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return j.kv.Set(ctx, journalKey(v.TaskID), value)
}

func (j journal) remove(ctx context.Context, task uint64) error {
	return j.kv.Delete(ctx, journalKey(task))
}
