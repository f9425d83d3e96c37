// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// Rate moves an operator's rating for what it did for a subject, such as "task/7",
// whether or not it has retired since (ErrNotRegistered where it never was). The
// caller answers for rating each deed once. No weight depends on it.
func (k *Keeper) Rate(ctx context.Context, operator sdk.AccAddress, subject string, cause workers.RatingCause) error {
	if err := workers.ValidateSubject(subject); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	x, err := k.Xnode(ctx, operator)
	if err != nil {
		return err
	}
	before := x.Rating
	if err := x.Rate(cause, params); err != nil {
		return err
	}
	if x.Rating == before {
		return nil
	}
	if err := k.Xnodes.Set(ctx, operator, x); err != nil {
		return err
	}
	return emit(ctx, &workers.EventRatingChanged{
		Operator: x.Operator, Subject: subject, Cause: cause, From: before, To: x.Rating,
	})
}
