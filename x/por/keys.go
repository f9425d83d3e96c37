// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import "cosmossdk.io/collections"

const (
	// ModuleName names the module.
	ModuleName = "por"
	// StoreKey is the module's store.
	StoreKey = ModuleName
)

// Prefixes of the store.
var (
	ParamsPrefix        = collections.NewPrefix(0)
	SeedsPrefix         = collections.NewPrefix(1)
	ContributionsPrefix = collections.NewPrefix(2)
	BeaconKeysPrefix    = collections.NewPrefix(3)
	KeyChangesPrefix    = collections.NewPrefix(4)

	SchedulesPrefix    = collections.NewPrefix(10)
	WindowsPrefix      = collections.NewPrefix(11)
	MeasurementsPrefix = collections.NewPrefix(12)
	CapacitiesPrefix   = collections.NewPrefix(13)
	MembersPrefix      = collections.NewPrefix(14)
	PresencesPrefix    = collections.NewPrefix(15)

	CommitteesPrefix     = collections.NewPrefix(30)
	DutiesPrefix         = collections.NewPrefix(31)
	DutyCountsPrefix     = collections.NewPrefix(32)
	DrawCursorsPrefix    = collections.NewPrefix(33)
	VerifierScoresPrefix = collections.NewPrefix(34)
	ChargesPrefix        = collections.NewPrefix(35)
	ChargeTurnsPrefix    = collections.NewPrefix(36)
	FraudsPrefix         = collections.NewPrefix(37)
	FraudCountPrefix     = collections.NewPrefix(38)
	HeldPrefix           = collections.NewPrefix(39)
)
