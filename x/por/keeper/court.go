// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/por"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// The queues of committees and the court in EventItemFailed.
const (
	queueDraw   = "draw"
	queueCharge = "charge"
)

type (
	// placeKey is a class, a window and an operator.
	placeKey = collections.Triple[uint32, uint64, sdk.AccAddress]
	// dutyKey is a verifier, a class, a window and a subject.
	dutyKey = collections.Quad[sdk.AccAddress, uint32, uint64, sdk.AccAddress]
	// turnKey is a height, a class and a subject.
	turnKey = collections.Triple[int64, uint32, sdk.AccAddress]
)

// court is the part of the store that belongs to committees and their verdicts, and who is asked.
type court struct {
	accountKeeper por.AccountKeeper
	bank          por.BankKeeper
	judges        por.Judges

	// Committees has those of the windows that run or are kept, by class, window and subject.
	Committees collections.Map[placeKey, por.Committee]
	// Duties has the seats of every verifier: verifier, class, window, subject.
	Duties collections.KeySet[dutyKey]
	// DutyCounts counts them by class, window and verifier.
	DutyCounts collections.Map[placeKey, uint32]
	// DrawCursors has the windows whose committees are being drawn, and the last member that has one.
	DrawCursors collections.Map[collections.Pair[uint32, uint64], sdk.AccAddress]
	// VerifierScores has how each operator serves on committees.
	VerifierScores collections.Map[sdk.AccAddress, por.VerifierScore]
	// Charges has those that wait, by class and subject.
	Charges collections.Map[collections.Pair[uint32, sdk.AccAddress], por.Charge]
	// ChargeTurns has each charge at the last height of its waiting.
	ChargeTurns collections.KeySet[turnKey]
	// Frauds has what was proven of operators, by class, window and operator.
	Frauds collections.Map[placeKey, por.FraudRecord]
	// FraudCount has the height of the last judgement, and how many there were in its block.
	FraudCount collections.Item[por.FraudCount]
	// Held is the sum of the deposits of disputes.
	Held collections.Item[math.Int]
}

func newCourt(cdc codec.Codec, sb *collections.SchemaBuilder, ak por.AccountKeeper, bank por.BankKeeper, judges por.Judges) court {
	if ak.GetModuleAddress(por.ModuleName) == nil {
		panic("x/por: the module account is not in the permissions")
	}
	places := collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, sdk.AccAddressKey)
	return court{
		accountKeeper: ak,
		bank:          bank,
		judges:        judges,
		Committees:    collections.NewMap(sb, por.CommitteesPrefix, "committees", places, codec.CollValue[por.Committee](cdc)),
		Duties: collections.NewKeySet(sb, por.DutiesPrefix, "duties",
			collections.QuadKeyCodec(sdk.AccAddressKey, collections.Uint32Key, collections.Uint64Key, sdk.AccAddressKey)),
		DutyCounts: collections.NewMap(sb, por.DutyCountsPrefix, "duty_counts", places, collections.Uint32Value),
		DrawCursors: collections.NewMap(sb, por.DrawCursorsPrefix, "draw_cursors",
			collections.PairKeyCodec(collections.Uint32Key, collections.Uint64Key), collcodec.KeyToValueCodec(sdk.AccAddressKey)),
		VerifierScores: collections.NewMap(sb, por.VerifierScoresPrefix, "verifier_scores", sdk.AccAddressKey, codec.CollValue[por.VerifierScore](cdc)),
		Charges: collections.NewMap(sb, por.ChargesPrefix, "charges",
			collections.PairKeyCodec(collections.Uint32Key, sdk.AccAddressKey), codec.CollValue[por.Charge](cdc)),
		ChargeTurns: collections.NewKeySet(sb, por.ChargeTurnsPrefix, "charge_turns",
			collections.TripleKeyCodec(collections.Int64Key, collections.Uint32Key, sdk.AccAddressKey)),
		Frauds:     collections.NewMap(sb, por.FraudsPrefix, "frauds", places, codec.CollValue[por.FraudRecord](cdc)),
		FraudCount: collections.NewItem(sb, por.FraudCountPrefix, "fraud_count", codec.CollValue[por.FraudCount](cdc)),
		Held:       collections.NewItem(sb, por.HeldPrefix, "held", sdk.IntValue),
	}
}

// report has x/staking-ext punish a fault. What it refuses, because there is no bond any more or
// the fault is known, is told by an event and changes nothing here.
func (k *Keeper) report(
	ctx context.Context, class por.Class, window uint64, operator sdk.AccAddress, fault stakingext.Fault, evidence []byte,
) error {
	var slashed math.Int
	failure := isolate.Run(ctx, func(ctx context.Context) (err error) {
		slashed, err = k.bonds.ReportFault(ctx, operator, fault)
		return err
	})
	if failure != nil {
		return k.tellFailure(ctx, queueFault, class, window, operator, failure)
	}
	text, err := k.accounts.BytesToString(operator)
	if err != nil {
		return err
	}
	return emit(ctx, &por.EventFaultReported{
		Class: class, Window: window, Operator: text, Kind: fault.Kind, Evidence: evidence, Slashed: slashed,
	})
}

// overrule replaces a verdict by MISMATCH, for what the operator showed turned out to be false. Where a
// committee still sits, its verdict will be that when it closes.
func (k *Keeper) overrule(ctx context.Context, params por.Params, w por.Window, operator sdk.AccAddress, evidence []byte) error {
	if w.Class.Attested() {
		c, err := k.Committee(ctx, w.Class, w.Number, operator)
		if err != nil || !c.Closed {
			return err
		}
	}
	return k.conclude(ctx, params, w, operator, por.Finding{Verdict: por.VERDICT_MISMATCH, Evidence: evidence})
}

func memberKey(class por.Class, window uint64, operator sdk.AccAddress) placeKey {
	return collections.Join3(uint32(class), window, operator)
}

func chargeKey(class por.Class, subject sdk.AccAddress) collections.Pair[uint32, sdk.AccAddress] {
	return collections.Join(uint32(class), subject)
}

// ignore drops an error that is one of those.
func ignore(err error, those ...error) error {
	for _, one := range those {
		if errors.Is(err, one) {
			return nil
		}
	}
	return err
}

// orZero is what is stored, or zero where nothing is.
func orZero[T any](value T, err error) (T, error) {
	return value, ignore(err, collections.ErrNotFound)
}
