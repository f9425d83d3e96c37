// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// lived is a chain with something of everything.
func lived(t tester) *fixture {
	f := setup(t)
	for i, who := range []sdk.AccAddress{alice, bob, carol} {
		require.NoError(t, f.bond(who, int64(1_000*(i+1))))
	}
	require.NoError(t, f.lock(alice, "task/1", 100, 150))
	require.NoError(t, f.lock(alice, "task/2", 100, 400))
	require.NoError(t, f.unbond(alice, 300))
	require.NoError(t, f.unbond(bob, 400))
	require.NoError(t, f.unbond(bob, 500))
	_, err := f.report(alice, f.fault("task/1"))
	require.NoError(t, err)
	_, err = f.slash(carol, f.fault("task/1"), 0)
	require.NoError(t, err)
	require.NoError(t, f.k.Tombstone(f.ctx, carol))
	// One payout has failed, and one entry waits for its height.
	f.bank.blocked[string(bob)] = true
	f.next(21, 2*time.Hour)
	f.endBlock()
	f.skip(1, time.Minute)
	f.bank.blocked[string(bob)] = false
	require.NoError(t, f.unbond(bob, 10))
	require.NoError(t, f.suspend(alice, "por/silent", 400))
	require.NoError(t, f.suspend(alice, "por/drift", 130))
	require.NoError(t, f.suspend(bob, "por/silent", 123))
	f.owners[7], f.owners[8] = bob, carol
	require.NoError(t, f.bondService(bob, 7, 500))
	require.NoError(t, f.bondService(carol, 8, 60))
	require.NoError(t, f.unbondService(bob, 7, 100))
	require.NoError(t, f.unbondService(carol, 8, 60))
	_, err = f.slashService(7, f.fault("session/1"), 100)
	require.NoError(t, err)
	p := testParams()
	p.MaxEvidenceAgeBlocks = 150
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
	f.requireSound()
	return f
}

func (f *fixture) export() *stakingext.GenesisState {
	f.t.Helper()
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	return gs
}

func TestC17_ExportImportExportIsByteEqual(t *testing.T) {
	f := lived(t)
	first := f.cdc.MustMarshalJSON(f.export())

	var gs stakingext.GenesisState
	f.cdc.MustUnmarshalJSON(first, &gs)
	g := newChain(t)
	g.ctx = g.ctx.WithBlockHeight(f.ctx.BlockHeight()).WithBlockTime(f.ctx.BlockTime())
	g.bank.set(g.ctx, module, f.bank.get(f.ctx, module))
	require.NoError(t, g.k.InitGenesis(g.ctx, &gs))
	require.Equal(t, string(first), string(g.cdc.MustMarshalJSON(g.export())))
	g.requireSound()

	// Both go on alike: what was queued comes at the same turn.
	for range 5 {
		f.next(60, time.Hour)
		g.next(60, time.Hour)
		require.Equal(t, string(f.cdc.MustMarshalJSON(f.export())), string(g.cdc.MustMarshalJSON(g.export())))
		require.Equal(t, f.balance(module), g.balance(module))
	}
	g.requireSound()
}

func TestTheDefaultGenesisIsValid(t *testing.T) {
	require.NoError(t, stakingext.DefaultGenesis().Validate(codecAddr))
	f := newChain(t)
	require.NoError(t, f.k.InitGenesis(f.ctx, stakingext.DefaultGenesis()))
	f.requireSound()
}

func TestC10_AGenesisThatTheBankDoesNotCoverIsRefused(t *testing.T) {
	f := lived(t)
	gs := f.export()
	g := newChain(t)
	g.bank.set(g.ctx, module, gs.Totals.Stake().SubRaw(1))
	require.ErrorIs(t, g.k.InitGenesis(g.ctx, gs), stakingext.ErrInvariant)
}

func TestC17_EachMutatedFieldIsRefused(t *testing.T) {
	type state = stakingext.GenesisState
	f := lived(t)
	for label, change := range map[string]func(*state){
		"params":                          func(g *state) { g.Params.MaxLocks = 0 },
		"totals.bonded":                   func(g *state) { g.Totals.Bonded = g.Totals.Bonded.AddRaw(1) },
		"totals.bonded missing":           func(g *state) { g.Totals.Bonded = math.Int{} },
		"totals.unbonding":                func(g *state) { g.Totals.Unbonding = g.Totals.Unbonding.SubRaw(1) },
		"totals.unbonding missing":        func(g *state) { g.Totals.Unbonding = math.Int{} },
		"a bond is missing":               func(g *state) { g.Bonds = g.Bonds[1:] },
		"a bond twice":                    func(g *state) { g.Bonds = append(g.Bonds, g.Bonds[0]) },
		"bond.operator":                   func(g *state) { g.Bonds[0].Operator = "open1nobody" },
		"bond.operator in capitals":       func(g *state) { g.Bonds[2].Operator = "OPEN1" + g.Bonds[2].Operator[5:] },
		"bond.amount":                     func(g *state) { g.Bonds[0].Amount = g.Bonds[0].Amount.AddRaw(1) },
		"bond.amount negative":            func(g *state) { g.Bonds[0].Amount = math.NewInt(-1) },
		"bond.amount missing":             func(g *state) { g.Bonds[0].Amount = math.Int{} },
		"bond.locked":                     func(g *state) { g.Bonds[0].Locked = g.Bonds[0].Locked.AddRaw(1) },
		"bond.locked missing":             func(g *state) { g.Bonds[0].Locked = math.Int{} },
		"bond.locked_until":               func(g *state) { g.Bonds[0].LockedUntil = 399 },
		"bond.locked_until negative":      func(g *state) { g.Bonds[1].LockedUntil = -1 },
		"bond.lock_count":                 func(g *state) { g.Bonds[0].LockCount++ },
		"bond.status missing":             func(g *state) { g.Bonds[0].Status = 0 },
		"bond.status unheard":             func(g *state) { g.Bonds[0].Status = 9 },
		"bond.jailed_until":               func(g *state) { g.Bonds[0].JailedUntil = time.Time{} },
		"bond.faults count":               func(g *state) { g.Bonds[0].Faults.WrongData.Count = 2 },
		"bond.faults window":              func(g *state) { g.Bonds[0].Faults.Offline.WindowStart = -1 },
		"a blank bond":                    func(g *state) { g.Bonds = append(g.Bonds, stakingext.NewBond(name(module))) },
		"a lock is missing":               func(g *state) { g.Locks = g.Locks[1:] },
		"a lock twice":                    func(g *state) { g.Locks = append(g.Locks, g.Locks[0]) },
		"lock.operator":                   func(g *state) { g.Locks[0].Operator = name(gov) },
		"lock.subject":                    func(g *state) { g.Locks[0].Subject = "a b" },
		"lock.amount":                     func(g *state) { g.Locks[0].Amount = g.Locks[0].Amount.AddRaw(1) },
		"lock.amount zero":                func(g *state) { g.Locks[0].Amount = math.ZeroInt() },
		"lock.created_height":             func(g *state) { g.Locks[0].CreatedHeight = -1 },
		"lock.until":                      func(g *state) { g.Locks[0].Until = 1 },
		"lock.deadline":                   func(g *state) { g.Locks[0].Deadline = 1 },
		"lock.queued_at":                  func(g *state) { g.Locks[0].QueuedAt = 1 },
		"lock.queued_at without attempts": func(g *state) { g.Locks[0].QueuedAt++ },
		"lock.attempts":                   func(g *state) { g.Locks[0].Attempts++ },
		"an unbonding is missing":         func(g *state) { g.Unbondings = g.Unbondings[1:] },
		"an unbonding twice":              func(g *state) { g.Unbondings = append(g.Unbondings, g.Unbondings[0]) },
		"unbonding.id":                    func(g *state) { g.Unbondings[0].Id = 99 },
		"unbonding.operator":              func(g *state) { g.Unbondings[0].Operator = name(gov) },
		"unbonding.amount":                func(g *state) { g.Unbondings[0].Amount = g.Unbondings[0].Amount.SubRaw(1) },
		"unbonding.amount missing":        func(g *state) { g.Unbondings[0].Amount = math.Int{} },
		"unbonding.initial_amount":        func(g *state) { g.Unbondings[0].InitialAmount = math.OneInt() },
		"unbonding.created_height":        func(g *state) { g.Unbondings[0].CreatedHeight = -1 },
		"unbonding.mature_height":         func(g *state) { g.Unbondings[0].MatureHeight = 1 },
		"unbonding.mature_time":           func(g *state) { g.Unbondings[0].MatureTime = time.Time{} },
		"unbonding.queued_height":         func(g *state) { g.Unbondings[0].QueuedHeight = 1 },
		"unbonding.attempts":              func(g *state) { g.Unbondings[len(g.Unbondings)-1].Attempts = 1 },
		"next_unbonding_id":               func(g *state) { g.NextUnbondingId = 1 },
		"a fault twice":                   func(g *state) { g.Faults = append(g.Faults, g.Faults[0]) },
		"fault.operator":                  func(g *state) { g.Faults[0].Operator = name(gov) },
		"fault.subject":                   func(g *state) { g.Faults[0].Fault.Subject = "" },
		"fault.kind":                      func(g *state) { g.Faults[0].Fault.Kind = "\n" },
		"fault.track":                     func(g *state) { g.Faults[0].Fault.Track = 0 },
		"fault.height":                    func(g *state) { g.Faults[0].Fault.Height = 1_000 },
		"fault.fraction_bps":              func(g *state) { g.Faults[0].FractionBps = 10_001 },
		"fault.due":                       func(g *state) { g.Faults[0].Due = math.ZeroInt() },
		"fault.slashed":                   func(g *state) { g.Faults[0].Slashed = g.Faults[0].Due.AddRaw(1) },
		"fault.slashed missing":           func(g *state) { g.Faults[0].Slashed = math.Int{} },
		"fault.recorded_height":           func(g *state) { g.Faults[0].RecordedHeight = 1 },
		"fault.prune_height":              func(g *state) { g.Faults[0].PruneHeight = 1 },
		"slash_epoch.number":              func(g *state) { g.SlashEpoch.Number = -1 },
		"slash_epoch.base":                func(g *state) { g.SlashEpoch.Base = math.ZeroInt() },
		"slash_epoch.slashed":             func(g *state) { g.SlashEpoch.Slashed = math.NewInt(-1) },
		"fault.to_harmed":                 func(g *state) { g.Faults[0].ToHarmed = g.Faults[0].Slashed.AddRaw(1) },
		"fault.to_harmed missing":         func(g *state) { g.Faults[0].ToHarmed = math.Int{} },
		"fault.harmed":                    func(g *state) { g.Faults[0].Fault.Harmed = make([]byte, 256) },
		"suspension.cause":                func(g *state) { g.Bonds[0].Suspensions[0].Cause = "" },
		"suspensions out of order": func(g *state) {
			s := g.Bonds[0].Suspensions
			s[0], s[1] = s[1], s[0]
		},
		"a suspension twice":         func(g *state) { s := g.Bonds[0].Suspensions; s[1] = s[0] },
		"too many suspensions":       func(g *state) { g.Bonds[0].Suspensions = make([]stakingext.Suspension, 17) },
		"suspension.since_height":    func(g *state) { g.Bonds[0].Suspensions[0].SinceHeight = -1 },
		"suspension.until_height":    func(g *state) { g.Bonds[0].Suspensions[0].UntilHeight = 1 },
		"suspension.queued_at":       func(g *state) { g.Bonds[0].Suspensions[0].QueuedAt++ },
		"suspension.attempts":        func(g *state) { g.Bonds[0].Suspensions[0].Attempts++ },
		"totals.service_bonded":      func(g *state) { g.Totals.ServiceBonded = g.Totals.ServiceBonded.SubRaw(1) },
		"totals.service_unbonding":   func(g *state) { g.Totals.ServiceUnbonding = math.Int{} },
		"service.owner":              func(g *state) { g.ServiceBonds[0].Owner = "open1nobody" },
		"service.amount":             func(g *state) { g.ServiceBonds[0].Amount = math.NewInt(-1) },
		"service.service_id":         func(g *state) { g.ServiceBonds[0].ServiceId = 9 },
		"a service twice":            func(g *state) { g.ServiceBonds = append(g.ServiceBonds, g.ServiceBonds[0]) },
		"a blank service":            func(g *state) { g.ServiceBonds = append(g.ServiceBonds, stakingext.NewServiceBond(1, name(bob))) },
		"service_unbonding.id":       func(g *state) { g.ServiceUnbondings[0].Entry.Id = g.Unbondings[0].Id },
		"service_unbonding.id high":  func(g *state) { g.ServiceUnbondings[0].Entry.Id = 99 },
		"service_unbonding.operator": func(g *state) { g.ServiceUnbondings[0].Entry.Operator = "x" },
		"service_unbonding.amount":   func(g *state) { g.ServiceUnbondings[0].Entry.Amount = math.OneInt() },
		"service_unbonding is lost":  func(g *state) { g.ServiceUnbondings = g.ServiceUnbondings[1:] },
		"service_fault.operator":     func(g *state) { g.ServiceFaults[0].Record.Operator = "" },
		"service_fault.due":          func(g *state) { g.ServiceFaults[0].Record.Due = math.ZeroInt() },
		"a service_fault twice":      func(g *state) { g.ServiceFaults = append(g.ServiceFaults, g.ServiceFaults[0]) },
		"params under which it pays": func(g *state) { g.Params.MaxGainBps = 10_000 },
		"evidence_floor":             func(g *state) { g.EvidenceFloor = -1 },
	} {
		t.Run(label, func(t *testing.T) {
			gs := f.export()
			require.NoError(t, gs.Validate(codecAddr))
			change(gs)
			require.Error(t, gs.Validate(codecAddr))
			g := newChain(t)
			g.bank.set(g.ctx, module, math.NewInt(1_000_000))
			require.Error(t, g.k.InitGenesis(g.ctx, gs))
		})
	}
}

func TestCheckInvariantsSeesABrokenLedger(t *testing.T) {
	f := lived(t)
	for label, breakIt := range map[string]func(ctx sdk.Context) error{
		"the module account is robbed": func(ctx sdk.Context) error {
			return f.bank.move(ctx, module, alice, sdk.NewCoins(open(1)))
		},
		"a bond grew by itself": func(ctx sdk.Context) error {
			b, err := f.k.BondOf(ctx, alice)
			if err != nil {
				return err
			}
			b.Amount = b.Amount.AddRaw(1)
			return f.k.Bonds.Set(ctx, alice, b)
		},
		"the unbonding queue is lost":  func(ctx sdk.Context) error { return f.k.UnbondingTurns.Clear(ctx, nil) },
		"the lock queue is lost":       func(ctx sdk.Context) error { return f.k.LockQueue.Clear(ctx, nil) },
		"the suspension queue is lost": func(ctx sdk.Context) error { return f.k.SuspensionQueue.Clear(ctx, nil) },
		"a suspension is queued twice": func(ctx sdk.Context) error {
			return f.k.SuspensionQueue.Set(ctx, collections.Join3(int64(500), alice, "por/silent"))
		},
		"the services' unbonding queue is lost": func(ctx sdk.Context) error { return f.k.ServiceUnbondingTimes.Clear(ctx, nil) },
		"the services' fault queue is lost":     func(ctx sdk.Context) error { return f.k.ServiceFaultQueue.Clear(ctx, nil) },
		"stake behind a service grew by itself": func(ctx sdk.Context) error {
			b, err := f.k.ServiceBondOf(ctx, 7)
			if err != nil {
				return err
			}
			b.Amount = b.Amount.AddRaw(1)
			return f.k.ServiceBonds.Set(ctx, 7, b)
		},
		"the fault queue is lost": func(ctx sdk.Context) error { return f.k.FaultQueue.Clear(ctx, nil) },
	} {
		t.Run(label, func(t *testing.T) {
			broken, _ := f.ctx.CacheContext()
			require.NoError(t, breakIt(broken))
			require.ErrorIs(t, f.k.CheckInvariants(broken), stakingext.ErrInvariant)
		})
	}
}
