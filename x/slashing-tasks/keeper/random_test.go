// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// TestNoInterleavingLosesOrMakesMoneyOrStopsTheBlock drives random messages,
// failures and blocks. After every block the invariants hold (fixture.end), no
// coin was made, and only burning has taken any; at the end everything is
// refunded, released and pruned.
func TestNoInterleavingLosesOrMakesMoneyOrStopsTheBlock(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(rt, func(p *slashingtasks.Params) {
			p.AuditBps = rapid.Uint32Range(0, 10_000).Draw(rt, "audit")
			p.MaxRedraws = rapid.Uint32Range(0, 2).Draw(rt, "redraws")
			p.MaxEscalations = rapid.Uint32Range(0, 2).Draw(rt, "escalations")
			p.SlashDissent = rapid.Bool().Draw(rt, "slash")
			p.MaxDuePerBlock = rapid.Uint32Range(1, 6).Draw(rt, "due")
			p.CommitWindow, p.RevealWindow, p.ChallengeWindow, p.DrawTimeout = 3, 3, 2, 4
			p.Retention = 5
		})
		f.world.xnodes = f.world.xnodes[:rapid.IntRange(2, 9).Draw(rt, "xnodes")]
		for range rapid.IntRange(20, 120).Draw(rt, "steps") {
			f.randomStep(rt)
		}
		f.world.blocked, f.world.noBeacon = nil, false
		for range 400 {
			f.end()
		}
		gs, err := f.k.ExportGenesis(f.ctx)
		require.NoError(rt, err)
		require.Empty(rt, gs.Tasks)
		require.Empty(rt, gs.Seats)
		locks, allocations := f.holds()
		require.Equal(rt, []int{0, 0}, []int{locks, allocations})
		require.Zero(rt, f.balance(moduleAddress()))
	})
}

func (f *fixture) randomStep(rt *rapid.T) {
	outcome := func() slashingtasks.Outcome {
		return rapid.SampledFrom([]slashingtasks.Outcome{good(), good(), good(), good(), good(), bad(), other()}).Draw(rt, "outcome")
	}
	tasks, seats := f.opens(rt)
	pick := func() (slashingtasks.Seat, bool) {
		if len(seats) == 0 {
			return slashingtasks.Seat{}, false
		}
		return rapid.SampledFrom(seats).Draw(rt, "seat"), true
	}
	// Messages may be refused; what they leave is looked at after the block.
	switch action := rapid.IntRange(0, 13).Draw(rt, "action"); {
	case action == 0 || len(tasks) == 0:
		m := f.submission(rapid.SampledFrom([]uint32{3, 3, 3, 7}).Draw(rt, "tier"))
		if one := rapid.Int32Range(0, 3).Draw(rt, "one"); one > 1 {
			m.Verify, m.Seats = slashingtasks.Verify(one-1), 0
			m.MaxFee.Amount = m.MaxFee.Amount.MulRaw(2)
		}
		_ = f.tx(func(ctx sdk.Context) error { _, err := f.msg.SubmitTask(ctx, m); return err })
	case action <= 4: // most of all seats do what they can
		for _, s := range seats {
			if rapid.IntRange(0, 9).Draw(rt, "acts") > 0 {
				_ = f.commit(s, outcome())
			}
		}
	case action <= 8:
		for _, s := range seats {
			if rapid.IntRange(0, 9).Draw(rt, "acts") > 0 {
				for _, o := range []slashingtasks.Outcome{good(), bad(), other()} {
					_ = f.reveal(s, o)
				}
			}
		}
	case action == 9:
		if s, ok := pick(); ok {
			_ = f.decline(s)
		}
	case action == 10:
		_ = f.challenge(rapid.SampledFrom(tasks).Draw(rt, "task"))
	case action == 11 && rapid.IntRange(0, 3).Draw(rt, "accuse") == 0:
		if s, ok := pick(); ok {
			f.equivocate(rt, s)
		}
	case action == 12:
		f.world.noBeacon = rapid.IntRange(0, 4).Draw(rt, "beacon") == 0
		f.world.blocked = nil
		if rapid.IntRange(0, 4).Draw(rt, "block") == 0 {
			f.world.blocked = []string{requester.String(), challenger.String(), f.world.xnodes[0].operator.String()}
		}
	case action == 13:
		x := rapid.SampledFrom(f.world.xnodes).Draw(rt, "xnode")
		x.busy = !x.busy
	}
	if rapid.Bool().Draw(rt, "end") {
		f.end()
		f.conserves(rt)
	}
}

// opens lists the tasks that are not final, and their seats.
func (f *fixture) opens(rt *rapid.T) (ids []uint64, seats []slashingtasks.Seat) {
	require.NoError(rt, f.k.Tasks.Walk(f.ctx, nil, func(id uint64, task slashingtasks.Task) (bool, error) {
		if !task.Final() {
			ids = append(ids, id)
			seats = append(seats, f.seats(id)...)
		}
		return false, nil
	}))
	return ids, seats
}

func (f *fixture) equivocate(rt *rapid.T, seat slashingtasks.Seat) {
	key := f.world.xnode(operatorOf(seat)).key
	var s [2]slashingtasks.SignedCommit
	for i := range s {
		s[i] = slashingtasks.SignedCommit{TaskId: seat.TaskId, Operator: seat.Operator, Commitment: make([]byte, 32)}
		s[i].Commitment[0] = byte(i)
		sig, err := key.Sign(slashingtasks.CommitSignBytes(chainID, seat.TaskId, operatorOf(seat), s[i].Commitment))
		require.NoError(rt, err)
		s[i].Signature = sig
	}
	_ = f.accuse(s[0], s[1])
}

// conserves checks that the supply only ever falls, and by whole challenge bonds.
func (f *fixture) conserves(rt *rapid.T) {
	sum := math.ZeroInt()
	require.NoError(rt, f.world.balances.Walk(f.ctx, nil, func(_ sdk.AccAddress, b math.Int) (bool, error) {
		sum = sum.Add(b)
		return false, nil
	}))
	burned := f.supply.Sub(sum)
	require.False(rt, burned.IsNegative())
	require.True(rt, burned.Mod(math.NewInt(10_000_000)).IsZero(), "burned %s", burned)
}
