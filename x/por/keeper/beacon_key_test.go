// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

func announced(f *fixture) *por.EventBeaconKeyAnnounced {
	return event(f, func(m any) (*por.EventBeaconKeyAnnounced, bool) {
		e, ok := m.(*por.EventBeaconKeyAnnounced)
		return e, ok
	})
}

func changed(f *fixture) *por.EventBeaconKeyChanged {
	return event(f, func(m any) (*por.EventBeaconKeyChanged, bool) { e, ok := m.(*por.EventBeaconKeyChanged); return e, ok })
}

func TestARegisteredKeyComesInForceAfterTheDelay(t *testing.T) {
	f := setup(t)
	v := f.validator(1)
	res, err := f.register(v)
	require.NoError(t, err)
	require.EqualValues(t, 6, res.ActiveFrom)
	require.Equal(t, &por.EventBeaconKeyAnnounced{Operator: v.text, PubKey: v.pubKey, Height: 6}, announced(f))
	require.NoError(t, f.k.CheckInvariants(f.ctx))

	for height := int64(1); height < 6; height++ {
		require.False(t, f.block(v, true).Fresh, "height %d", height)
	}
	require.True(t, f.block(v, true).Fresh)
	require.Equal(t, &por.EventBeaconKeyChanged{Operator: v.text, PubKey: v.pubKey, ActiveFrom: 6}, changed(f))
	key, err := f.k.BeaconKey(f.ctx, v.operator)
	require.NoError(t, err)
	require.Equal(t, por.BeaconKey{Operator: v.text, PubKey: v.pubKey, ActiveFrom: 6}, key)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestAReplacedKeyIsOwedUntilTheNewOneComesInForce(t *testing.T) {
	f := setup(t)
	old := f.contributor(1)
	next := newValidator(t, 2)
	next.operator, next.text, next.cons = old.operator, old.text, old.cons
	_, err := f.register(next)
	require.NoError(t, err)
	for range 5 {
		require.True(t, f.block(old, true).Fresh)
	}
	require.True(t, f.block(next, true).Fresh)
	require.False(t, f.block(old, true).Fresh)
}

func TestADeactivatedKeyIsOwedUntilTheDelayIsOverAndThenForgotten(t *testing.T) {
	f := setup(t)
	v := f.contributor(1)
	res, err := f.msgs.DeactivateBeaconKey(f.ctx, &por.MsgDeactivateBeaconKey{Validator: v.text})
	require.NoError(t, err)
	require.EqualValues(t, 6, res.Height)
	require.Equal(t, &por.EventBeaconKeyAnnounced{Operator: v.text, Height: 6}, announced(f))
	for range 5 {
		f.block(v, false)
		require.Equal(t, por.ABSENCE_MISSING, f.seedEvent().Absence)
	}
	f.block(v, false)
	require.Equal(t, por.ABSENCE_NO_KEY, f.seedEvent().Absence)
	require.Equal(t, &por.EventBeaconKeyChanged{Operator: v.text, ActiveFrom: 6}, changed(f))
	_, err = f.k.BeaconKey(f.ctx, v.operator)
	require.ErrorIs(t, err, por.ErrNoBeaconKey)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestW9_AnAnnouncedChangeCannotBeTakenBack(t *testing.T) {
	f := setup(t)
	v := f.validator(1)
	_, err := f.register(v)
	require.NoError(t, err)
	_, err = f.register(v)
	require.ErrorIs(t, err, por.ErrChangePending)
	_, err = f.msgs.DeactivateBeaconKey(f.ctx, &por.MsgDeactivateBeaconKey{Validator: v.text})
	require.ErrorIs(t, err, por.ErrChangePending)
}

func TestRegisterBeaconKeyRefuses(t *testing.T) {
	smallOrder := append([]byte{1}, make([]byte, 31)...)
	for name, tc := range map[string]struct {
		change func(*fixture, validator, *por.MsgRegisterBeaconKey)
		want   error
	}{
		"somebody who is no validator": {func(f *fixture, v validator, m *por.MsgRegisterBeaconKey) {
			stranger := newValidator(f.t, 50)
			m.Validator = stranger.text
		}, por.ErrNotValidator},
		"C12 an account address": {func(f *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.Validator = f.gov }, por.ErrInvalidAddress},
		"C12 an empty address":   {func(_ *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.Validator = "" }, por.ErrInvalidAddress},
		"C12 mixed case": {func(_ *fixture, v validator, m *por.MsgRegisterBeaconKey) {
			m.Validator = strings.ToUpper(v.text[:20]) + v.text[20:]
		}, por.ErrInvalidAddress},
		"a short key":              {func(_ *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.PubKey = m.PubKey[1:] }, por.ErrInvalidKey},
		"no key":                   {func(_ *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.PubKey = nil }, por.ErrInvalidKey},
		"a key of small order":     {func(_ *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.PubKey = smallOrder }, por.ErrInvalidKey},
		"a truncated proof":        {func(_ *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.Proof = m.Proof[1:] }, por.ErrNoPossession},
		"a proof of ten megabytes": {func(_ *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.Proof = make([]byte, 10<<20) }, por.ErrNoPossession},
		"a tampered proof":         {func(_ *fixture, _ validator, m *por.MsgRegisterBeaconKey) { m.Proof[3] ^= 1 }, por.ErrNoPossession},
		"the key and proof of another": {func(f *fixture, _ validator, m *por.MsgRegisterBeaconKey) {
			m.Validator = f.validator(2).text
		}, por.ErrNoPossession},
		"C16 a proof for another chain": {func(f *fixture, v validator, m *por.MsgRegisterBeaconKey) {
			proof, err := v.signer.Possession(v.pubKey, "another-chain", v.operator)
			require.NoError(f.t, err)
			m.Proof = proof
		}, por.ErrNoPossession},
		"the key that is in force": {func(f *fixture, v validator, _ *por.MsgRegisterBeaconKey) { f.contributor(1) }, por.ErrKeyUnchanged},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			v := f.validator(1)
			proof, err := v.signer.Possession(v.pubKey, chainID, v.operator)
			require.NoError(t, err)
			msg := &por.MsgRegisterBeaconKey{Validator: v.text, PubKey: bytes.Clone(v.pubKey), Proof: proof}
			tc.change(f, v, msg)
			before, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			_, err = f.msgs.RegisterBeaconKey(f.ctx, msg)
			require.ErrorIs(t, err, tc.want)
			after, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
}

func TestP4_PossessionIsPaidForBeforeItIsChecked(t *testing.T) {
	f := setup(t)
	v := f.validator(1)
	before := f.ctx.GasMeter().GasConsumed()
	_, err := f.msgs.RegisterBeaconKey(f.ctx, &por.MsgRegisterBeaconKey{Validator: v.text, PubKey: v.pubKey, Proof: make([]byte, por.ProofSize)})
	require.ErrorIs(t, err, por.ErrNoPossession)
	require.GreaterOrEqual(t, f.ctx.GasMeter().GasConsumed()-before, uint64(1000))
}

func TestDeactivateBeaconKeyRefusesAValidatorWithoutAKey(t *testing.T) {
	f := setup(t)
	v := f.validator(1)
	_, err := f.msgs.DeactivateBeaconKey(f.ctx, &por.MsgDeactivateBeaconKey{Validator: v.text})
	require.ErrorIs(t, err, por.ErrNoBeaconKey)
}

func TestC5_DueKeyChangesAreSettledAFewABlockAndCountAllTheSame(t *testing.T) {
	f := setup(t)
	var all []validator
	for n := byte(1); n <= 10; n++ {
		v := f.validator(n)
		_, err := f.register(v)
		require.NoError(t, err)
		all = append(all, v)
	}
	for range 5 {
		f.block(all[0], true)
	}
	for i, left := range []int{7, 4, 1, 0} {
		last := all[9] // the last in the queue owes its contribution from the first block on
		require.True(t, f.block(last, true).Fresh)
		state, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		pending := 0
		for _, key := range state.BeaconKeys {
			if key.Pending != nil {
				pending++
			}
		}
		require.Equal(t, left, pending, "block %d", i)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
	}
}

func TestADueChangeThatStillWaitsDoesNotBlockTheNext(t *testing.T) {
	f := setup(t)
	v := f.validator(1)
	_, err := f.register(v)
	require.NoError(t, err)
	f.height(6) // due, and nobody has settled it
	res, err := f.msgs.DeactivateBeaconKey(f.ctx, &por.MsgDeactivateBeaconKey{Validator: v.text})
	require.NoError(t, err)
	require.EqualValues(t, 11, res.Height)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestC4_AKeyChangeThatCannotBeSettledDoesNotStopTheBlock(t *testing.T) {
	f := setup(t)
	lost, v := f.validator(1), f.validator(2)
	for _, each := range []validator{lost, v} {
		_, err := f.register(each)
		require.NoError(t, err)
	}
	require.NoError(t, f.k.BeaconKeys.Remove(f.ctx, lost.operator))
	require.Error(t, f.k.CheckInvariants(f.ctx))
	f.height(6)
	require.NoError(t, f.k.SettleKeyChanges(f.ctx))
	require.Equal(t, v.text, changed(f).Operator)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestC8_UpdateParams(t *testing.T) {
	f := setup(t)
	good := por.DefaultParams()
	_, err := f.msgs.UpdateParams(f.ctx, &por.MsgUpdateParams{Authority: sdk.AccAddress(bytes.Repeat([]byte{3}, 20)).String(), Params: good})
	require.ErrorIs(t, err, por.ErrInvalidAddress) // another prefix than the chain's
	_, err = f.msgs.UpdateParams(f.ctx, &por.MsgUpdateParams{Authority: mustAccount(t, 3), Params: good})
	require.ErrorIs(t, err, por.ErrUnauthorized)
	bad := good
	bad.RetentionBlocks = 0
	_, err = f.msgs.UpdateParams(f.ctx, &por.MsgUpdateParams{Authority: f.gov, Params: bad})
	require.ErrorIs(t, err, por.ErrInvalidParams)

	_, err = f.msgs.UpdateParams(f.ctx, &por.MsgUpdateParams{Authority: f.gov, Params: good})
	require.NoError(t, err)
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	require.Equal(t, good, params)
	updated := event(f, func(m any) (*por.EventParamsUpdated, bool) { e, ok := m.(*por.EventParamsUpdated); return e, ok })
	require.Equal(t, good, updated.Params)
}
