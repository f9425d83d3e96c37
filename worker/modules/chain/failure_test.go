// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"

	"github.com/openmesh-network/openmesh/worker/message"
)

func TestD3_ALostNodeIsWaitedForAndNothingIsSaidTwice(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	node := c.node(testChain)
	r := newRig(t, c, openStore(t), node)
	r.ready()
	c.do(func() { c.loseAnswers = 1 })
	r.verdict(okVerdict(1))
	r.wait("the commit is in the mempool", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.mempool) == 1
	})
	node.stop()
	r.wait("the failure is told", func() bool {
		s, err := r.status(ask(t), message.GetChainStatus{})
		return err == nil && s.Error != ""
	})
	require.Contains(t, publicError(t, r), node.addr, "the error names the node")
	node.start()
	r.mineUntil("committed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED })
	for range 3 {
		r.mine()
	}
	require.Empty(t, publicError(t, r))
	require.Equal(t, 1, c.count("commit/1"))
	require.Equal(t, 1, r.log.count("the chain cannot be reached"))
	require.Equal(t, 1, r.log.count("the chain is back"))
}

func publicError(t *testing.T, r *rig) string {
	s, err := r.status(ask(t), message.GetChainStatus{})
	require.NoError(t, err)
	return s.Error
}

func TestD3_ADaemonStartsWithoutAnyNode(t *testing.T) {
	c := newFakeChain(t)
	node := c.node(testChain)
	node.stop()
	r := newRig(t, c, openStore(t), node)
	r.wait("told", func() bool { return r.log.count("the chain cannot be reached") == 1 })
	require.Contains(t, publicError(t, r), "no node of the chain answers")
	_, err := r.submit(ask(t), message.SubmitTask{})
	require.True(t, isLost(err), err)
	_, err = r.task(ask(t), message.GetTask{TaskID: 1})
	require.True(t, isLost(err), err)
	node.start()
	r.mine()
}

func TestD3_ANodeOfAnotherChainIsRefusedAtTheStart(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node("other-chain"))
	select {
	case err := <-r.ended:
		r.ended <- err
		require.ErrorIs(t, err, ErrWrongChain)
		require.ErrorContains(t, err, `"other-chain"`)
		require.ErrorContains(t, err, "chain.chain_id")
	case <-time.After(patience):
		t.Fatal("it goes on")
	}
}

func TestD3_ANodeOfAnotherChainIsPassedOverWhereOneIsOurs(t *testing.T) {
	c := newFakeChain(t)
	wrong, right := c.node("other-chain"), c.node(testChain)
	r := newRig(t, c, openStore(t), wrong, right)
	r.mine()
	right.stop() // only the wrong one is left, and the daemon goes on all the same
	r.wait("told", func() bool { return publicError(t, r) != "" })
	right.start()
	r.mine()
	c.do(func() { require.Zero(t, wrong.asked, "nothing but its name was asked of it") })
}

func TestD3_TheNextNodeTakesOver(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	first, second := c.node(testChain), c.node(testChain)
	r := newRig(t, c, openStore(t), first, second)
	r.ready()
	first.stop()
	r.verdict(okVerdict(1))
	r.mineUntil("committed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED })
	require.Equal(t, 1, c.count("commit/1"))
}

func TestD3_ANodeThatIsBehindIsNotBelieved(t *testing.T) {
	c := newFakeChain(t)
	first, behind := c.node(testChain), c.node(testChain)
	r := newRig(t, c, openStore(t), first, behind)
	r.ready()
	c.do(func() { behind.lag = 5 })
	first.stop()
	r.wait("told", func() bool { return publicError(t, r) != "" })
	heard := r.module.public.Load().Height
	require.Equal(t, c.height, heard)
	c.do(func() { behind.lag = 0 })
	r.mine()
}

func TestD3_ANodeThatStandsStillIsLeft(t *testing.T) {
	c := newFakeChain(t)
	first, second := c.node(testChain), c.node(testChain)
	r := newRig(t, c, openStore(t), first, second)
	r.ready()
	r.stop()
	// Polled by hand: the wait for a node that stands still is a long one.
	m := r.module
	client, err := Dial(testChain, []string{first.addr, second.addr})
	require.NoError(t, err)
	defer client.Close()
	m.client = client
	require.NoError(t, m.poll(ask(t)))
	c.do(func() { first.frozen = c.height })
	height := c.block()
	require.NoError(t, m.poll(ask(t)))
	require.Less(t, m.head.height, height)
	m.moved = m.moved.Add(-2 * staleNode)
	require.NoError(t, m.poll(ask(t)))
	require.NoError(t, m.poll(ask(t)))
	require.Equal(t, height, m.head.height)
}

func TestD4_ALostTransactionIsSignedAnewAfterItsTimeout(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	c.do(func() { c.dropTxs = 1 << 30 })
	r.verdict(okVerdict(1))
	from := c.height
	r.mineUntil("signed anew", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.signed["commit/1"]) == 2
	})
	require.Greater(t, c.height-from, int64(60), "not before the first can not be included any more")
	c.do(func() {
		c.dropTxs = 0
		again := 0
		for hash := range c.signed["commit/1"] {
			again = max(again, c.tried[hash])
		}
		require.Greater(t, again, 50, "until then it is broadcast again with every block")
	})
	r.mineUntil("committed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED })
	require.Equal(t, 1, c.count("commit/1"))
}

func TestD4_WhatIsRefusedIsHeldBackWithGrowingPausesAndGoesThroughInTheEnd(t *testing.T) {
	tests := map[string]func(*fakeChain){
		"out of gas": func(c *fakeChain) { c.outOfGas = 4 },
		"no funds":   func(c *fakeChain) { c.noFunds = 4 },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			c := newFakeChain(t)
			c.seat(1)
			r := newRig(t, c, openStore(t), c.node(testChain))
			r.ready()
			c.do(func() {
				c.xnode.LastHeartbeat = c.height + 1<<20 // no heartbeat meanwhile
				spoil(c)
			})
			r.mine()
			r.verdict(okVerdict(1))
			from := c.height
			refused := false
			r.mineUntil("committed", func() bool {
				s, err := r.status(ask(t), message.GetChainStatus{})
				require.NoError(t, err)
				refused = refused || s.Refused != ""
				return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED
			})
			require.True(t, refused, "the status tells that the chain refuses")
			require.Equal(t, 1, c.count("commit/1"))
			require.GreaterOrEqual(t, c.height-from, int64(1+2+4+8), "the pauses grow")
			r.mine()
			r.settle()
			s, err := r.status(ask(t), message.GetChainStatus{})
			require.NoError(t, err)
			require.Empty(t, s.Refused)
		})
	}
}

func TestD4_ARestartWithATransactionUnderWayDoesNotSendItTwice(t *testing.T) {
	c := newFakeChain(t)
	c.seat(1)
	db := openStore(t)
	node := c.node(testChain)
	r := newRig(t, c, db, node)
	r.ready()
	r.verdict(okVerdict(1))
	pooled := func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.mempool) == 1
	}
	r.wait("the commit is under way", pooled)
	r.stop()

	r = newRig(t, c, db, node)
	require.Len(t, r.module.flights.byHash, 1)
	r.verdict(okVerdict(1))
	r.ready()
	r.mineUntil("committed", func() bool { return c.state(1) == slashingtasks.SEAT_STATE_COMMITTED })
	for range 3 {
		r.mine()
	}
	require.Equal(t, 1, c.count("commit/1"))
	r.stop()
	left, err := newFlights(r.module.flights.kv, slog.Default())
	require.NoError(t, err)
	require.True(t, left.free("commit/1", c.height), "it has left the store")
}
