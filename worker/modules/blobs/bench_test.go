// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"testing"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
)

// BenchmarkFetch measures one source to one fetcher over loopback, to memory
// and to a synced store on disk.
func BenchmarkFetch(b *testing.B) {
	const size = 64 << 20
	from := newNode(b, DefaultConfig(), memory())
	q := message.FetchBlob{CID: from.give(b, random(size)).String(), Sources: sources(from)}
	b.Run("memory", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			to := newNode(b, DefaultConfig(), memory())
			if _, err := to.fetch(b, time.Minute, q); err != nil {
				b.Fatal(err)
			}
			to.stop()
		}
	})
	b.Run("disk", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			s, bs := badger(b, b.TempDir())
			to := newNode(b, DefaultConfig(), bs)
			if _, err := to.fetch(b, time.Minute, q); err != nil {
				b.Fatal(err)
			}
			to.stop()
			_ = s.Close()
		}
	})
}
