// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"slices"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

const (
	// refreshEvery is the age in blocks at which slow facts are read again:
	// parameters and the addresses of peers.
	refreshEvery = 50
	// keepVerdicts is for how many blocks the verdict of a seat that is over is
	// kept, should a node have told too early that it is.
	keepVerdicts = 100
)

// read brings the module's state to head and announces it. All of it is read at
// that one height.
func (m *Module) read(ctx context.Context, head block) error {
	if err := m.flights.resolve(ctx, m.client, head); err != nil {
		return err
	}
	ctx = at(ctx, head.height)
	x, found, err := m.client.xnode(ctx, m.signer.Account())
	if err != nil {
		return err
	}
	book := message.SeatBook{Height: head.height}
	m.operator, m.fees.Granter = nil, nil
	if found {
		if slices.Equal(x.ReplacedInstance, m.instance) {
			return ErrReplaced
		}
		if m.operator, err = addresses.StringToBytes(x.Operator); err != nil {
			return err
		}
		m.fees.Granter = m.operator
		if err := m.readParams(ctx, head); err != nil {
			return err
		}
		if book.Seats, err = m.readSeats(ctx, x.Operator, head.height); err != nil {
			return err
		}
	}
	due, err := m.readProofs(ctx, x, head)
	if err != nil {
		return err
	}
	roll, err := m.readCommittees(ctx, x, head, m.proofs.duties)
	if err != nil {
		return err
	}
	balance, err := m.client.balance(ctx, m.signer.Account(), m.fees.Price.Denom)
	if err != nil {
		return err
	}
	m.head, m.xnode, m.book, m.proofs.book = head, x, book, due
	m.courts.book = roll
	m.tidy()
	m.publish(balance)
	m.saysHead.Send(message.Head{Height: head.height, Time: head.time})
	m.saysBook.Send(book)
	m.saysDue.Send(due)
	m.saysRoll.Send(roll)
	return nil
}

func (m *Module) readParams(ctx context.Context, head block) error {
	if m.paramsRead > 0 && head.height-m.paramsRead < refreshEvery {
		return nil
	}
	tasks, err := slashingtasks.NewQueryClient(m.client).Params(ctx, &slashingtasks.QueryParamsRequest{})
	if err != nil {
		return err
	}
	res, err := workers.NewQueryClient(m.client).Params(ctx, &workers.QueryParamsRequest{})
	if err != nil {
		return err
	}
	m.params, m.batch, m.paramsRead = res.Params, min(maxBatch, int(tasks.Params.MaxBatch)), head.height
	return nil
}

func (m *Module) readSeats(ctx context.Context, operator string, height int64) ([]message.Seat, error) {
	open, err := m.client.openSeats(ctx, operator)
	if err != nil {
		return nil, err
	}
	seats := make([]message.Seat, 0, len(open))
	for _, o := range open {
		seat := fromOpenSeat(o)
		for i, operator := range o.Peers {
			source, err := m.peer(ctx, operator, height)
			if err != nil {
				return nil, err
			}
			index := uint32(i)
			if index >= seat.Index {
				index++ // the chain leaves this seat out of its peers
			}
			seat.Peers = append(seat.Peers, message.Peer{Operator: operator, Index: index, Source: source})
		}
		seats = append(seats, seat)
	}
	return seats, nil
}

func (m *Module) peer(ctx context.Context, operator string, height int64) (message.Source, error) {
	if p, ok := m.peers[operator]; ok && height-p.read < refreshEvery {
		return p.source, nil
	}
	source, err := m.client.endpoint(ctx, operator)
	if err != nil {
		return message.Source{}, err
	}
	m.peers[operator] = peer{source, height}
	return source, nil
}

// tidy forgets what belongs to seats that are over and to peers of old.
func (m *Module) tidy() {
	open := map[string]bool{}
	for _, s := range m.book.Seats {
		open[keyOf(commit, s.TaskID)], open[keyOf(reveal, s.TaskID)], open[keyOf(decline, s.TaskID)] = true, true, true
		if v, ok := m.verdicts[s.TaskID]; ok {
			v.seen = m.book.Height
			m.verdicts[s.TaskID] = v
		}
	}
	for id, v := range m.verdicts {
		if m.book.Height-v.seen > keepVerdicts {
			delete(m.verdicts, id)
		}
	}
	for operator, p := range m.peers {
		if m.book.Height-p.read > 2*refreshEvery {
			delete(m.peers, operator)
		}
	}
	m.tidyProofs(open)
	m.tidyCommittees(open)
	open[m.beatKey] = m.beatDue()
	m.flights.forget(func(key string) bool { return open[key] })
}

// publish keeps what questions about the status are answered with.
func (m *Module) publish(balance string) {
	s := *m.public.Load()
	s.ChainID, s.Height, s.Time, s.Balance = m.client.ChainID(), m.head.height, m.head.time, balance
	s.Operator, s.XnodeStatus, s.Online, s.RatingBps = "", "", false, 0
	s.Claimed, s.Verified, s.Allocated = message.Hardware{}, message.Hardware{}, message.Hardware{}
	if len(m.operator) > 0 {
		s.Operator, s.Online = m.xnode.Operator, m.xnode.Online
		s.XnodeStatus, s.RatingBps = enumName(m.xnode.Status.String(), "XNODE_STATUS_"), m.xnode.Rating
		s.Claimed, s.Verified, s.Allocated = hardware(m.xnode.Card.Claimed), hardware(m.xnode.Verified), hardware(m.xnode.Allocated)
	}
	m.public.Store(&s)
}

func hardware(r workers.Resources) message.Hardware {
	return message.Hardware{
		CPUMillis: r.CpuMillis, MemoryBytes: r.MemoryBytes, StorageBytes: r.StorageBytes, BandwidthBps: r.BandwidthBps,
		GPUs: r.GpuCount, GPUMemoryBytes: r.GpuMemoryBytes, GPUClass: r.GpuClass,
	}
}
