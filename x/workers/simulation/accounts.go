// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/keeper"
)

// tries is how many accounts are looked at before a message is skipped.
const tries = 20

var errNoKey = errors.New("the account has no secp256k1 key")

// possession makes a signer's proof for an operator.
func possession(ctx context.Context, operator, signer simsx.SimAccount) (pubKey, proof []byte, err error) {
	key, ok := signer.PrivKey.(*secp256k1.PrivKey)
	if !ok {
		return nil, nil, errNoKey
	}
	proof, err = key.Sign(workers.PossessionSignBytes(sdk.UnwrapSDKContext(ctx).ChainID(), operator.Address))
	return key.PubKey().Bytes(), proof, err
}

// mayRegister accepts accounts whose registration would be accepted.
func mayRegister(ctx context.Context, k *keeper.Keeper) simsx.SimAccountFilter {
	return simsx.SimAccountFilterFn(func(a simsx.SimAccount) bool {
		ok, err := k.MayRegister(ctx, a.Address)
		return err == nil && ok
	})
}

// mayBeSigner accepts accounts that belong to no other operator.
func mayBeSigner(ctx context.Context, k *keeper.Keeper, operator simsx.SimAccount) simsx.SimAccountFilter {
	return simsx.SimAccountFilterFn(func(a simsx.SimAccount) bool {
		if a.Address.Equals(operator.Address) {
			return false
		}
		owner, err := k.Signers.Get(ctx, a.Address)
		return errors.Is(err, collections.ErrNotFound) || (err == nil && owner.Equals(operator.Address))
	})
}

// anyXnode picks an Xnode that is not retired, with its operator.
func anyXnode(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	accept func(workers.Xnode) bool,
) (simsx.SimAccount, workers.Xnode) {
	var found workers.Xnode
	operator := data.AnyAccountN(tries, reporter, simsx.SimAccountFilterFn(func(a simsx.SimAccount) bool {
		x, err := k.Xnode(ctx, a.Address)
		found = x
		return err == nil && !x.IsRetired() && accept(x)
	}))
	return operator, found
}
