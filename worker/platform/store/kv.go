// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// ErrStop ends an iteration early and without error.
var ErrStop = errors.New("stop")

// Each value carries a checksum of its key and itself: the database reports a
// damaged value as an empty one, without an error.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const sumSize = 4

// KV is one bucket: the keys of one module. It is a small value, safe to copy.
type KV struct {
	s      *Store
	prefix string
}

// Bucket returns the bucket of that name, for example "tasks/journal". It
// panics for a name that is empty or has a zero byte.
func (s *Store) Bucket(name string) KV {
	if name == "" || strings.ContainsRune(name, 0) {
		panic(fmt.Sprintf("store: bucket name %q", name))
	}
	return KV{s, string(bucketSpace) + name + "\x00"}
}

func (b KV) key(key []byte) []byte { return append([]byte(b.prefix), key...) }

func seal(key, value []byte) []byte {
	out := make([]byte, sumSize, sumSize+len(value))
	binary.BigEndian.PutUint32(out, crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value))
	return append(out, value...)
}

func (s *Store) unseal(key, sealed []byte) ([]byte, error) {
	if len(sealed) >= sumSize {
		value := sealed[sumSize:]
		if binary.BigEndian.Uint32(sealed) == crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value) {
			return value, nil
		}
	}
	s.corrupt.Add(1)
	return nil, fmt.Errorf("%w: value of key %q", ErrCorrupt, key)
}

// Get returns the value of key, ErrNotFound or ErrCorrupt. The value is the
// caller's.
func (b KV) Get(key []byte) ([]byte, error) {
	raw := b.key(key)
	sealed, err := b.s.get(raw)
	if err != nil {
		return nil, err
	}
	return b.s.unseal(raw, sealed)
}

// Has tells whether the key is there.
func (b KV) Has(key []byte) (bool, error) { return b.s.has(b.key(key)) }

// Set writes one value. When it returns nil, the value is on disk.
func (b KV) Set(ctx context.Context, key, value []byte) error {
	return b.Batch(ctx, Put(key, value))
}

// Delete removes a key; one that is not there is no error.
func (b KV) Delete(ctx context.Context, key []byte) error {
	return b.Batch(ctx, Remove(key))
}

// Change is one change in a Batch.
type Change struct {
	key, value []byte
	remove     bool
}

// Put is the change that writes a value.
func Put(key, value []byte) Change { return Change{key: key, value: value} }

// Remove is the change that deletes a key.
func Remove(key []byte) Change { return Change{key: key, remove: true} }

// Batch makes all changes or none. When it returns nil, they are on disk. When
// ctx ends while it waits, they may be made all the same.
func (b KV) Batch(ctx context.Context, changes ...Change) error {
	if len(changes) == 0 {
		return nil
	}
	ops := make([]op, len(changes))
	for i, c := range changes {
		ops[i].key = b.key(c.key)
		if !c.remove {
			ops[i].value = seal(ops[i].key, c.value)
		}
	}
	return b.s.apply(ctx, ops...)
}

// Iterate calls fn for every key that starts with prefix and is not below from,
// in byte order, on a snapshot. Key and value are the callee's. It ends at the
// first error; ErrStop ends it without one. A damaged value is ErrCorrupt.
func (b KV) Iterate(prefix, from []byte, fn func(key, value []byte) error) error {
	raw := b.key(prefix)
	err := b.s.view(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: raw, PrefetchValues: true, PrefetchSize: 64})
		defer it.Close()
		start := raw
		if f := b.key(from); string(f) > string(start) {
			start = f
		}
		for it.Seek(start); it.Valid(); it.Next() {
			key := it.Item().KeyCopy(nil)
			sealed, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			value, err := b.s.unseal(key, sealed)
			if err != nil {
				return err
			}
			if err := fn(key[len(b.prefix):], value); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}

func (s *Store) has(key []byte) (bool, error) {
	err := s.view(func(txn *badger.Txn) error {
		_, err := txn.Get(key)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
