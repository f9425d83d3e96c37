// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/possession"
)

// shards are who holds what: "holder/name".
type shards map[string]por.PossessionTarget

func (s shards) PossessionTarget(_ context.Context, holder sdk.AccAddress, name string) (por.PossessionTarget, error) {
	target, found := s[string(holder)+"/"+name]
	if !found {
		return target, por.ErrUnknownBlob
	}
	return target, nil
}

func TestP1P3P7_AHolderShowsDrawnLeavesOfWhatItPromised(t *testing.T) {
	ctx := testutil.DefaultContextWithDB(t, storetypes.NewKVStoreKey("k"), storetypes.NewTransientStoreKey("t")).Ctx
	data := bytes.Repeat([]byte("openmesh "), 3_000)
	object, err := possession.Commit(bytes.NewReader(data))
	require.NoError(t, err)
	holder, other, seed := sdk.AccAddress("holder______________"), sdk.AccAddress("other_______________"), bytes.Repeat([]byte{5}, 32)
	target := por.PossessionTarget{Object: object, Leaves: 5}
	blobs := shards{string(holder) + "/a": target, string(other) + "/a": target}
	proof, err := possession.Prove(object, target.PossessionChallenge(seed, holder), bytes.NewReader(data))
	require.NoError(t, err)
	require.NoError(t, por.VerifyPossession(ctx, blobs, seed, holder, "a", proof))

	require.ErrorIs(t, por.VerifyPossession(ctx, blobs, seed, holder, "b", proof), por.ErrUnknownBlob)
	for name, err := range map[string]error{
		"another holder's": por.VerifyPossession(ctx, blobs, seed, other, "a", proof),
		"an old one":       por.VerifyPossession(ctx, blobs, bytes.Repeat([]byte{6}, 32), holder, "a", proof),
		"no seed":          por.VerifyPossession(ctx, blobs, nil, holder, "a", proof),
		"truncated":        por.VerifyPossession(ctx, blobs, seed, holder, "a", proof[1:]),
		"10 MB":            por.VerifyPossession(ctx, blobs, seed, holder, "a", make([]byte, 10<<20)),
		"other bytes":      por.VerifyPossession(ctx, blobs, seed, holder, "a", append([]byte{proof[0] ^ 1}, proof[1:]...)),
	} {
		require.ErrorIs(t, err, por.ErrNotPossessed, name)
	}
}
