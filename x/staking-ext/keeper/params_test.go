// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestC8_OnlyTheAuthorityUpdatesParams(t *testing.T) {
	f := setup(t)
	p := testParams()
	p.MinBond = math.NewInt(200)
	for _, who := range []string{name(alice), "", "gov"} {
		_, err := f.msgs.UpdateParams(f.ctx, &stakingext.MsgUpdateParams{Authority: who, Params: p})
		require.ErrorIs(t, err, stakingext.ErrUnauthorized)
	}
	_, err := f.msgs.UpdateParams(f.ctx, &stakingext.MsgUpdateParams{Authority: name(gov), Params: p})
	require.NoError(t, err)
	f.requireEvent(&stakingext.EventParamsUpdated{Params: p})
	got, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	require.Equal(t, p, got)
}

func TestC8_TheAuthorityCannotSetSenselessParams(t *testing.T) {
	f := setup(t)
	p := testParams()
	p.MinBond = math.Int{}
	_, err := f.msgs.UpdateParams(f.ctx, &stakingext.MsgUpdateParams{Authority: name(gov), Params: p})
	require.ErrorIs(t, err, stakingext.ErrInvalidParams)
}

func TestS10_TheBondDenomNeverChanges(t *testing.T) {
	f := setup(t)
	p := testParams()
	p.BondDenom = "uatom"
	_, err := f.msgs.UpdateParams(f.ctx, &stakingext.MsgUpdateParams{Authority: name(gov), Params: p})
	require.ErrorIs(t, err, stakingext.ErrInvalidParams)
}

func TestC9_WhatWasAgreedBeforeKeepsItsTerms(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.unbond(alice, 100))
	require.NoError(t, f.lock(alice, "task/1", 100, 110))
	p := testParams()
	p.UnbondingTime, p.ChallengeWindowBlocks, p.LockGraceBlocks = 100*time.Hour, 10_000, 10_000
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
	f.next(20, time.Hour)
	f.endBlock()
	require.Equal(t, int64(999_100), f.balance(alice))
	require.Zero(t, f.bondOf(alice).LockCount)
	f.requireSound()
}

func TestModulesAboveHearOfANewMinimumBond(t *testing.T) {
	f := setup(t)
	p, err := f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	f.hooks.calls = nil
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
	require.Empty(t, f.hooks.calls, "nothing changed")
	p.MinBond = p.MinBond.MulRaw(2)
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
	require.Equal(t, []string{"min_bond"}, f.hooks.calls)
}

// guard refuses short locks.
type guard struct{}

var errShort = errors.New("locks are too short")

func (guard) GuardBondParams(_ context.Context, p stakingext.Params) error {
	if p.MaxLockBlocks < 500 {
		return errShort
	}
	return nil
}

func TestC8_ParamsThatAModuleAboveRestsOnAreNotTakenFromUnderIt(t *testing.T) {
	f := setup(t)
	f.k.SetParamsGuards(guard{})
	p := testParams()
	p.MaxLockBlocks, p.MaxEvidenceAgeBlocks = 499, 150
	require.ErrorIs(t, f.k.UpdateParams(f.ctx, name(gov), p), errShort)
	got, err := f.k.GetParams(f.ctx)
	require.NoError(t, err)
	require.Equal(t, testParams(), got)
	require.Zero(t, f.export().EvidenceFloor)
	p.MaxLockBlocks = 500
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
}

func TestC8_ParamsUnderWhichLyingPaysAreRefusedFromGovernanceToo(t *testing.T) {
	f := setup(t)
	p := testParams()
	p.MaxGainBps = p.MostGain() + 1
	require.ErrorIs(t, f.k.UpdateParams(f.ctx, name(gov), p), stakingext.ErrInvalidParams)
	p.MaxGainBps--
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
}
