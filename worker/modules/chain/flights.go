// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// maxWait is the longest pause, in blocks, before something is said again.
const maxWait = 64

// flight is a transaction that is neither included nor past its timeout. It is
// in the store from before its broadcast until it has landed.
type flight struct {
	Hash    string    `json:"hash"`
	Raw     []byte    `json:"raw"`
	Timeout time.Time `json:"timeout"`
	// Keys name what it says, so that nothing is said twice meanwhile.
	Keys []string `json:"keys"`

	late   bool                         // it was missing after its timeout already
	landed func(*sdk.TxResponse, error) // who waits; nil after a restart
}

// flights are the signer's transactions under way and, for what was said
// lately, the height before which it is not said again.
type flights struct {
	kv  store.KV
	log *slog.Logger

	byHash   map[string]*flight
	attempts map[string]int
	notUntil map[string]int64
	lastNs   int64  // newest timeout given, in ns: each is used once
	refused  string // why something was refused last; empty since the last success
}

func newFlights(kv store.KV, log *slog.Logger) (*flights, error) {
	f := &flights{kv: kv, log: log, byHash: map[string]*flight{}, attempts: map[string]int{}, notUntil: map[string]int64{}}
	err := kv.Iterate(nil, nil, func(_, value []byte) error {
		var x flight
		if err := json.Unmarshal(value, &x); err != nil {
			return fmt.Errorf("a stored transaction: %w", err)
		}
		f.byHash[x.Hash] = &x
		f.lastNs = max(f.lastNs, x.Timeout.UnixNano())
		return nil
	})
	return f, err
}

// timeout gives a timestamp that no other transaction of this signer has.
func (f *flights) timeout(blockTime time.Time, after time.Duration) time.Time {
	ns := max(blockTime.Add(after).UnixNano(), f.lastNs+1)
	f.lastNs = ns
	return time.Unix(0, ns).UTC()
}

// free says whether key may be said at height.
func (f *flights) free(key string, height int64) bool {
	if height < f.notUntil[key] {
		return false
	}
	for _, x := range f.byHash {
		if slices.Contains(x.Keys, key) {
			return false
		}
	}
	return true
}

// hold pauses keys after something was said or could not be: 1, 2, 4... blocks.
func (f *flights) hold(keys []string, height int64) {
	for _, key := range keys {
		f.notUntil[key] = height + min(maxWait, int64(1)<<min(f.attempts[key], 6))
		f.attempts[key]++
	}
}

// forget drops the pauses of keys that no longer concern anybody.
func (f *flights) forget(keep func(key string) bool) {
	for key := range f.notUntil {
		if !keep(key) {
			delete(f.notUntil, key)
			delete(f.attempts, key)
		}
	}
}

// launch stores and broadcasts tx. Landed is called once when it has landed,
// unless launch fails or the daemon ends before. A failed broadcast of a stored
// transaction is tried again with each resolve, unless the node refused it.
func (f *flights) launch(ctx context.Context, c *Client, tx signedTx, keys []string, landed func(*sdk.TxResponse, error)) error {
	x := &flight{Hash: tx.hash, Raw: tx.raw, Timeout: tx.timeout, Keys: keys, landed: landed}
	value, err := json.Marshal(x)
	if err != nil {
		return err
	}
	if err := f.kv.Set(ctx, []byte(x.Hash), value); err != nil {
		return err
	}
	f.byHash[x.Hash] = x
	if err := c.broadcast(ctx, x.Raw); err != nil {
		if errors.Is(err, ErrRejected) {
			return errors.Join(err, f.remove(ctx, x))
		}
		f.log.Warn("broadcast failed, it is tried again", "tx", x.Hash, "err", err)
	}
	return nil
}

func (f *flights) remove(ctx context.Context, x *flight) error {
	delete(f.byHash, x.Hash)
	return f.kv.Delete(ctx, []byte(x.Hash))
}

// resolve looks every flight up; head must have been read before the call.
func (f *flights) resolve(ctx context.Context, c *Client, head block) error {
	for _, x := range f.byHash {
		r, err := c.lookup(ctx, x.Hash)
		if err != nil {
			return err
		}
		switch {
		case r != nil:
			if err := f.land(ctx, x, head, r, resultError(r)); err != nil {
				return err
			}
		case !head.time.After(x.Timeout):
			if err := c.broadcast(ctx, x.Raw); err != nil && !errors.Is(err, ErrRejected) {
				return err
			}
		case !x.late:
			// No later block can include it; but the node's index may lag
			// behind its blocks, so it is looked up once more.
			x.late = true
		default:
			expired := fmt.Errorf("%w: not included before %s, nothing was spent", ErrRejected, x.Timeout.Format(time.RFC3339))
			if err := f.land(ctx, x, head, nil, expired); err != nil {
				return err
			}
		}
	}
	return nil
}

// land ends a flight and tells who waits for it.
func (f *flights) land(ctx context.Context, x *flight, head block, r *sdk.TxResponse, failure error) error {
	said := head.height
	if r != nil {
		said = max(said, r.Height) // what was read may be older than its block
	}
	f.hold(x.Keys, said)
	if failure != nil {
		f.log.Warn("transaction failed", "tx", x.Hash, "keys", x.Keys, "err", failure)
	} else {
		f.log.Info("transaction included", "tx", x.Hash, "height", r.Height, "gas", r.GasUsed, "keys", x.Keys)
	}
	if len(x.Keys) > 0 {
		f.refused = ""
		if failure != nil {
			f.refused = failure.Error()
		}
	}
	if x.landed != nil {
		x.landed(r, failure)
	}
	return f.remove(ctx, x)
}

// resultError is nil for a transaction that was executed.
func resultError(r *sdk.TxResponse) error {
	if r.Code == 0 {
		return nil
	}
	return rejected(r)
}
