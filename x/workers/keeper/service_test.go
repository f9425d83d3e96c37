// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	pending  = workers.REPLICA_STATE_PENDING
	placed   = workers.REPLICA_STATE_PLACED
	starting = workers.REPLICA_STATE_STARTING
	running  = workers.REPLICA_STATE_RUNNING
	unknown  = workers.REPLICA_STATE_UNKNOWN
	lost     = workers.REPLICA_STATE_LOST
	draining = workers.REPLICA_STATE_DRAINING
	stopped  = workers.REPLICA_STATE_STOPPED
	failed   = workers.REPLICA_STATE_FAILED
)

func TestAServiceGetsItsReplicasOnDifferentXnodes(t *testing.T) {
	f := newFixture(t)
	for i := range 5 {
		f.online(i)
	}
	id := f.create("hello", spec(), 3, 5)
	require.Equal(t, int64(60_000_000), f.bank.held(), "10 OPEN, and 10 for each replica that there may be")
	f.serve(4, 0, 1, 2, 3, 4)
	rs := f.in(id, running)
	require.Len(t, rs, 3)
	hosts := map[string]bool{}
	for _, r := range rs {
		hosts[r.Operator] = true
		require.Equal(t, spec().Resources.CpuMillis, f.xnode(f.hostOf(r)).Allocated.CpuMillis)
	}
	require.Len(t, hosts, 3)
	for _, lock := range f.seeds.asked {
		require.GreaterOrEqual(t, lock, int64(100), "what is drawn was fixed before the seed")
	}
	f.invariants()
}

func TestScalingKeepsTheOldestAndTakesAndReturnsDeposits(t *testing.T) {
	f := newFixture(t)
	for i := range 5 {
		f.online(i)
	}
	id := f.create("hello", spec(), 2, 2)
	f.serve(10, 0, 1, 2, 3, 4)
	scale := func(least, most uint32) error {
		_, err := f.msgs.ScaleService(f.ctx, &workers.MsgScaleService{Owner: f.text(owner(0)), Id: id, MinReplicas: least, MaxReplicas: most})
		return err
	}
	require.NoError(t, scale(4, 5))
	require.ErrorIs(t, scale(4, 5), workers.ErrTooSoon, "W5")
	require.Equal(t, int64(60_000_000), f.bank.held())
	f.serve(10, 0, 1, 2, 3, 4)
	require.Len(t, f.in(id, running), 4)
	require.NoError(t, f.k.SetTarget(f.ctx, id, 99))
	require.Equal(t, uint32(5), f.service(id).TargetReplicas, "at most what the owner allows")
	f.serve(6, 0, 1, 2, 3, 4)
	require.Len(t, f.in(id, running), 5)
	require.NoError(t, scale(1, 3))
	require.Equal(t, int64(40_000_000), f.bank.held())
	f.skip(1)
	require.Len(t, f.in(id, draining), 2)
	f.serve(6, 0, 1, 2, 3, 4)
	left := f.replicas(id)
	require.Len(t, left, 3)
	require.Equal(t, uint64(3), left[2].Index, "the newest are drained first")
	f.invariants()
}

func TestAReplicaThatDoesNotStopLosesItsPlaceAtItsDeadline(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	id := f.create("hello", spec(), 1, 1)
	f.serve(5, 0)
	require.NoError(t, f.k.RetireService(f.ctx, owner(0), id))
	f.skip(1)
	require.Len(t, f.in(id, draining), 1)
	f.skip(119)
	require.Len(t, f.in(id, draining), 1)
	f.skip(3)
	require.Empty(t, f.replicas(id))
	require.True(t, f.xnode(0).Allocated.IsZero())
	require.Equal(t, workers.SERVICE_STATUS_RETIRED, f.service(id).Status)
	f.invariants()
}

func TestW8_ARetiredServiceDrainsReturnsItsDepositAndFreesItsNameLater(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.NameCooldown = 50 })
	f.online(0)
	s := spec()
	s.Visibility = workers.SERVICE_VISIBILITY_PRIVATE
	id := f.create("hello", s, 1, 2)
	var members []string
	for i := range 45 {
		members = append(members, f.text(operator(100+i)))
	}
	require.NoError(t, f.k.AddMembers(f.ctx, owner(0), id, members))
	f.serve(5, 0)
	require.NoError(t, f.k.RetireService(f.ctx, owner(0), id))
	require.ErrorIs(t, f.k.RetireService(f.ctx, owner(0), id), workers.ErrServiceStatus)
	may, err := f.k.MayUse(f.ctx, id, owner(0))
	require.NoError(t, err)
	require.False(t, may)
	f.serve(3, 0)
	require.Equal(t, workers.SERVICE_STATUS_RETIRED, f.service(id).Status)
	require.Zero(t, f.bank.held())
	_, err = f.k.CreateService(f.ctx, owner(1), "hello", s, 1, 1)
	require.ErrorIs(t, err, workers.ErrNameTaken)
	f.skip(55)
	_, err = f.k.ServiceOwner(f.ctx, id)
	require.ErrorIs(t, err, workers.ErrNoService)
	next, err := f.k.CreateService(f.ctx, owner(1), "hello", s, 1, 1)
	require.NoError(t, err)
	require.Equal(t, id+1, next, "ids are not used again")
	f.invariants()
}

func TestWhereNothingMatchesTheReplicaWaitsAndTheQuerySaysWhy(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	s := spec()
	s.Constraints.Regions = []string{"mars-1"}
	id := f.create("hello", s, 1, 1)
	f.serve(40, 0)
	r := f.replicas(id)[0]
	require.Equal(t, pending, r.State)
	require.Equal(t, workers.REPLICA_CAUSE_NO_MATCH, r.LastCause)
	require.Zero(t, r.Attempts, "there is no end to waiting for capacity")
	require.GreaterOrEqual(t, r.Misses, uint32(2))
	res, err := f.queries.ExplainPlacement(f.ctx, &workers.QueryExplainPlacementRequest{Id: id})
	require.NoError(t, err)
	require.Contains(t, res.Summary, "region")
	s.Constraints.Regions = []string{"eu-west-1"}
	_, err = f.k.UpdateService(f.ctx, owner(0), id, s, 1)
	require.NoError(t, err)
	f.serve(45, 0)
	require.Len(t, f.in(id, running), 1)
	f.invariants()
}

func TestAnUpdateMovesOneReplicaAtATimeAndABadOneStopsThere(t *testing.T) {
	f := newFixture(t)
	var all []int
	for i := range 8 {
		f.online(i)
		all = append(all, i)
	}
	id := f.create("hello", spec(), 3, 3)
	f.serve(12, all...)
	bigger := spec()
	bigger.Resources.CpuMillis = 2000
	version, err := f.k.UpdateService(f.ctx, owner(0), id, bigger, 0)
	require.NoError(t, err)
	for range 25 {
		f.serve(1, all...)
		require.GreaterOrEqual(t, len(f.in(id, running)), 3)
		require.LessOrEqual(t, len(f.replicas(id)), 5)
		f.invariants()
	}
	for _, r := range f.replicas(id) {
		require.Equal(t, version, r.PlacedVersion)
	}
	require.Len(t, f.replicas(id), 3)

	impossible := bigger
	impossible.Resources.CpuMillis = 1 << 40
	_, err = f.k.UpdateService(f.ctx, owner(0), id, impossible, 0)
	require.NoError(t, err)
	f.serve(60, all...)
	require.Len(t, f.in(id, running), 3, "what runs goes on")
	require.Len(t, f.replicas(id), 4)
	f.invariants()
}

func TestAnUpdateOfTheWorkloadStaysInPlaceAndIsReported(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	id := f.create("hello", spec(), 1, 1)
	f.serve(11, 0)
	s := spec()
	s.Workload.Args = []string{"-v"}
	version, err := f.k.UpdateService(f.ctx, owner(0), id, s, 1)
	require.NoError(t, err)
	_, err = f.k.UpdateService(f.ctx, owner(0), id, s, 1)
	require.ErrorIs(t, err, workers.ErrVersionMismatch)
	f.serve(3, 0)
	r := f.replicas(id)[0]
	require.Equal(t, uint64(1), r.Version)
	require.ErrorIs(t, f.report(r, running, version+1), workers.ErrVersionMismatch)
	require.NoError(t, f.report(r, running, version))
	require.ErrorIs(t, f.report(r, running, version), workers.ErrTooSoon, "W5")
	f.serve(3, 0)
	require.ErrorIs(t, f.report(r, running, version), workers.ErrReplicaState, "nothing new")
	require.Equal(t, version, f.replicas(id)[0].Version)
	f.invariants()
}

func TestConstraintsHold(t *testing.T) {
	f := newFixture(t)
	for i := range 6 {
		f.bond(i, 100)
		msg := f.registerMsg(i)
		msg.Card.Region = fmt.Sprintf("region-%d", i%2)
		_, err := f.msgs.RegisterXnode(f.ctx, msg)
		require.NoError(t, err)
		require.NoError(t, f.heartbeat(i, uint64(i+1)))
	}
	s := spec()
	s.Constraints.MaxPerRegion = 1
	spread := f.create("spread", s, 3, 3)
	s = spec()
	s.Workload = workers.Workload{Kind: workers.WORKLOAD_KIND_UPSTREAM, Port: 80}
	s.Constraints.Operators = []string{f.text(operator(3)), f.text(operator(5))}
	pinned := f.create("pinned", s, 2, 3)
	f.serve(8, 0, 1, 2, 3, 4, 5)
	require.Len(t, f.in(spread, running), 2)
	require.Len(t, f.in(spread, pending), 1)
	require.NotEqual(t, f.in(spread, running)[0].Region, f.in(spread, running)[1].Region)
	require.Len(t, f.in(pinned, running), 2)
	for _, r := range f.in(pinned, running) {
		require.Contains(t, s.Constraints.Operators, r.Operator)
	}
	f.setParams(func(p *workers.Params) { p.MaxReplicasPerXnode = 1 })
	third := f.create("third", spec(), 6, 6)
	f.serve(12, 0, 1, 2, 3, 4, 5)
	require.LessOrEqual(t, len(f.in(third, running)), 4)
	f.invariants()
}

func TestB12_OnlyMembersUseAPrivateService(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxMembers = 2 })
	s := spec()
	s.Visibility = workers.SERVICE_VISIBILITY_PRIVATE
	id := f.create("hello", s, 0, 1)
	may := func(i int) bool {
		ok, err := f.k.MayUse(f.ctx, id, owner(i))
		require.NoError(t, err)
		return ok
	}
	add := func(by int, who ...int) error {
		msg := &workers.MsgAddMembers{Owner: f.text(owner(by)), Id: id}
		for _, i := range who {
			msg.Members = append(msg.Members, f.text(owner(i)))
		}
		branch, write := f.ctx.CacheContext()
		_, err := f.msgs.AddMembers(branch, msg)
		if err == nil {
			write()
		}
		return err
	}
	require.True(t, may(0))
	require.False(t, may(1))
	require.ErrorIs(t, add(1, 1), workers.ErrNotOwner)
	require.NoError(t, add(0, 1))
	require.NoError(t, add(0, 1, 2), "those that are members stay so")
	require.ErrorIs(t, add(0, 3), workers.ErrInvalidMembers)
	require.ErrorIs(t, add(0), workers.ErrInvalidMembers)
	require.ErrorIs(t, add(0, 1, 1), workers.ErrInvalidMembers)
	require.True(t, may(1))
	_, err := f.msgs.RemoveMembers(f.ctx, &workers.MsgRemoveMembers{Owner: f.text(owner(0)), Id: id, Members: []string{f.text(owner(1)), f.text(owner(9))}})
	require.NoError(t, err)
	require.False(t, may(1))
	res, err := f.queries.Members(f.ctx, &workers.QueryMembersRequest{Id: id})
	require.NoError(t, err)
	require.Equal(t, []string{f.text(owner(2))}, res.Members)
	f.invariants()
}

func TestC13_AServiceThatIsNotWellFormedIsRefused(t *testing.T) {
	f := newFixture(t)
	long := string(make([]byte, 1025))
	for name, spoil := range map[string]func(m *workers.MsgCreateService){
		"a short name":           func(m *workers.MsgCreateService) { m.Name = "ab" },
		"a long name":            func(m *workers.MsgCreateService) { m.Name = "a123456789a123456789a123456789a123456789a" },
		"a name with a capital":  func(m *workers.MsgCreateService) { m.Name = "Hello" },
		"a look-alike":           func(m *workers.MsgCreateService) { m.Name = "hеllo" },
		"no visibility":          func(m *workers.MsgCreateService) { m.Spec.Visibility = 0 },
		"another visibility":     func(m *workers.MsgCreateService) { m.Spec.Visibility = 9 },
		"no policy":              func(m *workers.MsgCreateService) { m.Spec.Reconcile = 0 },
		"no kind":                func(m *workers.MsgCreateService) { m.Spec.Workload.Kind = 0 },
		"no artifact":            func(m *workers.MsgCreateService) { m.Spec.Workload.Artifact = "" },
		"an artifact of two":     func(m *workers.MsgCreateService) { m.Spec.Workload.Artifact = "a\nb" },
		"a long argument":        func(m *workers.MsgCreateService) { m.Spec.Workload.Args = []string{long} },
		"too many arguments":     func(m *workers.MsgCreateService) { m.Spec.Workload.Args = make([]string, 33) },
		"env without a value":    func(m *workers.MsgCreateService) { m.Spec.Workload.Env = []string{"A"} },
		"a port beyond":          func(m *workers.MsgCreateService) { m.Spec.Workload.Port = 65_536 },
		"no resources":           func(m *workers.MsgCreateService) { m.Spec.Resources = workers.Resources{} },
		"memory of no GPU":       func(m *workers.MsgCreateService) { m.Spec.Resources.GpuMemoryBytes = 1 },
		"plans out of order":     func(m *workers.MsgCreateService) { m.Spec.PlanIds = []uint64{2, 1} },
		"a region twice":         func(m *workers.MsgCreateService) { m.Spec.Constraints.Regions = []string{"a", "a"} },
		"a rating beyond":        func(m *workers.MsgCreateService) { m.Spec.Constraints.MinRating = 10_001 },
		"an operator of nowhere": func(m *workers.MsgCreateService) { m.Spec.Constraints.Operators = []string{"x"} },
		"an upstream of nobody": func(m *workers.MsgCreateService) {
			m.Spec.Workload = workers.Workload{Kind: workers.WORKLOAD_KIND_UPSTREAM}
		},
		"no replicas":         func(m *workers.MsgCreateService) { m.MinReplicas, m.MaxReplicas = 0, 0 },
		"more at the least":   func(m *workers.MsgCreateService) { m.MinReplicas = 3 },
		"too many replicas":   func(m *workers.MsgCreateService) { m.MaxReplicas = 101 },
		"an owner of nowhere": func(m *workers.MsgCreateService) { m.Owner = "x" },
		"a spec of several pages": func(m *workers.MsgCreateService) {
			m.Spec.Workload.Args = []string{string(make([]byte, 0)), pageOf(1000), pageOf(1000), pageOf(1000), pageOf(1000), pageOf(1000)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			msg := &workers.MsgCreateService{Owner: f.text(owner(0)), Name: "hello", Spec: spec(), MinReplicas: 1, MaxReplicas: 2}
			spoil(msg)
			branch, _ := f.ctx.CacheContext()
			_, err := f.msgs.CreateService(branch, msg)
			require.Error(t, err)
			require.True(t, errors.Is(err, workers.ErrInvalidService) || errors.Is(err, workers.ErrInvalidNeed) ||
				errors.Is(err, workers.ErrInvalidAddress) || errors.Is(err, workers.ErrInvalidResources) || errors.Is(err, workers.ErrInvalidRating), "%v", err)
		})
	}
}

func pageOf(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a'
	}
	return string(b)
}

func TestW4_AnOwnerHasSoManyServicesAndPaysForEach(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxServicesPerOwner = 2 })
	f.create("one", spec(), 1, 1)
	_, err := f.k.CreateService(f.ctx, owner(1), "one", spec(), 1, 1)
	require.ErrorIs(t, err, workers.ErrNameTaken)
	f.create("two", spec(), 1, 1)
	_, err = f.k.CreateService(f.ctx, owner(0), "three", spec(), 1, 1)
	require.ErrorIs(t, err, workers.ErrTooManyServices)
	require.Equal(t, int64(40_000_000), f.bank.held())
	f.bank.moved[string(owner(2))] = f.bank.of(owner(2)).SubRaw(999_999_999_999)
	_, err = f.k.CreateService(f.ctx, owner(2), "poor", spec(), 1, 1)
	require.Error(t, err)
}

func TestW7_OnlyTheSignerOfTheXnodeReports(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	f.online(1)
	id := f.create("hello", spec(), 1, 1)
	f.beating(4, 0, 1)
	r := f.in(id, placed)[0]
	msg := &workers.MsgReportReplica{Signer: f.text(signer(1 - f.hostOf(r))), ServiceId: id, Index: r.Index, State: running, Version: 1}
	_, err := f.msgs.ReportReplica(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrNotYourReplica)
	msg.Signer = f.text(signer(9))
	_, err = f.msgs.ReportReplica(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrUnknownSigner)
	msg.Signer, msg.Index = f.text(signer(f.hostOf(r))), 7
	_, err = f.msgs.ReportReplica(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrNoReplica)
	msg.Index, msg.Reason = r.Index, "a\nb"
	_, err = f.msgs.ReportReplica(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrInvalidReason)
	for _, to := range []workers.ReplicaState{0, pending, placed, unknown, lost, draining, 99} {
		msg.State, msg.Reason = to, ""
		_, err = f.msgs.ReportReplica(f.ctx, msg)
		require.ErrorIs(t, err, workers.ErrReplicaState)
	}
	require.NoError(t, f.report(r, starting, 1))
	require.ErrorIs(t, f.report(r, running, 1), workers.ErrTooSoon)
}

func TestC4_ABrokenBeaconOrBankStopsNothingElse(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	f.seeds.broken = errors.New("pruned")
	id := f.create("hello", spec(), 1, 1)
	f.serve(10, 0)
	require.Equal(t, pending, f.replicas(id)[0].State)
	f.seeds.broken = nil
	f.serve(6, 0)
	require.Len(t, f.in(id, running), 1)
	// The bank fails: the service waits for its turn, and is told of.
	require.NoError(t, f.k.RetireService(f.ctx, owner(0), id))
	f.bank.moved = map[string]math.Int{}
	f.obey(0)
	f.skip(1)
	f.obey(0)
	require.NoError(t, f.k.EndBlock(f.ctx))
	require.Equal(t, workers.SERVICE_STATUS_DRAINING, f.service(id).Status)
	require.Equal(t, 1, f.count(&workers.EventServiceItemFailed{}))
}

func TestC5_TheWorkOfABlockIsBounded(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxReplicaItemsPerBlock = 3 })
	for i := range 6 {
		f.online(i)
	}
	for i := range 4 {
		f.create(fmt.Sprintf("service-%d", i), spec(), 5, 5)
	}
	moved := 0
	for range 60 {
		f.at(f.ctx.BlockHeight())
		require.NoError(t, f.k.EndBlock(f.ctx))
		n := f.count(&workers.EventAllocated{})
		require.LessOrEqual(t, n, 3)
		moved += n
		f.at(f.ctx.BlockHeight() + 1)
	}
	require.Equal(t, 20, moved)
	f.invariants()
}

func TestAServiceBelongsToItsOwnerForBonds(t *testing.T) {
	f := newFixture(t)
	id := f.create("hello", spec(), 0, 1)
	of, err := f.k.ServiceOwner(f.ctx, id)
	require.NoError(t, err)
	require.Equal(t, owner(0), of)
	_, err = f.k.ServiceOwner(f.ctx, id+1)
	require.ErrorIs(t, err, workers.ErrNoService)
}
