// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// busy is a chain with a task in every phase.
func busy(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t, func(p *slashingtasks.Params) { p.Retention = 1_000 })
	f.world.addXnodes(9, 60)
	verified := f.committing(3)
	f.vote(verified, good())
	f.until(verified, slashingtasks.PHASE_VERIFIED)
	f.world.noBeacon = true
	closed := f.submit(3)
	f.until(closed, slashingtasks.PHASE_CLOSED)
	f.world.noBeacon = false
	challenged := f.committing(3)
	f.vote(challenged, bad())
	require.NoError(t, f.challenge(challenged))
	open, revealing, committing := f.submit(3), f.submit(7), f.submit(7)
	f.until(committing, slashingtasks.PHASE_COMMITTING)
	f.vote(open, good())
	for _, s := range f.drawn(revealing) {
		require.NoError(t, f.commit(s, good()))
	}
	require.NoError(t, f.reveal(f.seats(revealing)[0], good()))
	require.NoError(t, f.commit(f.drawn(committing)[0], good()))
	require.NoError(t, f.decline(f.drawn(committing)[0]))
	f.submit(15)
	f.submitAs(slashingtasks.VERIFY_SAMPLE)
	f.submitAs(slashingtasks.VERIFY_NONE)
	phases := map[slashingtasks.Phase]bool{}
	require.NoError(t, f.k.Tasks.Walk(f.ctx, nil, func(_ uint64, task slashingtasks.Task) (bool, error) {
		phases[task.Phase] = true
		return false, nil
	}))
	require.Len(t, phases, 6)
	return f
}

func TestC17_ExportImportExportIsByteEqualAndTheQueuesAreRebuilt(t *testing.T) {
	f := busy(t)
	first, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	g := bareFixture(t)
	g.ctx = g.ctx.WithBlockHeight(f.ctx.BlockHeight())
	g.world.xnodes = f.world.xnodes
	require.ErrorIs(t, g.k.InitGenesis(g.ctx, first), slashingtasks.ErrInvariant, "the bank does not cover it")
	require.NoError(t, f.world.balances.Walk(f.ctx, nil, func(a sdk.AccAddress, b math.Int) (bool, error) {
		return false, g.world.balances.Set(g.ctx, a, b)
	}))
	require.NoError(t, g.k.InitGenesis(g.ctx, first))
	second, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	a, err := first.Marshal()
	require.NoError(t, err)
	b, err := second.Marshal()
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.NoError(t, g.k.CheckInvariants(g.ctx))
	require.Equal(t, f.dump(), g.dump())
}

// dump is the module's whole store.
func (f *fixture) dump() map[string]string {
	all := map[string]string{}
	it := f.ctx.KVStore(f.store).Iterator(nil, nil)
	defer func() { require.NoError(f.t, it.Close()) }()
	for ; it.Valid(); it.Next() {
		all[string(it.Key())] = string(it.Value())
	}
	return all
}

func TestC17_AGenesisWithAMutatedFieldIsRefused(t *testing.T) {
	type state = slashingtasks.GenesisState
	f := busy(t)
	export := func() *state {
		gs, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		return gs
	}
	ac := address.NewBech32Codec("open")
	require.NoError(t, export().Validate(ac))
	in := func(phase slashingtasks.Phase, change func(*slashingtasks.Task)) func(*state) {
		return func(gs *state) {
			for i := range gs.Tasks {
				if gs.Tasks[i].Phase == phase {
					change(&gs.Tasks[i])
					return
				}
			}
		}
	}
	seat := func(s slashingtasks.SeatState, change func(*slashingtasks.Seat)) func(*state) {
		return func(gs *state) {
			for i := range gs.Seats {
				if gs.Seats[i].State == s {
					change(&gs.Seats[i])
					return
				}
			}
		}
	}
	type task = slashingtasks.Task
	type place = slashingtasks.Seat
	sample := func(change func(*task)) func(*state) {
		return func(gs *state) {
			for i := range gs.Tasks {
				if gs.Tasks[i].Terms.Verify == slashingtasks.VERIFY_SAMPLE {
					change(&gs.Tasks[i])
				}
			}
		}
	}
	challenged := func(change func(*slashingtasks.Challenge)) func(*state) {
		return func(gs *state) {
			for i := range gs.Tasks {
				if gs.Tasks[i].Challenge != nil {
					change(gs.Tasks[i].Challenge)
				}
			}
		}
	}
	for name, mutate := range map[string]func(*state){
		"params":                         func(gs *state) { gs.Params.Tiers = nil },
		"no next id":                     func(gs *state) { gs.NextTaskId = 0 },
		"an id that is still to come":    func(gs *state) { gs.NextTaskId = 2 },
		"tasks out of order":             func(gs *state) { gs.Tasks[0], gs.Tasks[1] = gs.Tasks[1], gs.Tasks[0] },
		"a task twice":                   func(gs *state) { gs.Tasks[1] = gs.Tasks[0] },
		"a task that is missing":         func(gs *state) { gs.Tasks = gs.Tasks[1:] },
		"a seat that is missing":         func(gs *state) { gs.Seats = gs.Seats[1:] },
		"seats out of order":             func(gs *state) { gs.Seats[0], gs.Seats[1] = gs.Seats[1], gs.Seats[0] },
		"an operator twice":              func(gs *state) { gs.Seats[1].Operator = gs.Seats[0].Operator },
		"a requester that is none":       in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Requester = "open1" }),
		"a requester in upper case":      in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Requester = "OPEN1" + x.Requester[5:] }),
		"a program that is none":         in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Program.ModuleCid = "x" }),
		"a source that is none":          in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Sources = []slashingtasks.Source{{}} }),
		"terms without a ladder":         in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.Ladder = nil }),
		"terms without a fee":            in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.SeatFee = math.Int{} }),
		"a negative gas price":           in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.GasPrice = math.NewInt(-1) }),
		"no bond":                        in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.SeatBond = math.ZeroInt() }),
		"no commit window":               in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.CommitWindow = 0 }),
		"no reveal window":               in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.RevealWindow = 0 }),
		"no challenge window":            in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.ChallengeWindow = 0 }),
		"a certain audit and more":       in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.AuditBps = 10_001 }),
		"an endless redraw":              in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.MaxRedraws = 99 }),
		"no draw timeout":                in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.DrawTimeout = 0 }),
		"more than the whole":            in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.OverturnedSlashBps = 10_001 }),
		"no cpu":                         in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.SeatCpuMillis = 0 }),
		"an unknown phase":               in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Phase = 9 }),
		"a reason to go on":              in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Reason = slashingtasks.CLOSE_REASON_EXPIRED }),
		"closed for no reason":           in(slashingtasks.PHASE_CLOSED, func(x *task) { x.Reason = 0 }),
		"a stage beyond the ladder":      in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Stage = 9 }),
		"more seats than the stage":      in(slashingtasks.PHASE_COMMITTING, func(x *task) { x.Seats = 8 }),
		"fewer seats than take part":     in(slashingtasks.PHASE_REVEALING, func(x *task) { x.Seats = 1 }),
		"more redraws than may be":       in(slashingtasks.PHASE_COMMITTING, func(x *task) { x.Redraws = 3 }),
		"a negative escrow":              in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Escrow = math.NewInt(-1) }),
		"no escrow":                      in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Escrow = math.Int{} }),
		"paid to nobody":                 in(slashingtasks.PHASE_VERIFIED, func(x *task) { x.Paid = x.Paid.AddRaw(1) }),
		"submitted before time":          in(slashingtasks.PHASE_DRAWING, func(x *task) { x.SubmittedHeight = -1 }),
		"a seed from before the lock":    in(slashingtasks.PHASE_DRAWING, func(x *task) { x.SeedAfter = 0 }),
		"never due":                      in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Due = 0 }),
		"no deadline":                    in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Deadline = 0 }),
		"drawn before submitted":         in(slashingtasks.PHASE_COMMITTING, func(x *task) { x.DrawnHeight = 1 }),
		"never drawn":                    in(slashingtasks.PHASE_COMMITTING, func(x *task) { x.DrawnHeight = 0 }),
		"finished but going on":          in(slashingtasks.PHASE_DRAWING, func(x *task) { x.FinishedHeight = 50 }),
		"never finished":                 in(slashingtasks.PHASE_VERIFIED, func(x *task) { x.FinishedHeight = 0 }),
		"verified without an outcome":    in(slashingtasks.PHASE_VERIFIED, func(x *task) { x.Outcome = nil }),
		"an outcome that cannot be":      in(slashingtasks.PHASE_VERIFIED, func(x *task) { x.Outcome = &slashingtasks.Outcome{} }),
		"audited before there is a vote": in(slashingtasks.PHASE_COMMITTING, func(x *task) { x.Audited = true }),
		"a redraw while revealing":       in(slashingtasks.PHASE_REVEALING, func(x *task) { x.RedrawSince = 60 }),
		"an unresolved version":          in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Program.DetwasmVersion = 0 }),
		"a version beyond reason":        in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Program.DetwasmVersion = 1 << 16 }),
		"no way of verifying":            in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.Verify = 0 }),
		"an unknown way of verifying":    in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.Verify = 4 }),
		"a committee that is a sample":   in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.Verify, x.Terms.SampleBps = slashingtasks.VERIFY_SAMPLE, 1 }),
		"a committee with a sample coin": in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.SampleBps = 1 }),
		"a sample that is a committee":   sample(func(x *task) { x.Terms.Verify = slashingtasks.VERIFY_COMMITTEE }),
		"a sample without a coin":        sample(func(x *task) { x.Terms.SampleBps = 0 }),
		"a coin beyond all odds":         sample(func(x *task) { x.Terms.SampleBps = 10_001 }),
		"a sample that nobody can judge": sample(func(x *task) { x.Terms.Ladder = x.Terms.Ladder[:1] }),
		"a sample of two seats":          sample(func(x *task) { x.Terms.Ladder = append([]uint32{1, 2}, x.Terms.Ladder[1:]...) }),
		"a sample without a ladder":      sample(func(x *task) { x.Terms.Ladder = nil }),
		"a rating beyond the best":       in(slashingtasks.PHASE_DRAWING, func(x *task) { x.Terms.MinRatingBps = 10_001 }),
		"more gas than the limit":        in(slashingtasks.PHASE_VERIFIED, func(x *task) { x.Program.GasLimit = 999 }),
		"a vote beyond the limit":        seat(slashingtasks.SEAT_STATE_REVEALED, func(x *place) { x.Outcome.Gas = 1_000_001 }),
		"a quorum without an outcome":    in(slashingtasks.PHASE_REVEALING, func(x *task) { x.QuorumStage = 1 }),
		"a challenger that is none":      challenged(func(c *slashingtasks.Challenge) { c.Challenger = "" }),
		"a challenge without a bond":     challenged(func(c *slashingtasks.Challenge) { c.Bond = math.ZeroInt() }),
		"a challenge of nothing":         challenged(func(c *slashingtasks.Challenge) { c.Outcome = slashingtasks.Outcome{} }),
		"a challenge of a later stage":   challenged(func(c *slashingtasks.Challenge) { c.Stage = 2 }),
		"a seat of an unknown signer":    seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Signer = "" }),
		"a seat of an unknown operator":  seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Operator = "open1" }),
		"a seat without a key":           seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.SignerPubKeys = nil }),
		"a key of another length":        seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.SignerPubKeys[0] = []byte{1} }),
		"a seat of a later stage":        seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Stage = 2 }),
		"a seat out of its index":        seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Index = 40 }),
		"an unknown state":               seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.State = 9 }),
		"a seat that was never drawn":    seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.DrawnHeight = 0 }),
		"a seat that holds nothing":      seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Held = false }),
		"a declined seat that holds on":  seat(slashingtasks.SEAT_STATE_DECLINED, func(x *place) { x.Held = true }),
		"a commitment before its time":   seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Commitment = make([]byte, 32) }),
		"a short commitment":             seat(slashingtasks.SEAT_STATE_COMMITTED, func(x *place) { x.Commitment = make([]byte, 3) }),
		"no commitment":                  seat(slashingtasks.SEAT_STATE_COMMITTED, func(x *place) { x.Commitment = nil }),
		"an outcome before its time":     seat(slashingtasks.SEAT_STATE_COMMITTED, func(x *place) { o := good(); x.Outcome = &o }),
		"a vote for nothing":             seat(slashingtasks.SEAT_STATE_REVEALED, func(x *place) { x.Outcome = nil }),
		"a negative payment":             seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Paid = math.NewInt(-1) }),
		"a payment before its time":      seat(slashingtasks.SEAT_STATE_DRAWN, func(x *place) { x.Paid = math.NewInt(1) }),
	} {
		t.Run(name, func(t *testing.T) {
			gs := export()
			mutate(gs)
			require.Error(t, gs.Validate(ac))
			require.Error(t, bareFixture(t).k.InitGenesis(f.ctx, gs))
		})
	}
}

func TestAnEmptyGenesisStartsAtTaskOne(t *testing.T) {
	f := newFixture(t)
	require.EqualValues(t, 1, f.submit(3))
	n, err := f.k.OpenTasks.Get(f.ctx, requester)
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	has, err := f.k.Due.Has(f.ctx, collections.Join(int64(11), uint64(1)))
	require.NoError(t, err)
	require.True(t, has)
}
