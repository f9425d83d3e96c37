// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

// bindHooks tells every module who hears its news. It is the only late binding
// there is, and it happens once; it must come before modules are built, which
// copy some keepers.
func bindHooks(k *Keepers) {
	k.Staking.SetHooks(stakingtypes.NewMultiStakingHooks(
		k.Distribution.Hooks(),
		k.Slashing.Hooks(),
	))
	k.StakingExt.SetHooks(k.Workers)
	k.StakingExt.SetParamsGuards(k.SlashingTasks)
	k.StakingExt.SetServices(k.Workers)
	k.Workers.SetHooks(k.Por)
	k.Workers.SetServices(k.Bank, k.Por)
}
