// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package store is the worker's one database on disk: buckets of keys and
// values for the modules, and the blocks of blobs.
//
// Acknowledged means fsynced: when Set, Delete, Batch or Put return nil, a power
// cut takes nothing of it back. One goroutine writes, and all who wait share one
// fsync. What was damaged on disk is noticed when it is read: a value fails with
// ErrCorrupt, a block is removed as well, so that it can be fetched again.
//
// It does not know what the values mean, and it does not fetch.
package store
