// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"
)

// gasPerItem is charged for every item of a batch besides what it reads and
// writes, so that no item is cheaper for being one of many.
const gasPerItem = 10_000

type msgServer struct{ *Keeper }

// NewMsgServer makes the handlers of the module's messages.
func NewMsgServer(k *Keeper) slashingtasks.MsgServer { return msgServer{k} }

// SubmitTask puts the fee in escrow and locks a task for its draw.
func (s msgServer) SubmitTask(ctx context.Context, msg *slashingtasks.MsgSubmitTask) (*slashingtasks.MsgSubmitTaskResponse, error) {
	id, err := s.Submit(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &slashingtasks.MsgSubmitTaskResponse{TaskId: id}, nil
}

// Commit brings commitments of one signer's seats.
func (s msgServer) Commit(ctx context.Context, msg *slashingtasks.MsgCommit) (*slashingtasks.MsgCommitResponse, error) {
	results, err := s.batch(ctx, msg.Signer, len(msg.Commits), func(ctx context.Context, operator, signer sdk.AccAddress, i int) (uint64, error) {
		return msg.Commits[i].TaskId, s.Keeper.Commit(ctx, operator, signer, msg.Commits[i])
	})
	if err != nil {
		return nil, err
	}
	return &slashingtasks.MsgCommitResponse{Results: results}, nil
}

// Reveal opens commitments of one signer's seats.
func (s msgServer) Reveal(ctx context.Context, msg *slashingtasks.MsgReveal) (*slashingtasks.MsgRevealResponse, error) {
	results, err := s.batch(ctx, msg.Signer, len(msg.Reveals), func(ctx context.Context, operator, _ sdk.AccAddress, i int) (uint64, error) {
		return msg.Reveals[i].TaskId, s.Keeper.Reveal(ctx, operator, msg.Reveals[i])
	})
	if err != nil {
		return nil, err
	}
	return &slashingtasks.MsgRevealResponse{Results: results}, nil
}

// Decline gives seats back.
func (s msgServer) Decline(ctx context.Context, msg *slashingtasks.MsgDecline) (*slashingtasks.MsgDeclineResponse, error) {
	if err := slashingtasks.ValidateReason(msg.Reason); err != nil {
		return nil, err
	}
	results, err := s.batch(ctx, msg.Signer, len(msg.TaskIds), func(ctx context.Context, operator, _ sdk.AccAddress, i int) (uint64, error) {
		return msg.TaskIds[i], s.Keeper.Decline(ctx, operator, msg.TaskIds[i])
	})
	if err != nil {
		return nil, err
	}
	return &slashingtasks.MsgDeclineResponse{Results: results}, nil
}

// batch runs every item in a cache of its own: one that fails undoes nothing of
// the others. It fails as a whole, with the first error, only where all failed.
func (s msgServer) batch(
	ctx context.Context, signerText string, n int,
	do func(ctx context.Context, operator, signer sdk.AccAddress, i int) (uint64, error),
) ([]slashingtasks.ItemResult, error) {
	params, err := s.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if n == 0 || n > int(params.MaxBatch) {
		return nil, slashingtasks.ErrInvalidBatch.Wrapf("%d items, there must be 1 to %d", n, params.MaxBatch)
	}
	signer, err := slashingtasks.ParseAddress(s.addresses, "signer", signerText)
	if err != nil {
		return nil, err
	}
	operator, err := s.operatorOf(ctx, signer)
	if err != nil {
		return nil, err
	}
	results := make([]slashingtasks.ItemResult, n)
	var first error
	failed := 0
	for i := range n {
		sdkCtx := sdk.UnwrapSDKContext(ctx)
		sdkCtx.GasMeter().ConsumeGas(gasPerItem, "slashingtasks: item of a batch")
		cached, write := sdkCtx.CacheContext()
		id, err := do(cached, operator, signer, i)
		results[i].TaskId = id
		if err == nil {
			write()
			continue
		}
		failed++
		if first == nil {
			first = err
		}
		results[i].Code, results[i].Error = itemError(err)
	}
	if failed == n {
		return nil, errorsmod.Wrapf(first, "none of %d items was accepted, the first", n)
	}
	return results, nil
}

// itemError gives an error as a code of this module, 1 for one of elsewhere, and a text.
func itemError(err error) (uint32, string) {
	space, code, log := errorsmod.ABCIInfo(err, false)
	if space != slashingtasks.ModuleName {
		code = 1
	}
	return code, log
}

// operatorOf finds the Xnode that an account speaks for.
func (s msgServer) operatorOf(ctx context.Context, signer sdk.AccAddress) (sdk.AccAddress, error) {
	operator, err := s.workers.OperatorBySigner(ctx, signer)
	if errors.Is(err, workers.ErrUnknownSigner) {
		return nil, slashingtasks.ErrUnknownSigner.Wrap(err.Error())
	}
	return operator, err
}

// Challenge escalates a quorum's outcome against a bond.
func (s msgServer) Challenge(ctx context.Context, msg *slashingtasks.MsgChallenge) (*slashingtasks.MsgChallengeResponse, error) {
	challenger, err := slashingtasks.ParseAddress(s.addresses, "challenger", msg.Challenger)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.Challenge(ctx, challenger, msg.TaskId); err != nil {
		return nil, err
	}
	return &slashingtasks.MsgChallengeResponse{}, nil
}

// ReportEquivocation proves that a seat signed two commitments.
func (s msgServer) ReportEquivocation(ctx context.Context, msg *slashingtasks.MsgReportEquivocation) (*slashingtasks.MsgReportEquivocationResponse, error) {
	reporter, err := slashingtasks.ParseAddress(s.addresses, "reporter", msg.Reporter)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.ReportEquivocation(ctx, reporter, msg.First, msg.Second); err != nil {
		return nil, err
	}
	return &slashingtasks.MsgReportEquivocationResponse{}, nil
}

// UpdateParams replaces the parameters. The fee denom stays what it was at
// genesis: escrows are held in it.
func (s msgServer) UpdateParams(ctx context.Context, msg *slashingtasks.MsgUpdateParams) (*slashingtasks.MsgUpdateParamsResponse, error) {
	sender, err := slashingtasks.ParseAddress(s.addresses, "authority", msg.Authority)
	if err != nil {
		return nil, err
	}
	authority, err := s.addresses.StringToBytes(s.authority)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(sender, authority) {
		return nil, slashingtasks.ErrUnauthorized.Wrapf("%s is not %s", msg.Authority, s.authority)
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	current, err := s.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if msg.Params.FeeDenom != current.FeeDenom {
		return nil, slashingtasks.ErrInvalidParams.Wrapf("fee_denom is %s for good", current.FeeDenom)
	}
	if err := s.checkBonds(ctx, msg.Params); err != nil {
		return nil, err
	}
	if err := s.Params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &slashingtasks.MsgUpdateParamsResponse{}, emit(ctx, &slashingtasks.EventParamsUpdated{Authority: msg.Authority})
}
