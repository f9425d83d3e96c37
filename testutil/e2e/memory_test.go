// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"path/filepath"
	"testing"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/mesh"
	"github.com/openmesh-network/openmesh/x/por"
)

// Xnodes that claim a thousand times the memory that they fill are measured by
// committees of each other, and are verified for what they have.
func TestAnXnodeIsVerifiedForTheMemoryThatPeersMeasured(t *testing.T) {
	const held = 16 << 20 // as localnets configure their Xnodes
	s := newStory(t)
	m, err := mesh.Up(s.ctx, mesh.Config{
		Home: filepath.Join(t.TempDir(), "net"), Opend: built.opend, Xworker: built.xworker,
		Validators: 1, Workers: 6, BlockTime: blockTime, Genesis: enforceMemory,
	})
	require.NoError(t, err)
	s.Mesh = m
	t.Cleanup(func() {
		s.logs()
		require.NoError(t, m.Close())
	})
	for _, w := range s.Workers {
		operator, err := s.Operator(w)
		require.NoError(t, err)
		s.until("the memory of "+w.Name, func() (bool, error) {
			res, err := por.NewQueryClient(s.Client().Conn()).Capacity(s.ctx, &por.QueryCapacityRequest{Operator: operator})
			if err != nil {
				return false, err
			}
			for _, v := range res.Capacities {
				if v.Capacity.Class == por.CLASS_MEMORY {
					require.Zero(t, v.Capacity.Tally.Mismatch, "nobody honest is accused")
					return v.Capacity.Verified == held && v.Counted == held, nil
				}
			}
			return false, nil
		})
		x, err := s.Xnode(s.ctx, w)
		require.NoError(t, err)
		require.EqualValues(t, held, x.Verified.MemoryBytes)
		require.Greater(t, x.Card.Claimed.MemoryBytes, x.Verified.MemoryBytes)
	}
	s.invariants()
}

// enforceMemory lets only proven memory count, and asks for nothing else.
func enforceMemory(cdc codec.JSONCodec, genesis app.GenesisState) error {
	return app.ChangeState(cdc, genesis, por.ModuleName, func(state *por.GenesisState) error {
		state.Params = por.LocalnetParams()
		for i := range state.Params.Classes {
			c := &state.Params.Classes[i]
			c.Mode = por.MODE_OFF
			if c.Class == por.CLASS_MEMORY {
				c.Mode = por.MODE_ENFORCED
			}
		}
		return nil
	})
}
