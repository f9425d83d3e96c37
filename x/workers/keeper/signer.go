// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// possessionGas is what the verification of a possession proof costs: the same
// as the verification of a transaction's signature.
const possessionGas = 1000

// OperatorBySigner returns whom a signer speaks for. Former signers, and those of
// retired Xnodes, speak for nobody (ErrUnknownSigner).
func (k *Keeper) OperatorBySigner(ctx context.Context, signer sdk.AccAddress) (sdk.AccAddress, error) {
	operator, _, err := k.bySigner(ctx, signer)
	return operator, err
}

func (k *Keeper) bySigner(ctx context.Context, signer sdk.AccAddress) (sdk.AccAddress, workers.Xnode, error) {
	unknown := errorsmod.Wrapf(workers.ErrUnknownSigner, "signer %s", signer)
	operator, err := k.Signers.Get(ctx, signer)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, workers.Xnode{}, unknown
	}
	if err != nil {
		return nil, workers.Xnode{}, err
	}
	x, err := k.Xnode(ctx, operator)
	if err != nil {
		return nil, workers.Xnode{}, err
	}
	text, err := k.text(signer)
	if err != nil {
		return nil, workers.Xnode{}, err
	}
	if x.IsRetired() || x.Signer != text {
		return nil, workers.Xnode{}, unknown
	}
	return operator, x, nil
}

// RotateSigner replaces the hot key at once: from here on the old one speaks for
// nobody, and no work is given to the Xnode until the new one's first heartbeat.
func (k *Keeper) RotateSigner(ctx context.Context, operator sdk.AccAddress, pubKey, proof []byte, endpoints []string) error {
	x, err := k.live(ctx, operator)
	if err != nil {
		return err
	}
	old := x.Signer
	wasOnline, lastHeartbeat := x.Online, x.LastHeartbeat
	if err := k.adoptSigner(ctx, operator, &x, pubKey, proof); err != nil {
		return err
	}
	if x.Signer == old {
		return errorsmod.Wrap(workers.ErrInvalidSigner, "it is the signer already")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	size := x.Card.Size()
	x.Card.Endpoints = endpoints
	if err := validateCard(x.Card, pubKey); err != nil {
		return err
	}
	// A key that was stolen is replaced at once, also on a card that was written
	// under a greater cap.
	if n := x.Card.Size(); uint64(n) > params.MaxCardBytes && n > size {
		return errorsmod.Wrapf(workers.ErrInvalidCard, "a card of %d bytes, at most %d may be", n, params.MaxCardBytes)
	}
	if err := k.dropDeadline(ctx, operator, &x); err != nil {
		return err
	}
	x.ForgetDaemon()
	x.Version++
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	if wasOnline {
		if err := emit(ctx, &workers.EventXnodeOffline{Operator: x.Operator, LastHeartbeat: lastHeartbeat}); err != nil {
			return err
		}
	}
	if err := emit(ctx, &workers.EventSignerRotated{Operator: x.Operator, OldSigner: old, NewSigner: x.Signer}); err != nil {
		return err
	}
	if !wasOnline {
		return nil
	}
	if err := k.xnodeWent(ctx, operator); err != nil {
		return err
	}
	return k.hooks.AfterXnodeOnline(ctx, operator, false)
}

// adoptSigner makes the key's account the signer of x, and keeps the index of
// signers: an account that ever was another operator's is refused (ErrSignerTaken).
func (k *Keeper) adoptSigner(ctx context.Context, operator sdk.AccAddress, x *workers.Xnode, pubKey, proof []byte) error {
	signer, err := workers.SignerAddress(pubKey)
	if err != nil {
		return err
	}
	if signer.Equals(operator) {
		return errorsmod.Wrap(workers.ErrInvalidSigner, "the operator cannot be its own signer")
	}
	owner, err := k.Signers.Get(ctx, signer)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if err == nil && !owner.Equals(operator) {
		return errorsmod.Wrapf(workers.ErrSignerTaken, "signer %s", signer)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(possessionGas, "xnode possession proof")
	if err := workers.VerifyPossession(sdkCtx.ChainID(), operator, pubKey, proof); err != nil {
		return err
	}
	text, err := k.text(signer)
	if err != nil {
		return err
	}
	if forgotten := x.SetSigner(text, pubKey); forgotten != "" {
		addr, err := k.address(forgotten)
		if err != nil {
			return err
		}
		if err := k.Signers.Remove(ctx, addr); err != nil {
			return err
		}
	}
	return k.Signers.Set(ctx, signer, operator)
}
