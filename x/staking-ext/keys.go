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
)
