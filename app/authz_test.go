// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// C7: what the keepers refuse they refuse on every way in: by a grant, by grants
// nested five deep, and by governance.
func TestC7_AGrantOpensNoWayAroundTheKeepersChecks(t *testing.T) {
	a := testapp.New(t)
	granter, grantee := a.Accounts[0], a.Accounts[1]
	until := a.Time().Add(time.Hour)
	bond := func(amount sdk.Coin) sdk.Msg {
		return &stakingext.MsgBond{Operator: granter.String(), Amount: amount}
	}
	exec := func(msgs ...sdk.Msg) sdk.Msg {
		msg := authz.NewMsgExec(grantee.Addr, msgs)
		return &msg
	}
	a.Refuse(authz.ErrNoAuthorizationFound, grantee, exec(bond(app.Open(200))))

	grant, err := authz.NewMsgGrant(granter.Addr, grantee.Addr,
		authz.NewGenericAuthorization(sdk.MsgTypeURL(&stakingext.MsgBond{})), &until)
	require.NoError(t, err)
	a.MustDeliver(granter, grant)

	a.Refuse(stakingext.ErrWrongDenom, grantee, exec(bond(sdk.NewInt64Coin("uatom", 1))))
	a.Refuse(stakingext.ErrBelowMinimum, grantee, exec(bond(sdk.NewInt64Coin(app.BondDenom, 1))))
	nested := exec(bond(sdk.NewInt64Coin(app.BondDenom, 1)))
	for range 4 {
		nested = exec(nested)
	}
	require.False(t, a.Deliver(grantee, nested).IsOK())

	_, err = a.Keepers().StakingExt.BondOf(a.Ctx(), granter.Addr)
	require.ErrorIs(t, err, stakingext.ErrNoBond)
	a.MustDeliver(grantee, exec(bond(app.Open(200))))
	held, err := a.Keepers().StakingExt.BondOf(a.Ctx(), granter.Addr)
	require.NoError(t, err)
	require.Equal(t, app.Open(200).Amount, held.Amount)
}

// C8: only governance changes params, and it cannot set what Validate refuses.
func TestC8_OnlyGovernanceChangesParams(t *testing.T) {
	a := testapp.New(t, testapp.WithGenesis(func(cdc codec.JSONCodec, state app.GenesisState) error {
		return app.ChangeState(cdc, state, govtypes.ModuleName, func(gov *govv1.GenesisState) error {
			voting := 10 * time.Second
			expedited := 5 * time.Second
			gov.Params.VotingPeriod, gov.Params.ExpeditedVotingPeriod = &voting, &expedited
			return nil
		})
	}))
	someone, ctx := a.Accounts[0], a.Ctx()
	k := a.Keepers()
	stakingextParams, err := k.StakingExt.Params.Get(ctx)
	require.NoError(t, err)
	workersParams, err := k.Workers.Params.Get(ctx)
	require.NoError(t, err)
	porParams, err := k.Por.Params.Get(ctx)
	require.NoError(t, err)
	tasksParams, err := k.SlashingTasks.Params.Get(ctx)
	require.NoError(t, err)
	from := someone.String()
	a.Refuse(stakingext.ErrUnauthorized, someone, &stakingext.MsgUpdateParams{Authority: from, Params: stakingextParams})
	a.Refuse(workers.ErrUnauthorized, someone, &workers.MsgUpdateParams{Authority: from, Params: workersParams})
	a.Refuse(por.ErrUnauthorized, someone, &por.MsgUpdateParams{Authority: from, Params: porParams})
	a.Refuse(slashingtasks.ErrUnauthorized, someone, &slashingtasks.MsgUpdateParams{Authority: from, Params: tasksParams})

	good, bad := porParams, porParams
	good.MinContributions, bad.MinContributions = 3, 0
	passed := propose(t, a, &por.MsgUpdateParams{Authority: app.Authority(), Params: good})
	require.Equal(t, govv1.StatusPassed, passed.Status, passed.FailedReason)
	failed := propose(t, a, &por.MsgUpdateParams{Authority: app.Authority(), Params: bad})
	require.Equal(t, govv1.StatusFailed, failed.Status)
	require.Contains(t, failed.FailedReason, por.ErrInvalidParams.Error())
	now, err := k.Por.Params.Get(a.Ctx())
	require.NoError(t, err)
	require.Equal(t, good, now)
}

// propose lets governance vote on a message, and returns the proposal when it is over.
func propose(t *testing.T, a *testapp.TestApp, msg sdk.Msg) govv1.Proposal {
	t.Helper()
	params, err := a.Keepers().Gov.Params.Get(a.Ctx())
	require.NoError(t, err)
	submit, err := govv1.NewMsgSubmitProposal([]sdk.Msg{msg}, params.MinDeposit, a.Accounts[0].String(), "", "a change", "a change", false)
	require.NoError(t, err)
	a.MustDeliver(a.Accounts[0], submit)
	id, err := a.Keepers().Gov.ProposalID.Peek(a.Ctx())
	require.NoError(t, err)
	id--
	for _, v := range a.Validators {
		a.MustDeliver(v.Account, govv1.NewMsgVote(v.Addr, id, govv1.OptionYes, ""))
	}
	a.NextBlocks(10)
	proposal, err := a.Keepers().Gov.Proposals.Get(a.Ctx(), id)
	require.NoError(t, err)
	return proposal
}
