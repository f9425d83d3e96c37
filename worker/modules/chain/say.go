// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"bytes"
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
)

// known says whether the chain knows that this daemon speaks for the Xnode now.
// Nothing is said about seats before: two daemons with one key would vote twice.
func (m *Module) known() bool {
	return len(m.operator) > 0 && bytes.Equal(m.xnode.Instance, m.instance)
}

// beatDue says whether a heartbeat is due: at once where the chain does not know
// this daemon yet, and at a quarter of the timeout from then on, but never
// sooner than the chain takes it.
func (m *Module) beatDue() bool {
	since := m.head.height - m.xnode.LastHeartbeat
	switch {
	case len(m.operator) == 0 || m.xnode.Status == workers.XNODE_STATUS_RETIRED:
		return false
	case m.xnode.LastHeartbeat > 0 && since < m.params.MinHeartbeatInterval:
		return false
	case !m.known():
		return true
	case m.drained || m.xnode.Status != workers.XNODE_STATUS_ACTIVE:
		return false
	default:
		return !m.xnode.Online || since >= m.params.HeartbeatTimeout/4
	}
}

func (m *Module) heartbeat() []duty {
	if !m.beatDue() || !m.flights.free(m.beatKey, m.head.height) {
		return nil
	}
	return []duty{{msg: &workers.MsgHeartbeat{Signer: m.signer.Account(), Instance: m.instance}, keys: []string{m.beatKey}}}
}

// say sends one duty. What the chain refuses is held back and tried again
// later; only the want of an answer is an error.
func (m *Module) say(ctx context.Context, d duty) error {
	timeout := m.flights.timeout(m.head.time, m.cfg.TxTimeout)
	tx, err := m.client.buildTx(ctx, m.signer.PrivKey(), m.fees, timeout, d.msg)
	if err == nil {
		err = m.flights.launch(ctx, m.client, tx, d.keys, nil)
	}
	if err != nil {
		if isLost(err) || ctx.Err() != nil {
			return err
		}
		m.flights.hold(d.keys, m.head.height)
		m.flights.refused = err.Error()
		m.log.Warn("a message was not accepted, it is tried again", "keys", d.keys, "err", err)
	}
	if len(d.keys) < m.batch { // a full one leaves others behind, for at once
		m.said[verbOf(d.keys[0])] = m.head.height
	}
	return nil
}

// launchSubmission answers q once: now where the task cannot be submitted, when
// the transaction has landed otherwise.
func (m *Module) launchSubmission(ctx context.Context, q *bus.Question[message.SubmitTask, message.TaskSubmitted]) {
	fail := func(err error) { q.Reply(message.TaskSubmitted{}, err) }
	asking, cancel := both(ctx, q.Context())
	defer cancel()
	head, err := m.client.latest(asking)
	if err != nil {
		fail(err)
		return
	}
	msg, err := m.client.submission(asking, m.signer.Account(), q.Ask)
	if err != nil {
		fail(err)
		return
	}
	timeout := m.flights.timeout(head.time, m.cfg.TxTimeout)
	tx, err := m.client.buildTx(asking, m.signer.PrivKey(), Fees{Price: m.fees.Price}, timeout, msg)
	if err != nil {
		fail(err)
		return
	}
	landed := func(r *sdk.TxResponse, err error) {
		if err != nil {
			fail(err)
			return
		}
		q.Reply(m.client.submitted(r, msg.MaxFee.Amount))
	}
	// From here on it may cost money, whether the asker waits or not.
	if err := m.flights.launch(ctx, m.client, tx, nil, landed); err != nil {
		fail(err)
	}
}
