// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module, of its module account and of its proto package.
	ModuleName = "stakingext"
	// StoreKey is the key of the module's store. It is not the module's name, which
	// begins with that of the SDK's x/staking: no store key may be a prefix of another.
	StoreKey = "bonds"
	// ConsensusVersion counts the layouts of the store.
	ConsensusVersion = 1
)

// Prefixes of the collections in the store.
var (
	ParamsPrefix         = collections.NewPrefix(0)
	TotalsPrefix         = collections.NewPrefix(1)
	BondsPrefix          = collections.NewPrefix(2)
	LocksPrefix          = collections.NewPrefix(3)
	LockQueuePrefix      = collections.NewPrefix(4)
	UnbondingsPrefix     = collections.NewPrefix(5)
	UnbondingSeqPrefix   = collections.NewPrefix(6)
	UnbondingTimePrefix  = collections.NewPrefix(7)
	UnbondingBlockPrefix = collections.NewPrefix(8)
	FaultsPrefix         = collections.NewPrefix(9)
	FaultQueuePrefix     = collections.NewPrefix(10)
	SlashEpochPrefix     = collections.NewPrefix(11)
	EvidenceFloorPrefix  = collections.NewPrefix(12)

	PoolsPrefix                 = collections.NewPrefix(40)
	GenerationSeqPrefix         = collections.NewPrefix(41)
	EndedGenerationsPrefix      = collections.NewPrefix(42)
	BackingsPrefix              = collections.NewPrefix(43)
	BackingsByBackerPrefix      = collections.NewPrefix(44)
	BatchesPrefix               = collections.NewPrefix(45)
	BatchSeqPrefix              = collections.NewPrefix(46)
	BatchTimesPrefix            = collections.NewPrefix(47)
	BatchTurnsPrefix            = collections.NewPrefix(48)
	UnbackingsPrefix            = collections.NewPrefix(49)
	UnbackingsByBackerPrefix    = collections.NewPrefix(50)
	RewardStatePrefix           = collections.NewPrefix(51)
	RewardRecordsPrefix         = collections.NewPrefix(52)
	SuspensionQueuePrefix       = collections.NewPrefix(60)
	ServiceBondsPrefix          = collections.NewPrefix(61)
	ServiceUnbondingsPrefix     = collections.NewPrefix(62)
	ServiceUnbondingTimePrefix  = collections.NewPrefix(63)
	ServiceUnbondingBlockPrefix = collections.NewPrefix(64)
	ServiceFaultsPrefix         = collections.NewPrefix(65)
	ServiceFaultQueuePrefix     = collections.NewPrefix(66)
)
