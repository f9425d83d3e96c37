// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon

import (
	"context"
	"errors"
	"fmt"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// Keeper is what the handlers need of x/por/keeper.
type Keeper interface {
	// Duty says what the proposer of a block owes. The state must be that before the block.
	Duty(ctx context.Context, proposer sdk.ConsAddress, height int64) (por.Duty, error)
	// Contribute makes the seed of a block out of its first transaction.
	Contribute(ctx context.Context, height int64, proposer sdk.ConsAddress, first []byte) (por.Seed, error)
}

// ErrProposal is the reason of a rejected proposal, for the log.
var ErrProposal = errors.New("beacon: proposal rejected")

// Prepare puts this node's contribution, if it owes one, in front of what inner selects. It
// never returns an error and never panics, because BaseApp would then propose without the
// contribution and the block would be lost; if inner fails, the block has nothing else.
// Signer is nil on a node without a beacon key.
func Prepare(k Keeper, signer *Signer, inner sdk.PrepareProposalHandler) sdk.PrepareProposalHandler {
	return func(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
		envelope, err := contribution(ctx, k, signer, req)
		if err != nil {
			ctx.Logger().Error("cannot contribute to the beacon; this block will be rejected if one is owed",
				"module", por.ModuleName, "height", req.Height, "error", err)
		}
		rest := *req
		if envelope != nil {
			rest.MaxTxBytes -= cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{envelope})
		}
		var txs [][]byte
		if rest.MaxTxBytes > 0 { // the SDK's selector would take a negative size for a huge one
			txs, err = selectTxs(ctx, inner, &rest)
			if err != nil {
				ctx.Logger().Error("proposing a block without transactions", "module", por.ModuleName, "height", req.Height, "error", err)
			}
		}
		if envelope != nil {
			txs = append([][]byte{envelope}, txs...)
		}
		return &abci.ResponsePrepareProposal{Txs: txs}, nil
	}
}

// contribution returns this node's envelope, or nil if it owes none.
func contribution(ctx sdk.Context, k Keeper, signer *Signer, req *abci.RequestPrepareProposal) (envelope []byte, err error) {
	defer recovered(&err)
	duty, err := k.Duty(ctx, req.ProposerAddress, req.Height)
	if err != nil || !duty.Owed() {
		return nil, err
	}
	proof, err := signer.Prove(duty.PubKey, duty.Alpha)
	if err != nil {
		return nil, err
	}
	return Encode(proof), nil
}

// selectTxs returns inner's choice less any envelope: there may be one in a block only, and
// only in front.
func selectTxs(ctx sdk.Context, inner sdk.PrepareProposalHandler, req *abci.RequestPrepareProposal) (txs [][]byte, err error) {
	defer recovered(&err)
	res, err := inner(ctx, req)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(res.Txs), IsEnvelope), nil
}

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}

// Process rejects a block whose contribution is missing, wrong, or not owed, and hands the
// rest of the block to inner. BaseApp logs the error of a rejection.
func Process(k Keeper, inner sdk.ProcessProposalHandler) sdk.ProcessProposalHandler {
	return func(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
		duty, err := k.Duty(ctx, req.ProposerAddress, req.Height)
		if err != nil {
			return nil, err
		}
		rest := *req
		if duty.Owed() {
			if _, absence := Judge(duty, first(req.Txs)); absence != por.ABSENCE_UNSPECIFIED {
				return nil, fmt.Errorf("%w: validator %s, height %d: %s", ErrProposal, duty.Operator, req.Height, absence)
			}
			rest.Txs = req.Txs[1:]
		}
		if i := slices.IndexFunc(rest.Txs, IsEnvelope); i >= 0 {
			return nil, fmt.Errorf("%w: height %d: contribution that is not owed (%s), at %d", ErrProposal, req.Height, duty.Excuse, i)
		}
		return inner(ctx, &rest)
	}
}

// PreBlocker runs inner, then makes the block's seed. It checks the contribution again, for
// block sync and replay never see a proposal. A contribution that is missing or wrong does
// not stop the chain: the seed hashes on. Only a store that cannot be read does.
func PreBlocker(k Keeper, inner sdk.PreBlocker) sdk.PreBlocker {
	return func(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		res, err := inner(ctx, req)
		if err != nil {
			return nil, err
		}
		if _, err := k.Contribute(ctx, req.Height, req.ProposerAddress, first(req.Txs)); err != nil {
			return nil, err
		}
		return res, nil
	}
}

func first(txs [][]byte) []byte {
	if len(txs) == 0 {
		return nil
	}
	return txs[0]
}
