// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

func TestOneVerdictIsCommittedAndThenRevealed(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	r.verdict(okVerdict(1))
	r.mineUntil("committed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED })
	for range 5 {
		r.mine()
	}
	require.Zero(t, c.count("reveal/1"), "nothing is revealed before the chain asks for it")
	c.do(func() { c.tasks[1].Task.Phase = slashingtasks.PHASE_REVEALING })
	r.mineUntil("revealed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_REVEALED })
	for range 5 {
		r.mine()
	}
	require.Equal(t, 1, c.count("commit/1"))
	require.Equal(t, 1, c.count("reveal/1"))
}

func TestAVerdictOutlivesABookWithoutItsSeat(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	c.do(func() { c.outOfGas = 1 })
	r.verdict(okVerdict(1))
	r.mineUntil("tried once", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.outOfGas == 0
	})
	var seat *slashingtasks.OpenSeat
	c.do(func() { seat, c.tasks = c.tasks[1], map[uint64]*slashingtasks.OpenSeat{} })
	r.mine()
	r.mine()
	c.do(func() { c.tasks[1] = seat })
	r.mineUntil("committed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED })
}

func TestASeatWithoutAResultIsGivenBack(t *testing.T) {
	c := newFakeChain(t)
	for id := range uint64(3) {
		c.seat(id + 1)
	}
	c.tasks[3].Task.Deadline = c.height // over before anything can be said
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	r.verdict(message.Verdict{TaskID: 1, Declined: true, Reason: "sandbox: timeout"})
	r.verdict(message.Verdict{TaskID: 2, Outcome: message.Outcome{Status: "new_status"}, Salt: make([]byte, 32)})
	r.verdict(okVerdict(3))
	r.mineUntil("declined", func() bool { return c.state(1) == 0 && c.state(2) == 0 })
	require.Zero(t, c.count("commit/2"))
	require.Zero(t, c.count("commit/3"))
}

func TestAHundredAndTwentySeatsTakeThreeTransactionsOfFiftyAtMost(t *testing.T) {
	c := newFakeChain(t)
	for id := range uint64(120) {
		c.seat(id + 1)
	}
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	for id := range uint64(120) {
		r.verdict(okVerdict(id + 1))
	}
	committed := func() (n int) {
		for id := range uint64(120) {
			if c.state(id+1) == slashingtasks.SEAT_STATE_COMMITTED {
				n++
			}
		}
		return n
	}
	r.mineUntil("all committed", func() bool { return committed() == 120 })
	c.do(func() {
		sum := 0
		for _, n := range c.batches {
			require.LessOrEqual(t, n, maxBatch)
			sum += n
		}
		require.Equal(t, 120, sum, "each seat is said once")
		require.LessOrEqual(t, len(c.batches), 6, "the verdicts share transactions")
	})
}

func TestAMessageIsNoLongerThanGovernanceAllows(t *testing.T) {
	c := newFakeChain(t)
	c.maxBatch = 7
	for id := range uint64(20) {
		c.seat(id + 1)
	}
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	for id := range uint64(20) {
		r.verdict(okVerdict(id + 1))
	}
	r.mineUntil("all committed", func() bool {
		for id := range uint64(20) {
			if c.state(id+1) != slashingtasks.SEAT_STATE_COMMITTED {
				return false
			}
		}
		return true
	})
	c.do(func() {
		for _, n := range c.batches {
			require.LessOrEqual(t, n, 7)
		}
	})
}

func TestAKindIsSaidOnceABlockUnlessASeatIsShortOfTime(t *testing.T) {
	c := newFakeChain(t)
	for id := range uint64(4) {
		c.seat(id + 1)
	}
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	pending := func() (n int) {
		c.do(func() { n = len(c.mempool) })
		return n
	}
	r.mine()
	r.settle()
	before := pending() // the daemon's heartbeat may be there
	for id := range uint64(3) {
		r.verdict(okVerdict(id + 1))
		r.wait("the first commit", func() bool { return pending() == before+1 })
		r.settle()
		require.Equal(t, before+1, pending(), "later ones wait for the next block")
	}
	c.do(func() { c.tasks[4].Task.Deadline = c.height + urgent })
	r.mine()
	r.settle()
	require.Equal(t, slashingtasks.SEAT_STATE_COMMITTED, c.state(1))
	shared := pending()
	r.verdict(okVerdict(4))
	r.wait("the seat that is short of time", func() bool { return pending() == shared+1 })
	r.mine()
	for id := range uint64(4) {
		require.Equal(t, slashingtasks.SEAT_STATE_COMMITTED, c.state(id+1), "seat %d", id+1)
	}
	c.do(func() { require.ElementsMatch(t, []int{1, 2, 1}, c.batches) })
}

func TestHeartbeatsComeAtAQuarterOfTheTimeoutAndNotWhileDraining(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	first := c.count("heartbeat")
	for range 40 {
		r.mine()
		r.settle()
	}
	beats := c.count("heartbeat") - first
	require.GreaterOrEqual(t, beats, 40/7, "a timeout of 20 blocks asks for one in 5, and inclusion takes one more")
	require.LessOrEqual(t, beats, 40/5)
	r.drain(message.Draining{On: true})
	r.settle()
	r.mine()
	r.mine()
	quiet := c.count("heartbeat")
	for range 20 {
		r.mine()
	}
	require.Equal(t, quiet, c.count("heartbeat"))
}

func TestASignerWithoutXnodeSaysNothingAndIsReady(t *testing.T) {
	c := newFakeChain(t)
	c.xnode = nil
	r := newRig(t, c, openStore(t), c.node(testChain))
	for range 5 {
		r.mine()
		require.Empty(t, r.book(patience).Seats)
	}
	s, err := r.status(ask(t), message.GetChainStatus{})
	require.NoError(t, err)
	require.Equal(t, message.ChainStatus{ChainID: testChain, Height: s.Height, Time: s.Time, Balance: "77"}, s)
	require.Empty(t, c.said)
}

func TestTheStatusTellsClaimedVerifiedAndAllocatedHardware(t *testing.T) {
	c := newFakeChain(t)
	c.xnode.Card.Claimed = workers.Resources{CpuMillis: 9, GpuCount: 1, GpuMemoryBytes: 2, GpuClass: "a", BandwidthBps: 3}
	c.xnode.Verified = workers.Resources{CpuMillis: 8, StorageBytes: 4}
	c.xnode.Allocated = workers.Resources{CpuMillis: 7, MemoryBytes: 5}
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.mine()
	r.book(patience)
	s, err := r.status(ask(t), message.GetChainStatus{})
	require.NoError(t, err)
	require.Equal(t, message.Hardware{CPUMillis: 9, GPUs: 1, GPUMemoryBytes: 2, GPUClass: "a", BandwidthBps: 3}, s.Claimed)
	require.Equal(t, message.Hardware{CPUMillis: 8, StorageBytes: 4}, s.Verified)
	require.Equal(t, message.Hardware{CPUMillis: 7, MemoryBytes: 5}, s.Allocated)
}

func TestPeersKeepTheIndexTheyWereDrawnWith(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	c.tasks[1].Seat.Index = 1
	c.tasks[1].Peers = []string{"a", "b", "c"}
	c.tasks[1].Task.Sources = []slashingtasks.Source{{Address: "/ip4/1.2.3.4/tcp/1/p2p/requester"}, {Address: "/ip4/1.2.3.4/udp/1/quic-v1/p2p/requester"}}
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.mine()
	seat := r.book(patience).Seats[0]
	require.Equal(t, []message.Source{{PeerID: "requester", Addrs: []string{"/ip4/1.2.3.4/tcp/1", "/ip4/1.2.3.4/udp/1/quic-v1"}}}, seat.Origins)
	var got []uint32
	for _, p := range seat.Peers {
		got = append(got, p.Index)
		require.Equal(t, "peer-of-"+p.Operator, p.Source.PeerID)
	}
	require.Equal(t, []uint32{0, 2, 3}, got)
}

func TestD5_ADaemonWhoseKeyAnotherOneUsesEnds(t *testing.T) {
	c := newFakeChain(t)
	node := c.node(testChain)
	first := newRig(t, c, openStore(t), node)
	first.ready()
	second := newRig(t, c, openStore(t), node)
	deadline := time.Now().Add(patience)
	for {
		c.block()
		second.settle()
		select {
		case err := <-first.ended:
			first.ended <- err
			require.ErrorIs(t, err, ErrReplaced)
			return
		default:
			require.True(t, time.Now().Before(deadline), "the first daemon goes on")
		}
	}
}

func TestD5_NothingIsSaidAboutSeatsBeforeTheChainKnowsTheDaemon(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	c.xnode.Instance, c.xnode.Online = []byte("someelse"), true
	c.xnode.LastHeartbeat = c.height
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.verdict(okVerdict(1))
	r.settle()
	r.mineUntil("committed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED })
	require.Equal(t, []string{"heartbeat", "commit/1"}, c.said[:2])
}

func TestASubmissionIsAnsweredWithTheTask(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.mine()
	answer := submit(ask(t), r, message.SubmitTask{Program: message.Program{ModuleCID: moduleCID, GasLimit: 5}, Offer: message.Offer{Seats: 3}})
	r.mineUntil("answered", func() bool { return len(answer) > 0 })
	got := <-answer
	require.NoError(t, got.err)
	require.Equal(t, uint64(1001), got.TaskID)
	require.Equal(t, "300", got.Escrow)
	require.NotEmpty(t, got.TxHash)
	require.Equal(t, 1, c.count("submit 1001"))
}

type submitted struct {
	message.TaskSubmitted
	err error
}

func submit(ctx context.Context, r *rig, q message.SubmitTask) chan submitted {
	answer := make(chan submitted, 1)
	go func() {
		done, err := r.submit(ctx, q)
		answer <- submitted{done, err}
	}()
	return answer
}

func TestASubmissionThatFailsIsAnsweredOnceWithTheReason(t *testing.T) {
	q := message.SubmitTask{Program: message.Program{ModuleCID: moduleCID, GasLimit: 5}, Offer: message.Offer{Seats: 3}}
	tests := map[string]struct {
		spoil func(*fakeChain)
		q     func(message.SubmitTask) message.SubmitTask
		want  string
	}{
		"the escrow is above the limit": {
			q:    func(q message.SubmitTask) message.SubmitTask { q.MaxFee = "299"; return q },
			want: "more than the limit of 299",
		},
		"the limit is no number": {
			q:    func(q message.SubmitTask) message.SubmitTask { q.MaxFee = "1 OPEN"; return q },
			want: "no whole number",
		},
		"the simulation refuses it":    {spoil: func(c *fakeChain) { c.simulateErr = "the program is not acceptable" }, want: "not acceptable"},
		"the account is not there":     {spoil: func(c *fakeChain) { c.noAccount = true }, want: "fund it"},
		"there are no funds":           {spoil: func(c *fakeChain) { c.noFunds = 1 }, want: "insufficient funds"},
		"it is included and fails":     {spoil: func(c *fakeChain) { c.outOfGas = 1 }, want: "out of gas"},
		"it is lost until its timeout": {spoil: func(c *fakeChain) { c.dropTxs = 1 << 30 }, want: "nothing was spent"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newFakeChain(t)
			c.xnode = nil
			r := newRig(t, c, openStore(t), c.node(testChain))
			r.mine()
			if tt.spoil != nil {
				c.do(func() { tt.spoil(c) })
			}
			q := q
			if tt.q != nil {
				q = tt.q(q)
			}
			answer := submit(ask(t), r, q)
			r.mineUntil("answered", func() bool { return len(answer) > 0 })
			got := <-answer
			require.ErrorContains(t, got.err, tt.want)
			require.Empty(t, c.said)
		})
	}
}

func TestAQuoteTellsThePriceAndWhomItReaches(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.mine()
	q, err := r.quote(ask(t), message.GetQuote{Offer: message.Offer{MinRatingBps: 8}, GasLimit: 5, MemoryLimit: 6})
	require.NoError(t, err)
	require.Equal(t, message.Quote{
		Offer:  message.Offer{Verify: "committee", Seats: DefaultSeats, SeatFee: "7", GasPrice: "1", MinRatingBps: 8},
		MaxFee: "700", LikelyFee: "100", EscalatedFee: "200", EscalationBps: 500, Ladder: []uint32{7, 15}, DetwasmVersion: 1,
		Registered: slashingtasks.DefaultParams().SeatCpuMillis, Sampled: 6, Able: 8, Matching: 2, GasPrices: []string{"1"},
	}, q)
	_, err = r.quote(ask(t), message.GetQuote{Offer: message.Offer{Verify: "trust"}})
	require.ErrorContains(t, err, "committee, sample or none")
}

func TestASubmissionWhoseAskerIsGoneIsNotSent(t *testing.T) {
	c := newFakeChain(t)
	node := c.node(testChain)
	r := newRig(t, c, openStore(t), node)
	r.ready()
	ctx, cancel := context.WithCancel(ask(t))
	cancel()
	_, err := r.submit(ctx, message.SubmitTask{Program: message.Program{ModuleCID: moduleCID, GasLimit: 5}, Offer: message.Offer{Seats: 3}})
	require.ErrorContains(t, err, "canceled")
	for range 3 {
		r.mine()
	}
	require.Zero(t, c.count("submit 1001"))
}

func TestATaskIsReadWithAddressesOnlyWhereTheyAreWanted(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.mine()
	got, err := r.task(ask(t), message.GetTask{TaskID: 1})
	require.NoError(t, err)
	require.Equal(t, "committing", got.Phase)
	require.Equal(t, c.height, got.ReadHeight)
	require.Empty(t, got.Committee[0].Source)
	got, err = r.task(ask(t), message.GetTask{TaskID: 1, Sources: true})
	require.NoError(t, err)
	require.Equal(t, "peer-of-"+c.operator, got.Committee[0].Source.PeerID)
	_, err = r.task(ask(t), message.GetTask{TaskID: 9})
	require.True(t, isNotFound(err), err)
}
