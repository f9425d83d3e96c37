// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestC7_C8_OnlyTheAuthorityChangesParametersAndOnlyToValidOnes(t *testing.T) {
	f := newFixture(t)
	update := func(from string, change func(*slashingtasks.Params)) error {
		p := params()
		change(&p)
		_, err := f.msg.UpdateParams(f.ctx, &slashingtasks.MsgUpdateParams{Authority: from, Params: p})
		return err
	}
	none := func(*slashingtasks.Params) {}
	require.ErrorIs(t, update(requester.String(), none), slashingtasks.ErrUnauthorized)
	require.ErrorIs(t, update("", none), slashingtasks.ErrInvalidAddress)
	require.ErrorIs(t, update(authority.String(), func(p *slashingtasks.Params) { p.SeatBond = math.Int{} }), slashingtasks.ErrInvalidParams)
	require.ErrorIs(t, update(authority.String(), func(p *slashingtasks.Params) { p.FeeDenom = "uatom" }), slashingtasks.ErrInvalidParams)
	require.NoError(t, update(authority.String(), func(p *slashingtasks.Params) { p.MaxBatch = 3 }))
	require.Len(t, said[*slashingtasks.EventParamsUpdated](f), 1)
	res, err := f.query.Params(f.ctx, &slashingtasks.QueryParamsRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 3, res.Params.MaxBatch)
}
