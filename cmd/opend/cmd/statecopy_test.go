// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"
)

// The copy of a database that is being written holds a prefix of what was
// written: never a later write without an earlier one.
func TestACopyOfARunningDatabaseIsWhatACrashWouldHaveLeft(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, "data")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	running, err := dbm.NewGoLevelDB("application", dir, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, running.Close()) }()

	stop, done := make(chan struct{}), make(chan error, 1)
	written := make(chan uint64, 1)
	go func() {
		value := make([]byte, 4096)
		for i := uint64(0); ; i++ {
			if err := running.SetSync(binary.BigEndian.AppendUint64(nil, i), value); err != nil {
				done <- err
				return
			}
			if i == 500 {
				written <- i
			}
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
		}
	}()
	atLeast := <-written
	for range 3 {
		db, remove, err := openState(home)
		require.NoError(t, err)
		require.GreaterOrEqual(t, prefixLength(t, db), atLeast)
		require.NoError(t, db.Close())
		remove()
	}
	close(stop)
	require.NoError(t, <-done)
}

// prefixLength returns how many keys there are, and fails unless they are the
// first ones without a gap.
func prefixLength(t *testing.T, db dbm.DB) (n uint64) {
	t.Helper()
	it, err := db.Iterator(nil, nil)
	require.NoError(t, err)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		require.Equal(t, n, binary.BigEndian.Uint64(it.Key()))
		n++
	}
	require.NoError(t, it.Error())
	return n
}
