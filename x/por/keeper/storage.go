// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"crypto/sha256"
	"errors"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// Gas of a storage proof, about 11 a microsecond, as for signatures.
const (
	proofByteGas = 30 // for a byte that is kept until the window is concluded
	cellGas      = 40 // for each N of a cell's scrypt that will be computed
)

// ProveStorage takes an Xnode's answer to a storage window, at its signer's word. What is
// costly to check is paid for here and checked at the end of a later block, when the seed that
// draws from the answer exists.
func (k *Keeper) ProveStorage(ctx context.Context, signer sdk.AccAddress, number, units uint64, proof []byte) error {
	operator, w, capacity, err := k.answering(ctx, por.CLASS_STORAGE, signer, number)
	if err != nil {
		return err
	}
	terms := w.Terms.Storage
	if most := terms.MaxClaimUnits(capacity.Claimed); units > most {
		return errorsmod.Wrapf(por.ErrInvalidUnits, "%d units, at most %d are claimed", units, most)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	plot, err := terms.Plot(sdkCtx.ChainID(), operator, units)
	if err != nil {
		return err
	}
	if most := plot.MaxProofBytes(); len(proof) > most {
		return errorsmod.Wrapf(por.ErrInvalidProof, "%d bytes, at most %d", len(proof), most)
	}
	gas := uint64(len(proof))*proofByteGas + uint64(w.Terms.Samples)*uint64(terms.CostN)*cellGas
	sdkCtx.GasMeter().ConsumeGas(gas, "por: check of a storage proof")
	if _, err := plot.Decode(proof); err != nil {
		return errorsmod.Wrap(por.ErrInvalidProof, err.Error())
	}
	hash := sha256.Sum256(proof)
	return k.answer(ctx, w, operator, capacity, por.Measurement{Units: units, Proof: proof, ProofHash: hash[:]})
}

// judgeStorage checks what was drawn of a storage proof. A label that does not qualify is
// false: whoever signed the proof named it.
func (k *Keeper) judgeStorage(ctx context.Context, w por.Window, operator sdk.AccAddress, m por.Measurement) (por.Finding, error) {
	terms := w.Terms.Storage
	plot, err := terms.Plot(sdk.UnwrapSDKContext(ctx).ChainID(), operator, m.Units)
	if err != nil {
		return por.Finding{}, err
	}
	proof, err := plot.Decode(m.Proof)
	if err != nil {
		return por.Finding{}, err
	}
	seed := w.SampleSeed(operator, m.ProofHash)
	positions, err := terms.PlotParams().Sample([32]byte(seed), int(w.Terms.Samples))
	if err != nil {
		return por.Finding{}, err
	}
	challenge := cellpost.Challenge(w.Challenge(sdk.UnwrapSDKContext(ctx).ChainID(), operator))
	finding := por.Finding{
		Verdict: por.VERDICT_OK, Value: m.Units * terms.UnitBytes, Declared: true, Allocated: m.Allocated,
		Evidence: por.Evidence(w.Class, w.Number, operator, m.ProofHash, seed),
	}
	err = plot.VerifySamples(challenge, proof, positions)
	if errors.Is(err, cellpost.ErrLabel) {
		finding.Verdict, finding.Value = por.VERDICT_MISMATCH, 0
		err = nil
	}
	return finding, err
}
