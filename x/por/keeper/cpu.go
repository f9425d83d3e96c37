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
	"github.com/openmesh-network/openmesh/x/por/corechain"
)

// Gas of a CPU proof, about 11 a microsecond, as for signatures.
const (
	laneGas     = 300   // for a lane of a commitment, kept until the window is concluded
	pathGas     = 1_000 // for a revealed segment's path
	intervalGas = 7_000 // for the steps that a function takes in 0.6 ms
)

// CommitCpu takes an Xnode's answer to a CPU window: how many segments each lane made, and the
// root over their ends.
func (k *Keeper) CommitCpu(ctx context.Context, signer sdk.AccAddress, number uint64, segments []uint64, root []byte) error {
	operator, w, capacity, err := k.answering(ctx, por.CLASS_CPU, signer, number)
	if err != nil {
		return err
	}
	if most := int(w.Terms.Cpu.MaxLanes); len(segments) > most {
		return errorsmod.Wrapf(por.ErrInvalidProof, "%d lanes, at most %d", len(segments), most)
	}
	if len(root) != corechain.StateSize {
		return errorsmod.Wrapf(por.ErrInvalidProof, "a root of %d bytes", len(root))
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(uint64(len(segments))*laneGas, "por: lanes of a commitment")
	m := por.Measurement{Segments: segments, Root: root}
	if err := m.Commitment().Validate(); err != nil {
		return errorsmod.Wrap(por.ErrInvalidProof, err.Error())
	}
	m.ProofHash = por.CommitmentHash(segments, root)
	return k.answer(ctx, w, operator, capacity, m)
}

// RevealCpu checks the segments that were drawn from a commitment. A segment whose steps do not
// lead to its end is false; anything else that is wrong says only that it was not shown, and
// may be sent again.
func (k *Keeper) RevealCpu(ctx context.Context, signer sdk.AccAddress, number uint64, proof []byte) (por.Measurement, error) {
	operator, w, m, found, err := k.asked(ctx, por.CLASS_CPU, signer, number)
	if err != nil {
		return m, err
	}
	function, ok := w.Function()
	switch {
	case !w.Reveals(height(ctx)) || !ok:
		return m, errorsmod.Wrapf(por.ErrNotRevealing, "%s window %d, until height %d", w.Class.Name(), w.Number, w.RevealDeadline)
	case !found:
		return m, errorsmod.Wrapf(por.ErrNoCommitment, "%s window %d", w.Class.Name(), w.Number)
	case m.RevealedHeight > 0:
		return m, errorsmod.Wrapf(por.ErrAlreadyAnswered, "revealed at height %d", m.RevealedHeight)
	}
	drawn, err := k.drawnSegments(ctx, w, operator, m)
	if err != nil {
		return m, err
	}
	commitment := m.Commitment()
	if size, err := corechain.ProofSize(commitment, drawn); err != nil || size != len(proof) {
		return m, errorsmod.Wrapf(por.ErrInvalidProof, "%d bytes, must be %d", len(proof), size)
	}
	spec := function.Spec()
	gas := uint64(len(drawn)) * (pathGas + (spec.Interval*intervalGas+spec.Function.Interval()-1)/spec.Function.Interval())
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(gas, "por: steps of a CPU proof")
	_, err = corechain.Verify(spec, w.CoreChallenge(sdkCtx.ChainID(), operator), commitment, drawn, proof)
	switch {
	case errors.Is(err, corechain.ErrMismatch):
		m.Verdict = por.VERDICT_MISMATCH
	case err != nil:
		return m, errorsmod.Wrap(por.ErrInvalidProof, err.Error())
	default:
		m.Verdict = por.VERDICT_OK
		if err := k.rate(ctx, w, &m); err != nil {
			return m, err
		}
	}
	m.RevealedHeight = height(ctx)
	shown := sha256.Sum256(proof)
	m.Evidence = por.Evidence(w.Class, w.Number, operator, m.ProofHash, shown[:])
	if err := k.setMeasurement(ctx, operator, m); err != nil {
		return m, err
	}
	return m, emit(ctx, &por.EventRevealed{Class: w.Class, Window: w.Number, Operator: m.Operator, Verdict: m.Verdict})
}

// rate computes what the commitment is worth.
func (k *Keeper) rate(ctx context.Context, w por.Window, m *por.Measurement) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	function, _ := w.Function()
	spec := function.Spec()
	rate, err := function.Rating().Rate(spec, m.Commitment(), w.WorkedMillis(params.BlockMillis))
	if err != nil {
		return err
	}
	m.Value, m.GasPerSecond = rate.Millis, rate.Steps*spec.Function.Gas()
	return nil
}

// drawnSegments are the leaves that an Xnode has to reveal, ascending.
func (k *Keeper) drawnSegments(ctx context.Context, w por.Window, operator sdk.AccAddress, m por.Measurement) ([]uint64, error) {
	seed := [32]byte(w.SampleSeed(operator, m.ProofHash))
	challenge := w.CoreChallenge(sdk.UnwrapSDKContext(ctx).ChainID(), operator)
	return corechain.Draw(seed, challenge, m.Commitment(), int(w.Terms.Samples))
}

// judgeCpu ends a CPU window for an Xnode that committed: with what the reveal showed.
func (k *Keeper) judgeCpu(_ context.Context, params por.Params, w por.Window, operator sdk.AccAddress, m por.Measurement) (por.Finding, error) {
	if m.RevealedHeight == 0 {
		return por.Finding{Verdict: por.VERDICT_WITHHELD, Evidence: por.Evidence(w.Class, w.Number, operator, m.ProofHash)}, nil
	}
	function, _ := w.Function()
	return por.Finding{
		Verdict: m.Verdict, Value: m.Value, GasPerSecond: m.GasPerSecond, Evidence: m.Evidence,
		Function: function.Function, Allocated: m.Allocated, Confirms: w.Stretched(params.BlockMillis),
	}, nil
}
