// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/keeper"
)

// cheats is one in how many answers that is false.
const cheats = 6

// ProveStorage answers a storage window for some Xnode: with a real proof of one unit, or now
// and then with an invented one.
func ProveStorage(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgProveStorage] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgProveStorage) {
		a, found := choose(ctx, k, data, reporter, por.CLASS_STORAGE, por.ACTION_PROVE_STORAGE)
		if !found {
			return nil, nil
		}
		terms := a.duty.Window.Terms.Storage
		if a.duty.MaxUnits < terms.MinUnits {
			reporter.Skip("too little is claimed to be proven")
			return nil, nil
		}
		plot, err := terms.Plot(sdk.UnwrapSDKContext(ctx).ChainID(), a.operator, terms.MinUnits)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		proof, found := scan(plot, cellpost.Challenge(a.duty.Challenge))
		if data.Rand().Intn(cheats) == 0 {
			proof, found = invent(plot), true
		}
		if !found {
			reporter.Skip("no nonce has enough labels")
			return nil, nil
		}
		encoded, err := plot.Encode(proof)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		return []simsx.SimAccount{a.signer}, &por.MsgProveStorage{
			Signer: a.signer.AddressBech32, Window: a.duty.Window.Number, Units: terms.MinUnits, Proof: encoded,
		}
	}
}

// scan looks for a proof in a plot that it makes on the way.
func scan(plot cellpost.Plot, challenge cellpost.Challenge) (cellpost.Proof, bool) {
	maker, err := cellpost.NewMaker(plot.Key, plot.N)
	if err != nil {
		return cellpost.Proof{}, false
	}
	scanner, err := plot.NewScanner(challenge)
	if err != nil {
		return cellpost.Proof{}, false
	}
	var (
		cell cellpost.Cell
		hits [cellpost.Nonces][]uint64
	)
	for i := range plot.Cells {
		maker.Cell(i, &cell)
		scanner.Scan(i, &cell, func(nonce uint8, label uint64) { hits[nonce] = append(hits[nonce], label) })
	}
	for nonce, labels := range hits {
		if len(labels) >= int(plot.K2) {
			return cellpost.Proof{Nonce: uint8(nonce), Indices: labels[:plot.K2]}, true
		}
	}
	return cellpost.Proof{}, false
}

// invent is a proof of the right shape.
func invent(plot cellpost.Plot) cellpost.Proof {
	proof := cellpost.Proof{}
	for i := range uint64(plot.K2) {
		proof.Indices = append(proof.Indices, i)
	}
	return proof
}

// CommitCpu answers a CPU window for some Xnode: with a commitment to a few segments, of which
// now and then all are false.
func CommitCpu(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgCommitCpu] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgCommitCpu) {
		a, found := choose(ctx, k, data, reporter, por.CLASS_CPU, por.ACTION_COMMIT_CPU)
		if !found {
			return nil, nil
		}
		segments := make([]uint64, 1+data.Rand().Intn(int(min(4, a.duty.Window.Terms.Cpu.MaxLanes))))
		for i := range segments {
			segments[i] = 1 + uint64(data.Rand().Intn(5))
		}
		record, err := chains(ctx, a, segments, data.Rand().Intn(cheats) == 0)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		commitment, err := record.Commit()
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		return []simsx.SimAccount{a.signer}, &por.MsgCommitCpu{
			Signer: a.signer.AddressBech32, Window: a.duty.Window.Number, Segments: segments, Root: commitment.Root[:],
		}
	}
}

// RevealCpu shows what was drawn from some Xnode's commitment.
func RevealCpu(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgRevealCpu] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgRevealCpu) {
		a, found := choose(ctx, k, data, reporter, por.CLASS_CPU, por.ACTION_REVEAL_CPU)
		if !found {
			return nil, nil
		}
		m, err := k.Measurements.Get(ctx, collections.Join3(uint32(por.CLASS_CPU), a.duty.Window.Number, a.operator))
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		for _, spoilt := range []bool{false, true} { // which of the two it committed to
			record, err := chains(ctx, a, m.Segments, spoilt)
			if err != nil {
				break
			}
			commitment, err := record.Commit()
			if err != nil || string(commitment.Root[:]) != string(m.Root) {
				continue
			}
			reveals, err := record.Open(a.duty.Drawn)
			if err != nil {
				break
			}
			return []simsx.SimAccount{a.signer}, &por.MsgRevealCpu{
				Signer: a.signer.AddressBech32, Window: a.duty.Window.Number, Proof: corechain.EncodeProof(reveals),
			}
		}
		reporter.Skip("the commitment cannot be opened")
		return nil, nil
	}
}

// chains computes core chains, or spoils the end of every segment.
func chains(ctx context.Context, a answerer, segments []uint64, spoilt bool) (*corechain.Record, error) {
	challenge := a.duty.Window.CoreChallenge(sdk.UnwrapSDKContext(ctx).ChainID(), a.operator)
	record, err := corechain.Compute(a.duty.Function.Spec(), challenge, segments)
	if err != nil || !spoilt {
		return record, err
	}
	for _, ends := range record.Ends {
		for i := range ends {
			ends[i][0] ^= byte(1 + i%7)
		}
	}
	return record, nil
}

// answerer is an Xnode that is asked something.
type answerer struct {
	operator sdk.AccAddress
	signer   simsx.SimAccount
	duty     por.ProofDuty
}

// choose finds some Xnode that is asked for an action.
func choose(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	class por.Class, action por.Action,
) (answerer, bool) {
	var asked []answerer
	err := k.Members.Walk(ctx, collections.NewPrefixedPairRange[uint32, sdk.AccAddress](uint32(class)),
		func(key collections.Pair[uint32, sdk.AccAddress]) (bool, error) {
			duty, found, err := k.ProofDuty(ctx, class, key.K2())
			if found && duty.Action == action {
				asked = append(asked, answerer{operator: key.K2(), duty: duty})
			}
			return false, err
		})
	if err != nil || len(asked) == 0 {
		reporter.Skip("no Xnode is asked for it")
		return answerer{}, false
	}
	chosen := asked[data.Rand().Intn(len(asked))]
	signer, err := k.Signer(ctx, chosen.operator)
	if err != nil || signer == "" {
		reporter.Skip("the Xnode has no signer")
		return answerer{}, false
	}
	chosen.signer = data.GetAccount(reporter, signer)
	return chosen, !reporter.IsSkipped()
}
