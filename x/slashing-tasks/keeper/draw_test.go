// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestATaskWithoutABeaconIsRefundedWhenTheDrawTimesOut(t *testing.T) {
	f := newFixture(t)
	f.world.noBeacon = true
	id := f.submit(3)
	f.blocks(8)
	require.Equal(t, slashingtasks.PHASE_DRAWING, f.task(id).Phase, "height 17 of 18")
	f.end()
	task := f.task(id)
	require.Equal(t, slashingtasks.PHASE_CLOSED, task.Phase)
	require.Equal(t, slashingtasks.CLOSE_REASON_NO_BEACON, task.Reason)
	require.EqualValues(t, 18, task.FinishedHeight)
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
}

func TestATaskWithTooFewXnodesIsRefundedWhenTheDrawTimesOut(t *testing.T) {
	for _, lag := range []int64{2, 3, 5} { // the last seed comes at the deadline, or does not
		f := newFixture(t)
		f.world.lag = lag
		f.world.xnodes = f.world.xnodes[:6]
		id := f.submit(7)
		task := f.until(id, slashingtasks.PHASE_CLOSED)
		require.Equal(t, slashingtasks.CLOSE_REASON_NO_COMMITTEE, task.Reason, "lag %d", lag)
		require.EqualValues(t, 1_000_000_000, f.balance(requester))
		require.Empty(t, f.seats(id))
		locks, allocations := f.holds()
		require.Equal(t, []int{0, 0}, []int{locks, allocations})
	}
}

func TestADrawThatFoundTooFewIsTriedAgainWithALaterSeed(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:2]
	id := f.submit(3)
	f.blocks(3) // heights 10 to 12: the seed of the lock at 10 was used at 12
	require.EqualValues(t, 12, f.task(id).SeedAfter)
	f.world.addXnodes(2, 5)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.Len(t, f.seats(id), 3)
}

func TestTheRequestersOwnXnodeIsNeverDrawn(t *testing.T) {
	for _, who := range []string{"as operator", "as signer"} {
		t.Run(who, func(t *testing.T) {
			f := newFixture(t)
			f.world.xnodes = f.world.xnodes[:4]
			own := f.world.xnodes[0]
			m := f.submission(3)
			from := own.operator
			if who == "as signer" {
				from = own.signer()
			}
			m.Requester = from.String()
			f.fund(from, 1_000_000)
			_, err := f.msg.SubmitTask(f.ctx, m)
			require.NoError(t, err)
			f.until(1, slashingtasks.PHASE_COMMITTING)
			require.Len(t, f.seats(1), 3)
			require.Equal(t, -1, f.seats(1).Find(own.operator.String()))
		})
	}
}

func TestAnXnodeThatCannotBeLockedOrAsksForMoreIsPassedOver(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:5]
	f.world.xnodes[1].busy = true
	f.world.xnodes[3].prices.SeatFee = math.NewInt(2_001)
	id := f.submit(3)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.Len(t, f.seats(id), 3)
	for _, i := range []int{1, 3} {
		require.Equal(t, -1, f.seats(id).Find(f.world.xnodes[i].operator.String()))
	}
	locks, allocations := f.holds()
	require.Equal(t, []int{3, 3}, []int{locks, allocations})
}

func TestWhereTheWholeTierCannotBeSeatedNobodyIs(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:3]
	f.world.xnodes[1].busy = true
	id := f.submit(3)
	f.blocks(4)
	require.Empty(t, f.seats(id))
	locks, allocations := f.holds()
	require.Equal(t, []int{0, 0}, []int{locks, allocations})
}

func TestALockThatTheBeaconHasForgottenIsRenewed(t *testing.T) {
	f := newFixture(t)
	id := f.submit(3)
	f.world.pruned = 11
	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.Greater(t, f.task(id).DrawnHeight, int64(12))
}

func TestTheSameSeedDrawsTheSameCommitteeAndAnotherTaskAnother(t *testing.T) {
	draw := func() (a, b slashingtasks.Committee) {
		f := newFixture(t)
		first, second := f.submit(3), f.submit(3)
		f.until(second, slashingtasks.PHASE_COMMITTING)
		return f.seats(first), f.seats(second)
	}
	a1, b1 := draw()
	a2, b2 := draw()
	require.Equal(t, a1, a2)
	require.Equal(t, b1, b2)
	require.NotEqual(t, a1[0].Operator+a1[1].Operator, b1[0].Operator+b1[1].Operator)
}

func TestADrawThatKeepsFailingEndsInARefund(t *testing.T) {
	f := newFixture(t)
	id := f.submit(3)
	f.world.drawErr = errors.New("broken")
	task := f.until(id, slashingtasks.PHASE_CLOSED)
	require.Equal(t, slashingtasks.CLOSE_REASON_EXPIRED, task.Reason)
	require.Contains(t, said[*slashingtasks.EventTaskFailed](f)[0].Error, "broken")
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
}
