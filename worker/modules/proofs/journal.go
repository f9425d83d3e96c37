// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// journal keeps the answers to windows that run.
type journal struct{ kv store.KV }

// entry is an answer with what it answers: windows are numbered anew on another
// chain.
type entry struct {
	ChainID   string
	Challenge []byte
	Answer    message.ProofAnswer

	said bool // in this run of the daemon
}

// answers says whether the entry is an answer to the duty.
func (e entry) answers(chainID string, d message.ProofDuty) bool {
	return e.ChainID == chainID && bytes.Equal(e.Challenge, d.Challenge)
}

// keyOf names one answer to one window.
func keyOf(class string, window uint64, action string) string {
	return fmt.Sprintf("%s/%d/%s", class, window, action)
}

// all reads every entry, for the start. One that cannot be read is left out:
// its window is answered again or missed, which is no reason to stand still.
func (j journal) all(damaged func(key []byte, err error)) (map[string]*entry, error) {
	out := map[string]*entry{}
	err := j.kv.Iterate(nil, nil, func(key, value []byte) error {
		e := &entry{}
		if err := json.Unmarshal(value, e); err != nil {
			damaged(key, err)
			return nil
		}
		out[string(key)] = e
		return nil
	})
	return out, err
}

// write returns once the entry is on disk.
func (j journal) write(ctx context.Context, key string, e *entry) error {
	value, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return j.kv.Set(ctx, []byte(key), value)
}

func (j journal) remove(ctx context.Context, key string) error {
	return j.kv.Delete(ctx, []byte(key))
}
