// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/slashing-tasks/keeper"
)

// sample is how many records are looked at.
const sample = 100

// MsgSubmitTaskFactory submits tasks of all tiers and ways of verifying.
func MsgSubmitTaskFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*slashingtasks.MsgSubmitTask] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *slashingtasks.MsgSubmitTask) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		r := data.Rand()
		msg := &slashingtasks.MsgSubmitTask{
			Program:  randomProgram(r, params),
			SeatFee:  params.MinSeatFee.AddRaw(r.Int63n(1_000)),
			GasPrice: params.MinGasPrice.AddRaw(r.Int63n(1_000)),
		}
		randomVerify(r, params, msg)
		terms, err := slashingtasks.NewTerms(params, slashingtasks.Offer{
			Verify: msg.Verify, Seats: msg.Seats, SeatFee: msg.SeatFee, GasPrice: msg.GasPrice, MinRatingBps: msg.MinRatingBps,
		})
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		msg.MaxFee = sdk.NewCoin(params.FeeDenom, math.MaxInt(terms.Escrow(msg.Program.GasLimit), math.OneInt()))
		requester := data.AnyAccount(rep, simsx.WithLiquidBalanceGTE(msg.MaxFee))
		if rep.IsSkipped() {
			return nil, nil
		}
		if n, err := k.OpenTasks.Get(ctx, requester.Address); err == nil && n >= params.MaxOpenTasks {
			rep.Skip("too many open tasks")
			return nil, nil
		}
		if !requester.LiquidBalance().BlockAmount(msg.MaxFee) {
			rep.Skip("balance is too low")
			return nil, nil
		}
		msg.Requester = requester.AddressBech32
		return []simsx.SimAccount{requester}, msg
	}
}

// MsgCommitFactory commits for one seat: mostly to the honest outcome.
func MsgCommitFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*slashingtasks.MsgCommit] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *slashingtasks.MsgCommit) {
		signer, seat, task, ok := pickSeat(ctx, k, data, rep, slashingtasks.SEAT_STATE_DRAWN, slashingtasks.PHASE_COMMITTING)
		if !ok {
			return nil, nil
		}
		variant := 0
		if data.Rand().Intn(4) == 0 {
			variant = data.Rand().Intn(variants)
		}
		operator, err := data.AddressCodec().StringToBytes(seat.Operator)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		chainID := sdk.UnwrapSDKContext(ctx).ChainID()
		commitment := slashingtasks.Commitment(chainID, task.Id, operator, outcome(task, variant), salt(task.Id, operator))
		return []simsx.SimAccount{signer}, &slashingtasks.MsgCommit{
			Signer:  signer.AddressBech32,
			Commits: []slashingtasks.CommitItem{{TaskId: task.Id, Commitment: commitment}},
		}
	}
}

// MsgRevealFactory reveals what one seat has committed to.
func MsgRevealFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*slashingtasks.MsgReveal] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *slashingtasks.MsgReveal) {
		signer, seat, task, ok := pickSeat(ctx, k, data, rep, slashingtasks.SEAT_STATE_COMMITTED, slashingtasks.PHASE_REVEALING)
		if !ok {
			return nil, nil
		}
		operator, err := data.AddressCodec().StringToBytes(seat.Operator)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		chainID := sdk.UnwrapSDKContext(ctx).ChainID()
		item := slashingtasks.RevealItem{TaskId: task.Id, Salt: salt(task.Id, operator)}
		for variant := range variants {
			item.Outcome = outcome(task, variant)
			if bytes.Equal(seat.Commitment, slashingtasks.Commitment(chainID, task.Id, operator, item.Outcome, item.Salt)) {
				break
			}
		}
		return []simsx.SimAccount{signer}, &slashingtasks.MsgReveal{
			Signer: signer.AddressBech32, Reveals: []slashingtasks.RevealItem{item},
		}
	}
}

// MsgDeclineFactory gives one seat back.
func MsgDeclineFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*slashingtasks.MsgDecline] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *slashingtasks.MsgDecline) {
		signer, _, task, ok := pickSeat(ctx, k, data, rep, slashingtasks.SEAT_STATE_DRAWN, slashingtasks.PHASE_COMMITTING)
		if !ok {
			return nil, nil
		}
		return []simsx.SimAccount{signer}, &slashingtasks.MsgDecline{
			Signer: signer.AddressBech32, TaskIds: []uint64{task.Id}, Reason: "simulated",
		}
	}
}

// MsgChallengeFactory challenges a quorum that can be.
func MsgChallengeFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*slashingtasks.MsgChallenge] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *slashingtasks.MsgChallenge) {
		height := sdk.UnwrapSDKContext(ctx).BlockHeight()
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		var found []slashingtasks.Task
		err = k.Tasks.Walk(ctx, nil, func(_ uint64, t slashingtasks.Task) (bool, error) {
			if t.Phase == slashingtasks.PHASE_CHALLENGEABLE && height <= t.Deadline && t.Challenge == nil && t.CanEscalate() {
				found = append(found, t)
			}
			return len(found) == sample, nil
		})
		if err != nil || len(found) == 0 {
			rep.Skip("nothing can be challenged")
			return nil, nil
		}
		task := simsx.OneOf(data.Rand(), found)
		bond := sdk.NewCoin(params.FeeDenom, task.Terms.ChallengeBond)
		challenger := data.AnyAccount(rep, simsx.WithLiquidBalanceGTE(bond))
		if rep.IsSkipped() || !challenger.LiquidBalance().BlockAmount(bond) {
			rep.Skip("nobody can pay the bond")
			return nil, nil
		}
		return []simsx.SimAccount{challenger}, &slashingtasks.MsgChallenge{Challenger: challenger.AddressBech32, TaskId: task.Id}
	}
}

// MsgReportEquivocationFactory has a seat sign two commitments, and reports it.
func MsgReportEquivocationFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*slashingtasks.MsgReportEquivocation] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *slashingtasks.MsgReportEquivocation) {
		signer, seat, _, ok := pickSeat(ctx, k, data, rep, slashingtasks.SEAT_STATE_UNSPECIFIED, slashingtasks.PHASE_UNSPECIFIED)
		if !ok {
			return nil, nil
		}
		key, isKey := signer.PrivKey.(*secp256k1.PrivKey)
		operator, err := data.AddressCodec().StringToBytes(seat.Operator)
		if err != nil || !isKey {
			rep.Skip("the signer has no secp256k1 key")
			return nil, nil
		}
		reporter := data.AnyAccount(rep)
		if rep.IsSkipped() {
			return nil, nil
		}
		state := func(fill byte) slashingtasks.SignedCommit {
			c := bytes.Repeat([]byte{fill}, slashingtasks.DigestSize)
			sig, err := key.Sign(slashingtasks.CommitSignBytes(sdk.UnwrapSDKContext(ctx).ChainID(), seat.TaskId, operator, c))
			if err != nil {
				rep.Skip(err.Error())
			}
			return slashingtasks.SignedCommit{TaskId: seat.TaskId, Operator: seat.Operator, Commitment: c, Signature: sig}
		}
		return []simsx.SimAccount{reporter}, &slashingtasks.MsgReportEquivocation{
			Reporter: reporter.AddressBech32, First: state(1), Second: state(2),
		}
	}
}

// MsgUpdateParamsFactory proposes other parameters.
func MsgUpdateParamsFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*slashingtasks.MsgUpdateParams] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *slashingtasks.MsgUpdateParams) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		return nil, &slashingtasks.MsgUpdateParams{
			Authority: data.ModuleAccountAddress(rep, "gov"),
			Params:    RandomParams(data.Rand().Rand, params.FeeDenom),
		}
	}
}

// pickSeat draws a held seat in a state and phase, or any held seat for the
// unspecified ones, whose signer speaks for its Xnode and can sign.
func pickSeat(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, rep simsx.SimulationReporter,
	state slashingtasks.SeatState, phase slashingtasks.Phase,
) (simsx.SimAccount, slashingtasks.Seat, slashingtasks.Task, bool) {
	type place struct {
		seat slashingtasks.Seat
		task slashingtasks.Task
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	var found []place
	err := k.Seats.Walk(ctx, nil, func(_ collections.Pair[uint64, uint32], s slashingtasks.Seat) (bool, error) {
		if !s.Held || (state != slashingtasks.SEAT_STATE_UNSPECIFIED && s.State != state) || !data.HasAccount(s.Signer) {
			return false, nil
		}
		task, err := k.Task(ctx, s.TaskId)
		if err != nil {
			return true, err
		}
		signer, err := data.AddressCodec().StringToBytes(s.Signer)
		if err != nil {
			return true, err
		}
		suits := phase == slashingtasks.PHASE_UNSPECIFIED || (task.Phase == phase && height <= task.Deadline)
		if suits && k.Speaks(ctx, signer, s.Operator) {
			found = append(found, place{s, task})
		}
		return len(found) == sample, nil
	})
	if err != nil || len(found) == 0 {
		rep.Skip("no seat suits")
		return simsx.SimAccount{}, slashingtasks.Seat{}, slashingtasks.Task{}, false
	}
	p := simsx.OneOf(data.Rand(), found)
	return data.GetAccount(rep, p.seat.Signer), p.seat, p.task, true
}
