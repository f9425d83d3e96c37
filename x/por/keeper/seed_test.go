// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

func TestContributeMakesAFreshSeedOfAValidProof(t *testing.T) {
	f := setup(t)
	v := f.contributor(1)
	before, err := f.k.LatestBeacon(f.ctx)
	require.NoError(t, err)

	seed := f.block(v, true)

	require.True(t, seed.Fresh)
	require.Equal(t, v.text, seed.Contributor)
	require.EqualValues(t, 1, seed.Contributions)
	require.NotEqual(t, before.NextAbsent(1).Seed, seed.Seed)
	stored, err := f.k.Beacon(f.ctx, seed.Height)
	require.NoError(t, err)
	require.Equal(t, seed, stored)
	require.Equal(t, &por.EventSeed{Seed: seed, Proposer: v.text}, f.seedEvent())
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestContributeHashesOnWithoutAValidProof(t *testing.T) {
	for name, tc := range map[string]struct {
		first   func(*fixture, validator) []byte
		absence por.Absence
	}{
		"an empty block": {
			func(*fixture, validator) []byte { return nil }, por.ABSENCE_MISSING,
		},
		"a block that begins with a transaction": {
			func(*fixture, validator) []byte { return []byte("a transaction") }, por.ABSENCE_MISSING,
		},
		"P3 a truncated envelope": {
			func(f *fixture, v validator) []byte { return f.envelope(v, 1)[:100] }, por.ABSENCE_MISSING,
		},
		"P3 ten megabytes": {
			func(*fixture, validator) []byte { return make([]byte, 10<<20) }, por.ABSENCE_MISSING,
		},
		"a tampered proof": {
			func(f *fixture, v validator) []byte {
				proof, _ := beacon.Decode(f.envelope(v, 1))
				proof[40] ^= 1
				return beacon.Encode(proof)
			}, por.ABSENCE_INVALID,
		},
		"P1 the proof of another height": {
			func(f *fixture, v validator) []byte { return f.envelope(v, 2) }, por.ABSENCE_INVALID,
		},
		"P1 the proof of another validator": {
			func(f *fixture, _ validator) []byte { return f.envelope(f.contributor(2), 1) }, por.ABSENCE_INVALID,
		},
		"C16 the proof of another chain": {
			func(f *fixture, v validator) []byte {
				previous, err := f.k.LatestBeacon(f.ctx)
				require.NoError(f.t, err)
				proof, err := v.signer.Prove(v.pubKey, por.Alpha("another-chain", 1, previous.Seed))
				require.NoError(f.t, err)
				return beacon.Encode(proof)
			}, por.ABSENCE_INVALID,
		},
		"C16 a proof of possession": {
			func(f *fixture, v validator) []byte {
				proof, err := v.signer.Possession(v.pubKey, chainID, v.operator)
				require.NoError(f.t, err)
				return beacon.Encode(proof)
			}, por.ABSENCE_INVALID,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			v := f.contributor(1)
			before, err := f.k.LatestBeacon(f.ctx)
			require.NoError(t, err)

			seed, err := f.k.Contribute(f.ctx, 1, v.cons, tc.first(f, v))

			require.NoError(t, err, "C4: a bad contribution must not stop the chain")
			require.Equal(t, before.NextAbsent(1), seed)
			require.Equal(t, &por.EventSeed{Seed: seed, Proposer: v.text, Absence: tc.absence}, f.seedEvent())
			require.NoError(t, f.k.CheckInvariants(f.ctx))
		})
	}
}

func TestContributeOfAValidatorWithoutAKeyHashesOn(t *testing.T) {
	f := setup(t)
	v := f.validator(1)
	seed, err := f.k.Contribute(f.ctx, 1, v.cons, f.envelope(v, 1))
	require.NoError(t, err)
	require.False(t, seed.Fresh)
	require.Equal(t, por.ABSENCE_NO_KEY, f.seedEvent().Absence)
}

func TestContributeOfAnUnknownProposerHashesOn(t *testing.T) {
	f := setup(t)
	seed, err := f.k.Contribute(f.ctx, 1, bytes.Repeat([]byte{77}, 20), nil)
	require.NoError(t, err)
	require.False(t, seed.Fresh)
	require.Equal(t, por.ABSENCE_UNKNOWN_PROPOSER, f.seedEvent().Absence)
}

func TestAProposerIsKnownAtTheBlockInWhichItsConsensusKeyRotates(t *testing.T) {
	for name, tc := range map[string]struct {
		kind  stakingtypes.ConsAddrLockType
		fresh bool
	}{
		"a pending new address is its validator's":  {stakingtypes.ConsAddrLockPendingTo, true},
		"an address rotated away is nobody's":       {stakingtypes.ConsAddrLockRotatedFrom, false},
		"an address about to be left is not needed": {stakingtypes.ConsAddrLockPendingFrom, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			v := f.contributor(1)
			f.staking.Lock(v.cons, tc.kind)
			require.Equal(t, tc.fresh, f.block(v, true).Fresh)
		})
	}
}

func TestContributeRefusesAHeightThatIsPast(t *testing.T) {
	f := setup(t)
	v := f.contributor(1)
	f.block(v, true)
	_, err := f.k.Contribute(f.ctx, 1, v.cons, nil)
	require.ErrorIs(t, err, por.ErrInvalidHeight)
}

func TestP5_DrawSeedIsMadeAfterTheLock(t *testing.T) {
	f := setup(t)
	with, without := f.contributor(1), f.validator(2)
	notReady := func(lock int64) {
		t.Helper()
		_, ready, err := f.k.DrawSeed(f.ctx, lock)
		require.NoError(t, err)
		require.False(t, ready)
	}
	drawn := func(lock int64, want por.Seed) {
		t.Helper()
		seed, ready, err := f.k.DrawSeed(f.ctx, lock)
		require.NoError(t, err)
		require.True(t, ready)
		require.Equal(t, want.Seed, seed)
	}
	f.block(with, true) // 1
	f.block(with, true) // 2: the lock is in this block, so its contribution does not count
	const lock = 2
	notReady(lock)
	notReady(lock + 5)  // a lock to come
	f.block(with, true) // 3: the first
	notReady(lock)
	f.block(without, false) // 4: absence does not count
	f.block(with, false)    // 5: nor does a block that should not be
	notReady(lock)
	second := f.block(with, true) // 6: the second
	drawn(lock, second)
	require.EqualValues(t, 6, second.Height)
	f.block(with, true)
	drawn(lock, second) // and it stays so
	third, err := f.k.LatestBeacon(f.ctx)
	require.NoError(t, err)
	drawn(3, third) // a lock one fresh block later is drawn one fresh block later
	drawn(4, func() por.Seed { s, _ := f.k.Beacon(f.ctx, 7); return s }())
}

func TestW9_AProposerHasNoChoiceOfSeeds(t *testing.T) {
	f := setup(t)
	v := f.contributor(1)
	previous, err := f.k.LatestBeacon(f.ctx)
	require.NoError(t, err)
	honest := f.envelope(v, 1)

	// The same key, height and seed: one proof and one output, whatever the block contains.
	require.Equal(t, honest, f.envelope(v, 1))
	// Another key of its own is no choice either: it would have to be announced before.
	other := newValidator(t, 3)
	other.operator, other.text, other.cons = v.operator, v.text, v.cons
	cached, _ := f.ctx.CacheContext()
	seed, err := f.k.Contribute(cached, 1, v.cons, f.envelope(other, 1))
	require.NoError(t, err)
	require.Equal(t, previous.NextAbsent(1), seed)
	// And one announced now comes in force only after blocks that nobody has seen.
	res, err := f.register(other)
	require.NoError(t, err)
	require.EqualValues(t, 1+5, res.ActiveFrom)
	seed, err = f.k.Contribute(f.ctx, 1, v.cons, honest)
	require.NoError(t, err)
	require.True(t, seed.Fresh)
}

func TestC6_SeedsOlderThanTheRetentionArePruned(t *testing.T) {
	f := setup(t)
	with, without := f.contributor(1), f.validator(2)
	for i := range 250 {
		if i%3 == 0 {
			f.block(without, false)
		} else {
			f.block(with, true)
		}
	}
	state, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, state.Seeds, 100)
	require.EqualValues(t, 151, state.Seeds[0].Height)
	require.NoError(t, f.k.CheckInvariants(f.ctx))

	_, err = f.k.Beacon(f.ctx, 150)
	require.ErrorIs(t, err, por.ErrSeedPruned)
	_, err = f.k.Beacon(f.ctx, 251)
	require.ErrorIs(t, err, por.ErrSeedNotFound)
	_, _, err = f.k.DrawSeed(f.ctx, 150)
	require.ErrorIs(t, err, por.ErrSeedPruned)
	_, ready, err := f.k.DrawSeed(f.ctx, 151)
	require.NoError(t, err)
	require.True(t, ready)
}

func TestC5_AShortenedRetentionCatchesUpAFewSeedsABlock(t *testing.T) {
	f := setup(t)
	v := f.contributor(1)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	long := params
	long.RetentionBlocks = 110
	require.NoError(t, f.k.Params.Set(f.ctx, long))
	for range 150 {
		f.block(v, true)
	}
	require.NoError(t, f.k.Params.Set(f.ctx, params))
	for _, want := range []int{108, 106, 104, 102, 100, 100} { // one comes, three go
		f.block(v, true)
		state, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		require.Len(t, state.Seeds, want)
	}
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}
