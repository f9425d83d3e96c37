// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func manyBonds(t *testing.T, n uint64) *fixture {
	f := setup(t)
	for i := range n {
		who := sdk.AccAddress(binary.BigEndian.AppendUint64(make([]byte, 12), i))
		f.bank.set(f.ctx, who, sdkmath.NewInt(100))
		require.NoError(t, f.bond(who, 100))
	}
	return f
}

func TestC18_PagesAreCapped(t *testing.T) {
	f := manyBonds(t, 250)
	ask := func(p *query.PageRequest) (*stakingext.QueryBondsResponse, error) {
		return f.queries.Bonds(f.ctx, &stakingext.QueryBondsRequest{Pagination: p})
	}
	for label, p := range map[string]*query.PageRequest{
		"a huge limit":       {Limit: 201},
		"the greatest limit": {Limit: math.MaxUint64},
		"a huge offset":      {Offset: 1 << 63},
		"a full count":       {Limit: 10, CountTotal: true},
		"offset and key":     {Offset: 1, Key: []byte{1}},
	} {
		t.Run("refused: "+label, func(t *testing.T) {
			_, err := ask(p)
			require.ErrorIs(t, err, stakingext.ErrInvalidPage)
			_, err = f.queries.Locks(f.ctx, &stakingext.QueryLocksRequest{Operator: name(alice), Pagination: p})
			require.ErrorIs(t, err, stakingext.ErrInvalidPage)
			_, err = f.queries.Unbondings(f.ctx, &stakingext.QueryUnbondingsRequest{Operator: name(alice), Pagination: p})
			require.ErrorIs(t, err, stakingext.ErrInvalidPage)
			_, err = f.queries.Faults(f.ctx, &stakingext.QueryFaultsRequest{Operator: name(alice), Pagination: p})
			require.ErrorIs(t, err, stakingext.ErrInvalidPage)
		})
	}
	for label, c := range map[string]struct {
		page *query.PageRequest
		want int
	}{
		"no page":        {nil, 100},
		"limit zero":     {&query.PageRequest{}, 100},
		"the cap":        {&query.PageRequest{Limit: 200}, 200},
		"from an offset": {&query.PageRequest{Limit: 200, Offset: 240}, 10},
		"reverse":        {&query.PageRequest{Limit: 7, Reverse: true}, 7},
		"a key of noise": {&query.PageRequest{Limit: 7, Key: []byte{255, 255, 255}}, 0},
	} {
		t.Run("served: "+label, func(t *testing.T) {
			res, err := ask(c.page)
			require.NoError(t, err)
			require.Len(t, res.Bonds, c.want)
			require.Zero(t, res.Pagination.Total)
		})
	}
}

func TestPagesJoinUpToTheWhole(t *testing.T) {
	f := manyBonds(t, 250)
	seen := map[string]bool{}
	var key []byte
	for {
		res, err := f.queries.Bonds(f.ctx, &stakingext.QueryBondsRequest{Pagination: &query.PageRequest{Limit: 60, Key: key}})
		require.NoError(t, err)
		for _, b := range res.Bonds {
			require.False(t, seen[b.Operator])
			seen[b.Operator] = true
		}
		if key = res.Pagination.NextKey; len(key) == 0 {
			break
		}
	}
	require.Len(t, seen, 250)
}

func TestAPageStaysWithItsOperator(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.MaxLocks = 100 })
	for _, who := range []sdk.AccAddress{alice, bob, carol} {
		require.NoError(t, f.bond(who, 10_000))
		for _, s := range []string{"a", "b", "c", "d", "e"} {
			require.NoError(t, f.lock(who, s, 10, 200))
		}
	}
	res, err := f.queries.Locks(f.ctx, &stakingext.QueryLocksRequest{Operator: name(bob), Pagination: &query.PageRequest{Limit: 3}})
	require.NoError(t, err)
	require.Len(t, res.Locks, 3)
	res, err = f.queries.Locks(f.ctx, &stakingext.QueryLocksRequest{
		Operator: name(bob), Pagination: &query.PageRequest{Limit: 3, Key: res.Pagination.NextKey},
	})
	require.NoError(t, err)
	require.Len(t, res.Locks, 2)
	for _, l := range res.Locks {
		require.Equal(t, name(bob), l.Operator)
	}
	require.Empty(t, res.Pagination.NextKey)
}
