// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/por"
)

func mustAccount(t *testing.T, n byte) string {
	t.Helper()
	text, err := addresscodec.NewBech32Codec("open").BytesToString(bytes.Repeat([]byte{n}, 20))
	require.NoError(t, err)
	return text
}

func TestQueries(t *testing.T) {
	f := setup(t)
	v := f.contributor(1)
	first := f.block(v, true)
	second := f.block(v, true)

	params, err := f.queries.Params(f.ctx, &por.QueryParamsRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 5, params.Params.ActivationDelay)

	res, err := f.queries.Beacon(f.ctx, &por.QueryBeaconRequest{Height: 1})
	require.NoError(t, err)
	require.Equal(t, first, res.Seed)
	res, err = f.queries.Beacon(f.ctx, &por.QueryBeaconRequest{})
	require.NoError(t, err)
	require.Equal(t, second, res.Seed)
	_, err = f.queries.Beacon(f.ctx, &por.QueryBeaconRequest{Height: -1})
	require.ErrorIs(t, err, por.ErrInvalidHeight)
	_, err = f.queries.Beacon(f.ctx, &por.QueryBeaconRequest{Height: 1 << 62})
	require.ErrorIs(t, err, por.ErrSeedNotFound)

	key, err := f.queries.BeaconKey(f.ctx, &por.QueryBeaconKeyRequest{Validator: v.text})
	require.NoError(t, err)
	require.Equal(t, v.pubKey, key.BeaconKey.PubKey)
	_, err = f.queries.BeaconKey(f.ctx, &por.QueryBeaconKeyRequest{Validator: "nonsense"})
	require.ErrorIs(t, err, por.ErrInvalidAddress)
	_, err = f.queries.BeaconKey(f.ctx, &por.QueryBeaconKeyRequest{Validator: f.validator(2).text})
	require.ErrorIs(t, err, por.ErrNoBeaconKey)
}

func TestC18_PagesOfKeysAreCapped(t *testing.T) {
	f := setup(t)
	for n := byte(1); n <= 5; n++ {
		f.contributor(n)
	}
	for name, page := range map[string]*query.PageRequest{
		"a page too large":   {Limit: 201},
		"a huge limit":       {Limit: 1 << 63},
		"a count of all":     {CountTotal: true},
		"a skip of the most": {Offset: 1 << 63},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.queries.BeaconKeys(f.ctx, &por.QueryBeaconKeysRequest{Pagination: page})
			require.ErrorIs(t, err, por.ErrInvalidPage)
		})
	}
	all, err := f.queries.BeaconKeys(f.ctx, &por.QueryBeaconKeysRequest{})
	require.NoError(t, err)
	require.Len(t, all.BeaconKeys, 5)
	var paged []por.BeaconKey
	for key := []byte(nil); ; {
		res, err := f.queries.BeaconKeys(f.ctx, &por.QueryBeaconKeysRequest{Pagination: &query.PageRequest{Key: key, Limit: 2}})
		require.NoError(t, err)
		paged = append(paged, res.BeaconKeys...)
		if key = res.Pagination.NextKey; key == nil {
			break
		}
	}
	require.Len(t, paged, 5)
}
