// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/openmesh-network/openmesh/app"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

const (
	seats      = 7
	xnodeCount = 9
	requesters = 20
	retention  = 10 // blocks; short, so that pruning is part of what is measured
	gasLimit   = 1_000_000_000

	submitGas   = 400_000
	seatGas     = 300_000 // of the first item of a batch
	nextSeatGas = 120_000
)

var (
	outcome = slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 5_000_000, OutputRoot: anyCID}
	salt    = bytes.Repeat([]byte{7}, slashingtasks.SaltSize)
)

// anyCID stands for module, input and output: the chain never looks behind a CID.
const anyCID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"

// taskChain carries verified tasks. Its Xnodes commit and reveal in the first
// block that allows it.
type taskChain struct {
	*chain
	xnodes     map[string]xnode // by operator
	requesters []account
	order      []xnode
	// batch says that an Xnode puts all its commits of a block, and all its
	// reveals, into one transaction each; otherwise each has its own.
	batch bool
	// open are the tasks that are not final yet.
	open []uint64
	next int
}

// taskBlock is a block and the tasks that it verified.
type taskBlock struct {
	block
	verified []uint64
	txs      int
}

func newTaskChain(batch bool) (*taskChain, error) {
	t := &taskChain{batch: batch, xnodes: make(map[string]xnode), order: newXnodes(xnodeCount)}
	var accounts []account
	for i := range requesters {
		t.requesters = append(t.requesters, newAccount(fmt.Sprintf("requester%d", i)))
	}
	accounts = append(accounts, t.requesters...)
	for _, x := range t.order {
		t.xnodes[x.operator.addr.String()] = x
		accounts = append(accounts, x.operator, x.signer)
	}
	var err error
	t.chain, err = newChain(accounts, func(cdc codec.JSONCodec, genesis app.GenesisState) error {
		if err := addXnodes(cdc, genesis, t.order); err != nil {
			return err
		}
		return app.ChangeState(cdc, genesis, slashingtasks.ModuleName, func(state *slashingtasks.GenesisState) error {
			// The coin of the audit is tossed, but hardly ever falls.
			state.Params.AuditBps, state.Params.Retention = 1, retention
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return t, t.grantFees()
}

// grantFees lets the Xnodes' signers spend their operators' fees, as xworker
// register has it.
func (t *taskChain) grantFees() error {
	var txs [][]byte
	for _, x := range t.order {
		msg, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, x.operator.addr, x.signer.addr)
		if err != nil {
			return err
		}
		bz, err := t.sign(tx{from: x.operator, gas: 200_000, msgs: []sdk.Msg{msg}})
		if err != nil {
			return err
		}
		txs = append(txs, bz)
	}
	_, err := t.step(txs)
	return err
}

// block runs a block: n new tasks, and whatever the open ones allow.
func (t *taskChain) block(n int) (taskBlock, error) {
	txs, ids, err := t.submissions(n)
	if err != nil {
		return taskBlock{}, err
	}
	for _, kind := range []func(*seatWork) error{t.addCommits, t.addReveals} {
		work := &seatWork{msgs: make(map[string]*seatMsgs)}
		if err := kind(work); err != nil {
			return taskBlock{}, err
		}
		signed, err := t.signSeats(work)
		if err != nil {
			return taskBlock{}, err
		}
		txs = append(txs, signed...)
	}
	done, err := t.step(txs)
	if err != nil {
		return taskBlock{}, err
	}
	t.open = append(t.open, ids...)
	verified, err := t.settle()
	return taskBlock{block: done, verified: verified, txs: len(txs)}, err
}

// submissions signs n new tasks and tells their ids.
func (t *taskChain) submissions(n int) (txs [][]byte, ids []uint64, err error) {
	if n == 0 {
		return nil, nil, nil
	}
	k := t.app.Keepers.SlashingTasks
	params, err := k.Params.Get(t.ctx())
	if err != nil {
		return nil, nil, err
	}
	terms, err := slashingtasks.NewTerms(params, slashingtasks.Offer{Seats: seats, SeatFee: params.MinSeatFee, GasPrice: params.MinGasPrice})
	if err != nil {
		return nil, nil, err
	}
	id, err := k.TaskSeq.Peek(t.ctx())
	if err != nil {
		return nil, nil, err
	}
	for i := range n {
		from := t.requesters[t.next%requesters]
		t.next++
		bz, err := t.sign(tx{from: from, gas: submitGas, msgs: []sdk.Msg{&slashingtasks.MsgSubmitTask{
			Requester: from.addr.String(), Seats: seats, SeatFee: terms.SeatFee, GasPrice: terms.GasPrice,
			Program: slashingtasks.Program{
				ModuleCid: anyCID, Inputs: []slashingtasks.Input{{Name: "text", Cid: anyCID}},
				GasLimit: gasLimit, MemoryLimit: 1 << 26, OutputLimit: 1 << 20,
			},
			MaxFee: sdk.NewCoin(app.BondDenom, terms.Escrow(gasLimit)),
		}}})
		if err != nil {
			return nil, nil, err
		}
		txs, ids = append(txs, bz), append(ids, id+uint64(i))
	}
	return txs, ids, nil
}

// seatWork is what Xnodes have to say in a block, by operator in order of need.
type seatWork struct {
	operators []string
	msgs      map[string]*seatMsgs
}

// seatMsgs are an Xnode's items; one message for each.
type seatMsgs struct {
	commits []slashingtasks.CommitItem
	reveals []slashingtasks.RevealItem
}

func (w *seatWork) of(operator string) *seatMsgs {
	m, ok := w.msgs[operator]
	if !ok {
		m = &seatMsgs{}
		w.msgs[operator], w.operators = m, append(w.operators, operator)
	}
	return m
}

func (t *taskChain) addCommits(work *seatWork) error {
	return t.eachSeat(slashingtasks.PHASE_COMMITTING, slashingtasks.SEAT_STATE_DRAWN, func(s slashingtasks.Seat) {
		m := work.of(s.Operator)
		m.commits = append(m.commits, slashingtasks.CommitItem{
			TaskId:     s.TaskId,
			Commitment: slashingtasks.Commitment(chainID, s.TaskId, t.xnodes[s.Operator].operator.addr, outcome, salt),
		})
	})
}

func (t *taskChain) addReveals(work *seatWork) error {
	return t.eachSeat(slashingtasks.PHASE_REVEALING, slashingtasks.SEAT_STATE_COMMITTED, func(s slashingtasks.Seat) {
		m := work.of(s.Operator)
		m.reveals = append(m.reveals, slashingtasks.RevealItem{TaskId: s.TaskId, Outcome: outcome, Salt: salt})
	})
}

// eachSeat walks the seats in a state of the open tasks in a phase.
func (t *taskChain) eachSeat(phase slashingtasks.Phase, state slashingtasks.SeatState, do func(slashingtasks.Seat)) error {
	k, ctx := t.app.Keepers.SlashingTasks, t.ctx()
	for _, id := range t.open {
		task, err := k.Task(ctx, id)
		if err != nil {
			return err
		}
		if task.Phase != phase {
			continue
		}
		committee, err := k.Committee(ctx, id)
		if err != nil {
			return err
		}
		for _, s := range committee {
			if s.State == state {
				do(s)
			}
		}
	}
	return nil
}

// signSeats makes transactions of what the Xnodes have to say. Signers pay by
// the operators' fee grants, and without order.
func (t *taskChain) signSeats(work *seatWork) (txs [][]byte, err error) {
	most := 1
	if t.batch {
		most = int(slashingtasks.DefaultParams().MaxBatch)
	}
	for _, operator := range work.operators {
		x, m := t.xnodes[operator], work.msgs[operator]
		signer := x.signer.addr.String()
		for len(m.commits)+len(m.reveals) > 0 {
			var msg sdk.Msg
			var n int
			if n = min(most, len(m.commits)); n > 0 {
				msg, m.commits = &slashingtasks.MsgCommit{Signer: signer, Commits: m.commits[:n]}, m.commits[n:]
			} else {
				n = min(most, len(m.reveals))
				msg, m.reveals = &slashingtasks.MsgReveal{Signer: signer, Reveals: m.reveals[:n]}, m.reveals[n:]
			}
			bz, err := t.sign(tx{
				from: x.signer, granter: x.operator.addr, msgs: []sdk.Msg{msg},
				gas: seatGas + nextSeatGas*uint64(n-1),
			})
			if err != nil {
				return nil, err
			}
			txs = append(txs, bz)
		}
	}
	return txs, nil
}

// settle drops the tasks that are final from the open ones, and returns those
// that were verified.
func (t *taskChain) settle() (verified []uint64, err error) {
	k, ctx := t.app.Keepers.SlashingTasks, t.ctx()
	var open []uint64
	for _, id := range t.open {
		task, err := k.Task(ctx, id)
		switch {
		case err != nil:
			return nil, err
		case task.Phase == slashingtasks.PHASE_VERIFIED:
			verified = append(verified, id)
		case !task.Final():
			open = append(open, id)
		}
	}
	t.open = open
	return verified, nil
}
