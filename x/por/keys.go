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
)
