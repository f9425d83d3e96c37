// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Back implements stakingext.MsgServer.
func (s msgServer) Back(ctx context.Context, msg *stakingext.MsgBack) (*stakingext.MsgBackResponse, error) {
	backer, operator, err := s.checkBacker(ctx, msg.Backer, msg.Operator, msg.Amount)
	if err != nil {
		return nil, err
	}
	shares, err := s.Keeper.Back(ctx, backer, operator, msg.Amount.Amount)
	if err != nil {
		return nil, err
	}
	return &stakingext.MsgBackResponse{Shares: shares}, nil
}

// Unback implements stakingext.MsgServer.
func (s msgServer) Unback(ctx context.Context, msg *stakingext.MsgUnback) (*stakingext.MsgUnbackResponse, error) {
	backer, operator, err := s.checkBacker(ctx, msg.Backer, msg.Operator, msg.Amount)
	if err != nil {
		return nil, err
	}
	batch, err := s.Keeper.Unback(ctx, backer, operator, msg.Amount.Amount)
	if err != nil {
		return nil, err
	}
	return &stakingext.MsgUnbackResponse{BatchId: batch.Id, MatureHeight: batch.MatureHeight, MatureTime: batch.MatureTime}, nil
}

// WithdrawBackerRewards implements stakingext.MsgServer.
func (s msgServer) WithdrawBackerRewards(ctx context.Context, msg *stakingext.MsgWithdrawBackerRewards) (*stakingext.MsgWithdrawBackerRewardsResponse, error) {
	operator, backer, err := s.pairOf(msg.Operator, msg.Backer)
	if err != nil {
		return nil, err
	}
	paid, err := s.Keeper.WithdrawBackerRewards(ctx, backer, operator)
	if err != nil {
		return nil, err
	}
	return &stakingext.MsgWithdrawBackerRewardsResponse{Amount: paid}, nil
}

// SetCommission implements stakingext.MsgServer.
func (s msgServer) SetCommission(ctx context.Context, msg *stakingext.MsgSetCommission) (*stakingext.MsgSetCommissionResponse, error) {
	operator, err := s.address("operator", msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.SetCommission(ctx, operator, msg.CommissionBps); err != nil {
		return nil, err
	}
	return &stakingext.MsgSetCommissionResponse{}, nil
}

// ClaimRewards implements stakingext.MsgServer.
func (s msgServer) ClaimRewards(ctx context.Context, msg *stakingext.MsgClaimRewards) (*stakingext.MsgClaimRewardsResponse, error) {
	operator, err := s.address("operator", msg.Operator)
	if err != nil {
		return nil, err
	}
	paid, err := s.Keeper.ClaimRewards(ctx, operator)
	if err != nil {
		return nil, err
	}
	return &stakingext.MsgClaimRewardsResponse{Amount: paid}, nil
}

// checkBacker identifies a backer and an operator and holds the coin to the bond denom.
func (s msgServer) checkBacker(ctx context.Context, backer, operator string, coin sdk.Coin) (sdk.AccAddress, sdk.AccAddress, error) {
	from, err := s.address("backer", backer)
	if err != nil {
		return nil, nil, err
	}
	to, err := s.checkCoinOf(ctx, "operator", operator, coin)
	return from, to, err
}
