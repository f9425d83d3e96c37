// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

type (
	backingKey   = collections.Pair[sdk.AccAddress, sdk.AccAddress]
	unbackingKey = collections.Pair[uint64, sdk.AccAddress]
)

// backingState is the part of the store that backing and rewards are in.
type backingState struct {
	// Pools by operator, each with a generation that no other ever had.
	Pools         collections.Map[sdk.AccAddress, stakingext.Pool]
	GenerationSeq collections.Sequence
	// EndedGenerations by number, as long as somebody holds their shares.
	EndedGenerations collections.Map[uint64, stakingext.EndedGeneration]
	// Backings by operator and backer; BackingsByBacker the other way round.
	Backings         collections.Map[backingKey, stakingext.Backing]
	BackingsByBacker collections.KeySet[backingKey]
	// Batches by operator and id. Each waits in one of two queues: for its time,
	// then for its height (where it also waits for retries).
	Batches    collections.Map[entryKey, stakingext.UnbackingBatch]
	BatchSeq   collections.Sequence
	BatchTimes collections.KeySet[entryTurn]
	BatchTurns collections.KeySet[entryTurn]
	// Unbackings by batch and backer; UnbackingsByBacker by backer, operator and batch.
	Unbackings         collections.Map[unbackingKey, stakingext.Unbacking]
	UnbackingsByBacker collections.KeySet[backerEntry]
	// RewardState is the accumulator, RewardRecords how each operator stands with it.
	RewardState   collections.Item[stakingext.RewardState]
	RewardRecords collections.Map[sdk.AccAddress, stakingext.RewardRecord]
}

// backerEntry is a backer, an operator and a batch of its.
type backerEntry = collections.Triple[sdk.AccAddress, sdk.AccAddress, uint64]

func newBackingState(sb *collections.SchemaBuilder, cdc codec.Codec) backingState {
	var (
		pairs   = collections.PairKeyCodec(sdk.AccAddressKey, sdk.AccAddressKey)
		entries = collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)
		turns   = collections.TripleKeyCodec(collections.Int64Key, sdk.AccAddressKey, collections.Uint64Key)
	)
	return backingState{
		Pools:              collections.NewMap(sb, stakingext.PoolsPrefix, "pools", sdk.AccAddressKey, codec.CollValue[stakingext.Pool](cdc)),
		GenerationSeq:      collections.NewSequence(sb, stakingext.GenerationSeqPrefix, "generation_seq"),
		EndedGenerations:   collections.NewMap(sb, stakingext.EndedGenerationsPrefix, "ended_generations", collections.Uint64Key, codec.CollValue[stakingext.EndedGeneration](cdc)),
		Backings:           collections.NewMap(sb, stakingext.BackingsPrefix, "backings", pairs, codec.CollValue[stakingext.Backing](cdc)),
		BackingsByBacker:   collections.NewKeySet(sb, stakingext.BackingsByBackerPrefix, "backings_by_backer", pairs),
		Batches:            collections.NewMap(sb, stakingext.BatchesPrefix, "batches", entries, codec.CollValue[stakingext.UnbackingBatch](cdc)),
		BatchSeq:           collections.NewSequence(sb, stakingext.BatchSeqPrefix, "batch_seq"),
		BatchTimes:         collections.NewKeySet(sb, stakingext.BatchTimesPrefix, "batch_times", turns),
		BatchTurns:         collections.NewKeySet(sb, stakingext.BatchTurnsPrefix, "batch_turns", turns),
		Unbackings:         collections.NewMap(sb, stakingext.UnbackingsPrefix, "unbackings", collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey), codec.CollValue[stakingext.Unbacking](cdc)),
		UnbackingsByBacker: collections.NewKeySet(sb, stakingext.UnbackingsByBackerPrefix, "unbackings_by_backer", collections.TripleKeyCodec(sdk.AccAddressKey, sdk.AccAddressKey, collections.Uint64Key)),
		RewardState:        collections.NewItem(sb, stakingext.RewardStatePrefix, "reward_state", codec.CollValue[stakingext.RewardState](cdc)),
		RewardRecords:      collections.NewMap(sb, stakingext.RewardRecordsPrefix, "reward_records", sdk.AccAddressKey, codec.CollValue[stakingext.RewardRecord](cdc)),
	}
}
