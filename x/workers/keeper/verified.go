// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// evidenceRetired stands for evidence where an Xnode was taken out.
const evidenceRetired = "retired"

// SetVerified says what an Xnode is known to have. Only x/por calls it; evidence
// is the id under which that module shows why (ErrInvalidEvidence). More than is
// claimed may be verified, and less than is allocated: see workers.Xnode.Capacity.
// Nothing can be verified of a retired Xnode (ErrInvalidStatus).
func (k *Keeper) SetVerified(ctx context.Context, operator sdk.AccAddress, verified workers.Resources, evidence string) error {
	if err := workers.ValidateEvidence(evidence); err != nil {
		return err
	}
	if err := verified.Validate(); err != nil {
		return err
	}
	x, err := k.Xnode(ctx, operator)
	if err != nil {
		return err
	}
	if verified == x.Verified {
		return nil
	}
	if x.IsRetired() {
		return errorsmod.Wrap(workers.ErrInvalidStatus, "it is retired")
	}
	before := x.Verified
	x.Verified = verified
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	if err := tellVerified(ctx, x, before, evidence); err != nil {
		return err
	}
	if x.Capacity().Fits(x.Allocated) {
		return nil
	}
	return k.xnodeChanged(ctx, operator)
}

func tellVerified(ctx context.Context, x workers.Xnode, before workers.Resources, evidence string) error {
	if x.Verified == before {
		return nil
	}
	return emit(ctx, &workers.EventVerifiedChanged{Operator: x.Operator, From: before, To: x.Verified, Evidence: evidence})
}

// tellRewardWeight passes a reward weight on where it is another one than before.
// x must be stored: x/staking-ext may have its bond weighed again.
func (k *Keeper) tellRewardWeight(ctx context.Context, operator sdk.AccAddress, x workers.Xnode, before uint64) error {
	if x.RewardWeight == before {
		return nil
	}
	if err := k.bonds.SetRewardWeight(ctx, operator, x.RewardWeight); err != nil {
		return err
	}
	return emit(ctx, &workers.EventRewardWeightChanged{Operator: x.Operator, From: before, To: x.RewardWeight})
}
