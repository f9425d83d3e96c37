// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
)

const (
	// simulatedFeeGas is what deducting a fee costs, which a simulation without
	// a fee does not do: without it a wallet's "auto" gas is too small for cheap
	// messages.
	simulatedFeeGas storetypes.Gas = 19_000
	// simulatedNonceGas is what remembering the nonce of an unordered
	// transaction costs for each signer; a simulation remembers none.
	simulatedNonceGas storetypes.Gas = 4_000
)

// maxMessages bounds what one signature and one fee check can carry.
const maxMessages = 100

// newAnteHandler returns the SDK's checks of a transaction (limits, fee,
// signatures, sequence or unordered nonce), and lets a simulation cost what the
// real run will.
func newAnteHandler(k *Keepers, enc Encoding) sdk.AnteHandler {
	checks, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   k.Account,
		BankKeeper:      k.Bank,
		FeegrantKeeper:  k.FeeGrant,
		SignModeHandler: enc.TxConfig.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
		SigVerifyOptions: []ante.SigVerificationDecoratorOption{
			ante.WithUnorderedTxGasCost(ante.DefaultUnorderedTxGasCost),
			ante.WithMaxUnorderedTxTimeoutDuration(ante.DefaultMaxTimeoutDuration),
		},
	})
	if err != nil {
		panic(err) // start-up: a keeper is missing
	}
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if n := len(tx.GetMsgs()); n > maxMessages {
			return ctx, sdkerrors.ErrTxTooLarge.Wrapf("it holds %d messages, at most %d: split it", n, maxMessages)
		}
		ctx, err := checks(ctx, tx, simulate)
		if err != nil || !simulate {
			return ctx, err
		}
		ctx.GasMeter().ConsumeGas(unsimulatedGas(tx), "parts that a simulation leaves out")
		return ctx, nil
	}
}

// unsimulatedGas is what the checks will cost in the real run on top of what
// they cost in a simulation.
func unsimulatedGas(tx sdk.Tx) storetypes.Gas {
	var gas storetypes.Gas
	if feeTx, ok := tx.(sdk.FeeTx); ok && feeTx.GetFee().IsZero() {
		gas += simulatedFeeGas
	}
	if unordered, ok := tx.(sdk.TxWithUnordered); ok && unordered.GetUnordered() {
		signers := 1
		if sigTx, ok := tx.(authsigning.SigVerifiableTx); ok {
			if all, err := sigTx.GetSigners(); err == nil {
				signers = len(all)
			}
		}
		gas += simulatedNonceGas * storetypes.Gas(signers)
	}
	return gas
}
