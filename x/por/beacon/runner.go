// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// runner keeps the envelope from being executed as a transaction, which would give it an
// error code although nothing is wrong.
type runner struct{ inner sdk.TxRunner }

// WrapRunner is for blockexec.WithRunnerWrap. It is part of consensus: codes are hashed into
// the block's results, and the transactions behind an envelope count from 0.
func WrapRunner(inner sdk.TxRunner) sdk.TxRunner { return runner{inner} }

// Unwrap lets BaseApp see whether the runner within is a parallel one.
func (r runner) Unwrap() sdk.TxRunner { return r.inner }

// Run answers for an envelope at the head of the block, and leaves the rest to the runner within.
func (r runner) Run(ctx context.Context, ms storetypes.MultiStore, txs [][]byte, deliverTx sdk.DeliverTxFunc) ([]*abci.ExecTxResult, error) {
	if len(txs) == 0 || !IsEnvelope(txs[0]) {
		return r.inner.Run(ctx, ms, txs, deliverTx)
	}
	results, err := r.inner.Run(ctx, ms, txs[1:], deliverTx)
	if err != nil {
		return nil, err
	}
	return append([]*abci.ExecTxResult{{Log: "beacon"}}, results...), nil
}
