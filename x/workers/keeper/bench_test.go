// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/workers"
)

// BenchmarkDrawXnodes is a committee of 7, drawn with all that a draw does, over
// IAVL as on the chain.
func BenchmarkDrawXnodes(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("store=iavl/xnodes=%d", n), func(b *testing.B) {
			f := newFixture(b)
			gs, err := f.k.ExportGenesis(f.ctx)
			require.NoError(b, err)
			for i := range n {
				f.bond(i, int64(100+i%900))
				gs.Xnodes = append(gs.Xnodes, workers.Xnode{
					Operator: f.text(operator(i)), Signer: f.text(signer(i)), SignerPubKey: key(i).PubKey().Bytes(),
					Card: card(b, i), Status: workers.XNODE_STATUS_ACTIVE, Online: true, Instance: instance(1),
					LastHeartbeat: 1, Deadline: 1_000_000, Registrations: 1, Version: 1, Slot: uint64(i),
				})
			}
			gs.SlotCount = uint64(n)
			f = emptyFixture(b, f.bonds)
			require.NoError(b, f.k.InitGenesis(f.ctx, gs))
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				seed := binary.BigEndian.AppendUint64(nil, uint64(i))
				drawn, err := f.k.DrawXnodes(f.ctx, seed, 7, workers.Need{Resources: small}, nil)
				if err != nil || len(drawn) != 7 {
					b.Fatal(len(drawn), err)
				}
			}
		})
	}
}
