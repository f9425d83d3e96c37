// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/workers"
)

func TestALostReplicaIsReplacedAndThePolicyDecidesOnReturn(t *testing.T) {
	for name, c := range map[string]struct {
		policy  workers.ReconcilePolicy
		rated   bool // the original's operator is rated higher
		early   bool // it returns before the replacement has a place
		returns bool
	}{
		"the replacement stays":                           {policy: workers.RECONCILE_POLICY_KEEP_REPLACEMENT},
		"the original goes on":                            {policy: workers.RECONCILE_POLICY_KEEP_ORIGINAL, returns: true},
		"of two rated alike the replacement stays":        {policy: workers.RECONCILE_POLICY_BEST},
		"the better rated one goes on":                    {policy: workers.RECONCILE_POLICY_BEST, rated: true, returns: true},
		"the original goes on where nothing replaces yet": {policy: workers.RECONCILE_POLICY_KEEP_REPLACEMENT, early: true, returns: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.online(0)
			f.online(1)
			s := spec()
			s.Reconcile = c.policy
			id := f.create("hello", s, 1, 1)
			f.serve(5, 0, 1)
			first := f.in(id, running)[0]
			was := f.hostOf(first)
			other := 1 - was
			if c.rated {
				require.NoError(t, f.k.Rate(f.ctx, operator(was), "task/1", workers.RATING_CAUSE_SERVED))
			}
			if c.early {
				f.seeds.still = true
			}
			// Offline after 60 blocks, UNKNOWN 15 later, LOST 120 later.
			f.serve(81, other)
			require.Len(t, f.in(id, unknown), 1)
			f.serve(120, other)
			require.Len(t, f.in(id, lost), 1)
			require.Equal(t, workers.REPLICA_CAUSE_LOST, f.in(id, lost)[0].Leaving)
			f.serve(6, other)
			f.invariants()
			if !c.early {
				require.Len(t, f.in(id, running), 1, "replaced within a few blocks")
			}
			require.NoError(t, f.heartbeat(was, uint64(was+1)))
			f.serve(8, 0, 1)
			f.seeds.still = false
			f.serve(8, 0, 1)
			rs := f.replicas(id)
			require.Len(t, rs, 1)
			require.Equal(t, running, rs[0].State)
			require.Equal(t, c.returns, rs[0].Index == first.Index)
			f.invariants()
		})
	}
}

func TestAShortAbsenceChangesNothing(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	id := f.create("hello", spec(), 1, 1)
	f.serve(5, 0)
	before := f.in(id, running)[0]
	f.skip(70) // offline for about 10 blocks
	require.False(t, f.xnode(0).Online)
	require.Len(t, f.in(id, running), 1)
	require.NoError(t, f.heartbeat(0, 1))
	f.skip(20)
	require.Equal(t, before, f.in(id, running)[0])
	f.invariants()
}

func TestAnUnknownReplicaGoesOnWhenItsXnodeIsBackInTime(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	f.online(1)
	id := f.create("hello", spec(), 1, 1)
	f.serve(5, 0, 1)
	was := f.hostOf(f.in(id, running)[0])
	f.serve(90, 1-was)
	require.Len(t, f.in(id, unknown), 1)
	require.NoError(t, f.heartbeat(was, uint64(was+1)))
	f.skip(1)
	require.Len(t, f.in(id, starting), 1)
	f.serve(3, 0, 1)
	require.Len(t, f.replicas(id), 1)
	require.Equal(t, uint64(1), f.in(id, running)[0].Index)
	f.invariants()
}

func TestW8_AnXnodeThatIsWantedBackIsLeftBeforehand(t *testing.T) {
	for name, c := range map[string]struct {
		leave func(f *fixture, i int) error
		cause workers.ReplicaCause
	}{
		"a reclaim is announced": {func(f *fixture, i int) error {
			_, err := f.k.AnnounceReclaim(f.ctx, operator(i), 0)
			return err
		}, workers.REPLICA_CAUSE_RECLAIMED},
		"it drains": {func(f *fixture, i int) error { return f.k.Drain(f.ctx, operator(i)) }, workers.REPLICA_CAUSE_DRAINED},
		"less of it is proven": {func(f *fixture, i int) error {
			return f.k.SetVerified(f.ctx, operator(i), workers.Resources{CpuMillis: 10}, "proof/2")
		}, workers.REPLICA_CAUSE_UNVERIFIED},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.online(0)
			f.online(1)
			id := f.create("hello", spec(), 1, 1)
			f.serve(5, 0, 1)
			was := f.hostOf(f.in(id, running)[0])
			require.NoError(t, c.leave(f, was))
			f.skip(1)
			require.Equal(t, c.cause, f.replicas(id)[0].Leaving)
			for range 8 { // there is always one that runs
				f.serve(1, 0, 1)
				require.NotEmpty(t, f.in(id, running))
				f.invariants()
			}
			rs := f.replicas(id)
			require.Len(t, rs, 1)
			require.Equal(t, 1-was, f.hostOf(rs[0]))
			require.True(t, f.xnode(was).Allocated.IsZero())
		})
	}
}

func TestAReclaimThatIsDueEndsWhatHasNoOtherPlace(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MinReclaimNotice = 30 })
	f.online(0)
	id := f.create("hello", spec(), 1, 1)
	f.serve(5, 0)
	_, err := f.k.AnnounceReclaim(f.ctx, operator(0), 0)
	require.NoError(t, err)
	f.serve(20, 0)
	require.Len(t, f.in(id, running), 1)
	require.Len(t, f.in(id, pending), 1)
	require.Equal(t, workers.REPLICA_CAUSE_NO_MATCH, f.in(id, pending)[0].LastCause)
	f.serve(16, 0)
	require.True(t, f.xnode(0).Allocated.IsZero())
	require.Empty(t, f.in(id, running))
	require.Len(t, f.in(id, pending), 1)
	f.invariants()
}

func TestACancelledReclaimLeavesTheReplicaWhereItIs(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	id := f.create("hello", spec(), 1, 1)
	f.serve(5, 0)
	before := f.in(id, running)[0]
	_, err := f.k.AnnounceReclaim(f.ctx, operator(0), 0)
	require.NoError(t, err)
	f.serve(5, 0)
	require.Len(t, f.replicas(id), 2)
	require.NoError(t, f.k.CancelReclaim(f.ctx, operator(0)))
	f.serve(2, 0)
	require.Equal(t, []workers.Replica{before}, f.replicas(id))
	f.invariants()
}

func TestFailuresWaitLongerEachTimeAndEndUntilTheOwnerChangesSomething(t *testing.T) {
	for name, fail := range map[string]func(f *fixture, r workers.Replica) error{
		"it fails": func(f *fixture, r workers.Replica) error { return f.report(r, failed, r.Version) },
		"it is declined": func(f *fixture, r workers.Replica) error {
			_, err := f.msgs.DeclineReplica(f.ctx, &workers.MsgDeclineReplica{
				Signer: f.text(signer(f.hostOf(r))), ServiceId: r.ServiceId, Index: r.Index, Reason: "it broke",
			})
			return err
		},
		"it never runs": func(f *fixture, r workers.Replica) error { f.beating(301, 0, 1); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.setParams(func(p *workers.Params) { p.MaxAttempts, p.RetryMax = 4, 25 })
			f.online(0)
			f.online(1)
			id := f.create("hello", spec(), 1, 1)
			var waits []int64
			hosts := map[string]int{}
			for attempt := uint32(1); attempt <= 4; attempt++ {
				for len(f.in(id, placed)) == 0 {
					f.beating(1, 0, 1)
				}
				r := f.in(id, placed)[0]
				hosts[r.Operator]++
				require.NoError(t, fail(f, r))
				after := f.replicas(id)[0]
				require.Equal(t, attempt, after.Attempts)
				require.Empty(t, after.Operator)
				require.NotEmpty(t, after.LastError)
				if after.Deadline > 0 {
					waits = append(waits, after.Deadline-after.Since)
				}
			}
			require.Len(t, hosts, 2, "the next attempt is elsewhere")
			require.Equal(t, []int64{10, 20, 25}, waits)
			require.Len(t, f.in(id, failed), 1)
			f.beating(60, 0, 1)
			require.Len(t, f.in(id, failed), 1)
			require.Len(t, f.replicas(id), 1)
			res, err := f.queries.ExplainPlacement(f.ctx, &workers.QueryExplainPlacementRequest{Id: id})
			require.NoError(t, err)
			require.Len(t, res.Waiting, 1)
			require.Contains(t, res.Summary, "1 of them until the service is changed")
			_, err = f.k.UpdateService(f.ctx, owner(0), id, spec(), 0)
			require.NoError(t, err)
			f.serve(8, 0, 1)
			require.Len(t, f.in(id, running), 1)
			f.invariants()
		})
	}
}

// beating ends n blocks; these Xnodes are alive, and do nothing else.
func (f *fixture) beating(n int, xnodes ...int) {
	f.t.Helper()
	for range n {
		for _, i := range xnodes {
			if f.ctx.BlockHeight()-f.xnode(i).LastHeartbeat >= 5 {
				require.NoError(f.t, f.heartbeat(i, uint64(i+1)))
			}
		}
		f.skip(1)
	}
}
