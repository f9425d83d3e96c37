// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"context"

	"cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por/possession"
)

// PossessionTarget is what a holder has promised to have.
type PossessionTarget struct {
	// Object is root and size of the held bytes.
	Object possession.Object
	// Leaves is how many leaves a challenge draws.
	Leaves int
}

// BlobKeeper is what proofs of possession ask of the module that registers who holds what. There is none
// yet; who adds it gives windows to this class of proof, for which number 6 is reserved.
type BlobKeeper interface {
	// PossessionTarget returns what a holder has promised to have under a name (ErrUnknownBlob).
	PossessionTarget(ctx context.Context, holder sdk.AccAddress, name string) (PossessionTarget, error)
}

// PossessionChallenge asks a holder for leaves of an object, with a seed that nobody knew when the
// object was stored.
func (t PossessionTarget) PossessionChallenge(seed []byte, holder sdk.AccAddress) possession.Challenge {
	return possession.Challenge{Seed: [32]byte(seed), Holder: holder, Leaves: t.Leaves}
}

// VerifyPossession checks an answer to the challenge of a seed (ErrNotPossessed). Its length is looked at
// before anything is hashed: see PossessionGas.
func VerifyPossession(ctx context.Context, blobs BlobKeeper, seed []byte, holder sdk.AccAddress, name string, proof []byte) error {
	if len(seed) != SeedSize {
		return errors.Wrapf(ErrNotPossessed, "a seed of %d bytes", len(seed))
	}
	target, err := blobs.PossessionTarget(ctx, holder, name)
	if err != nil {
		return err
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(PossessionGas(len(proof)), "por: possession proof")
	if err := possession.Verify(target.Object, target.PossessionChallenge(seed, holder), proof); err != nil {
		return errors.Wrap(ErrNotPossessed, err.Error())
	}
	return nil
}

// PossessionGas pays for hashing a proof of so many bytes.
func PossessionGas(bytes int) uint64 { return 1_000 + uint64(bytes)/10 }
