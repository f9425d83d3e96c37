// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/openmesh-network/openmesh/x/por"
)

// busy makes a state in which there is something of everything.
func busy(t *testing.T) *fixture {
	t.Helper()
	f := setup(t)
	a, b := f.contributor(1), f.contributor(2)
	for i := range 130 {
		f.block(a, i%3 > 0)
	}
	_, err := f.register(f.validator(3))
	require.NoError(t, err)
	_, err = f.msgs.DeactivateBeaconKey(f.ctx, &por.MsgDeactivateBeaconKey{Validator: b.text})
	require.NoError(t, err)
	return f
}

func TestC17_ExportImportExportIsByteEqual(t *testing.T) {
	f := busy(t)
	cdc := moduletestutil.MakeTestEncodingConfig().Codec
	state, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	first := cdc.MustMarshalJSON(state)

	fresh := setup(t)
	require.NoError(t, fresh.k.Seeds.Clear(fresh.ctx, nil))
	var read por.GenesisState
	cdc.MustUnmarshalJSON(first, &read)
	fresh.height(f.ctx.BlockHeight() + 1)
	require.NoError(t, fresh.k.InitGenesis(fresh.ctx, read))
	again, err := fresh.k.ExportGenesis(fresh.ctx)
	require.NoError(t, err)
	require.Equal(t, string(first), string(cdc.MustMarshalJSON(again)))
	require.NoError(t, fresh.k.CheckInvariants(fresh.ctx))
}

func TestGenesisWithoutSeedsDerivesOneFromTheChainID(t *testing.T) {
	f := setup(t)
	seed, err := f.k.LatestBeacon(f.ctx)
	require.NoError(t, err)
	require.Equal(t, por.GenesisSeed(chainID, 0), seed)
	require.NotEqual(t, por.GenesisSeed("another-chain", 0).Seed, seed.Seed)
}

func TestGenesisRefusesSeedsThatTheChainHasNotReached(t *testing.T) {
	f := busy(t)
	state, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	fresh := setup(t)
	require.ErrorIs(t, fresh.k.InitGenesis(fresh.ctx, *state), por.ErrInvalidGenesis)
}

func TestPrepareZeroHeightLetsTheChainBeginAgain(t *testing.T) {
	f := busy(t)
	newest, err := f.k.LatestBeacon(f.ctx)
	require.NoError(t, err)
	require.NoError(t, f.k.PrepareZeroHeight(f.ctx))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	state, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Equal(t, []por.Seed{{Seed: newest.Seed, Contributions: newest.Contributions}}, state.Seeds)
	require.Len(t, state.BeaconKeys, 2) // the first and the third: the second was on its way out
	f.height(1)
	require.True(t, f.block(newValidator(t, 3), true).Fresh)
}

func TestInvariantsFindAStateThatContradictsItself(t *testing.T) {
	for name, spoil := range map[string]func(*fixture) error{
		"a seed that lies": func(f *fixture) error {
			seed, err := f.k.LatestBeacon(f.ctx)
			seed.Contributions += 5
			return firstError(err, f.k.Seeds.Set(f.ctx, seed.Height, seed))
		},
		"an index entry too many": func(f *fixture) error { return f.k.Contributions.Set(f.ctx, 9999, 1) },
		"an index entry too few": func(f *fixture) error {
			seed, err := f.k.LatestBeacon(f.ctx)
			return firstError(err, f.k.Contributions.Remove(f.ctx, seed.Contributions))
		},
		"a change that is not queued": func(f *fixture) error { return f.k.KeyChanges.Clear(f.ctx, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			f := busy(t)
			require.NoError(t, f.k.CheckInvariants(f.ctx))
			require.NoError(t, spoil(f))
			require.Error(t, f.k.CheckInvariants(f.ctx))
		})
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
