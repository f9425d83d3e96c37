// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	proofGas     = 700_000
	storageStart = 200
	memoryStart  = 120
)

// windowChain carries sends, and Xnodes that answer windows with real proofs. Windows
// of its classes come one after the other.
type windowChain struct {
	*sendChain
	xnodes []xnode
	plots  [][]cellpost.Cell // of each Xnode
	chains []*corechain.Record
	// byOperator finds Xnodes by their operators' addresses.
	byOperator map[string]xnode
	done       map[string]int // how many Xnodes have acted, by class, window and action
}

// windowFraud is how long closed windows are kept, in blocks: until all are closed.
func windowFraud(xnodes int) int64 { return storageStart + 60 + int64(xnodes)/4 }

// windowParams are those of a public network, but for the times (a window of each class,
// one after the other), the size of plots, and what a core is.
func windowParams(xnodes int, cells uint64, mode func(por.Mode) por.Mode) por.Params {
	p := por.DefaultParams()
	p.Trial, p.FraudBlocks, p.AuditBps = true, windowFraud(xnodes), 0
	var classes []por.ClassParams
	for _, c := range p.Classes {
		c.Mode, c.PeriodBlocks, c.SurpriseIntervalBlocks = mode(c.Mode), 100_000, 0
		switch c.Class {
		case por.CLASS_STORAGE:
			c.AnswerBlocks = 40
			c.Storage.UnitBytes, c.Storage.UnitCells, c.Storage.K1, c.Storage.K2 = 1<<30, cells, 60, 60
		case por.CLASS_CPU:
			c.RevealBlocks = 60
			c.Cpu.Functions = c.Cpu.Functions[:1]
			c.Cpu.Functions[0].CoreStepsPerSecond, c.Cpu.Functions[0].MinLaneStepsPerSecond = 100, 1
		case por.CLASS_MEMORY:
			c.AnswerBlocks, c.RevealBlocks = 3, 60
		default:
			continue
		}
		classes = append(classes, c)
	}
	p.Classes = classes
	return p
}

func newWindowChain(n int, cells uint64, proving bool) (*windowChain, error) {
	w := &windowChain{xnodes: newXnodes(n), done: make(map[string]int), byOperator: make(map[string]xnode)}
	var signers []account
	for _, x := range w.xnodes {
		signers = append(signers, x.signer)
		w.byOperator[x.operator.addr.String()] = x
	}
	mode := func(m por.Mode) por.Mode {
		if proving {
			return m
		}
		return por.MODE_OFF
	}
	var err error
	w.sendChain, err = newSendChainWith(signers, func(cdc codec.JSONCodec, genesis app.GenesisState) error {
		if err := addXnodes(cdc, genesis, w.xnodes); err != nil {
			return err
		}
		var claimed workers.Resources
		err := app.ChangeState(cdc, genesis, workers.ModuleName, func(state *workers.GenesisState) error {
			claimed = state.Xnodes[0].Card.Claimed
			return nil
		})
		if err != nil {
			return err
		}
		return app.ChangeState(cdc, genesis, por.ModuleName, func(state *por.GenesisState) error {
			state.Params = windowParams(n, cells, mode)
			for _, s := range []por.Schedule{
				{Class: por.CLASS_STORAGE, DueHeight: storageStart, Oldest: 1},
				{Class: por.CLASS_CPU, DueHeight: 5, Oldest: 1},
				{Class: por.CLASS_MEMORY, DueHeight: memoryStart, Oldest: 1},
			} {
				if proving {
					state.Schedules = append(state.Schedules, s)
				}
			}
			for _, x := range w.xnodes {
				for _, c := range state.Params.Classes {
					state.Capacities = append(state.Capacities, por.Capacity{
						Operator: x.operator.addr.String(), Class: c.Class, Claimed: c.Class.Of(claimed), Score: c.Score.Initial,
					})
				}
				state.Presences = append(state.Presences, por.Presence{Operator: x.operator.addr.String(), OnlineHeight: 1})
			}
			return nil
		})
	})
	return w, err
}

// window is the newest window of a class, if there is one.
func (w *windowChain) window(class por.Class) (por.Window, bool) {
	k, ctx := w.app.Keepers.Por, w.ctx()
	s, err := k.Schedules.Get(ctx, uint32(class))
	if err != nil || s.Windows == 0 {
		return por.Window{}, false
	}
	window, err := k.Windows.Get(ctx, collections.Join(uint32(class), s.Windows))
	return window, err == nil
}

// act lets some Xnodes act, so many that all are through in a number of blocks, and
// tells what they did.
func (w *windowChain) act() (txs [][]byte, what string, err error) {
	for _, class := range []por.Class{por.CLASS_STORAGE, por.CLASS_CPU, por.CLASS_MEMORY} {
		win, found := w.window(class)
		next := w.height + 1
		var build func(win por.Window, i int) (sdk.Msg, error)
		blocks := 30
		switch {
		case !found:
		case class == por.CLASS_STORAGE && win.Answers(next):
			what, build = "storage: answer, a transaction", w.storage
		case class == por.CLASS_CPU && win.Answers(next):
			what, build = "processors: commitment, a transaction", w.commit
		case class == por.CLASS_CPU && win.Reveals(next):
			what, build, blocks = "processors: reveal, a transaction", w.reveal, 50
		case class == por.CLASS_MEMORY && win.Reveals(next) && w.height-win.DrawnHeight > 25:
			what, build = "committee of 7: verdict, a transaction", w.verdict
		}
		if build == nil {
			continue
		}
		from := w.done[what]
		to := min(from+(len(w.xnodes)+blocks-1)/blocks, len(w.xnodes))
		for i := from; i < to; i++ {
			msg, err := build(win, i)
			if err != nil {
				return nil, what, err
			}
			bz, err := w.sign(tx{from: w.xnodes[i].signer, gas: proofGas, msgs: []sdk.Msg{msg}})
			if err != nil {
				return nil, what, err
			}
			txs = append(txs, bz)
		}
		if w.done[what] = to; to > from {
			return txs, what, nil
		}
	}
	return nil, "", nil
}

// fill makes the plots of all Xnodes, which stay in memory.
func (w *windowChain) fill(cells uint64) error {
	terms := windowParams(len(w.xnodes), cells, func(m por.Mode) por.Mode { return m }).Classes[0].Storage
	w.plots, w.chains = make([][]cellpost.Cell, len(w.xnodes)), make([]*corechain.Record, len(w.xnodes))
	for i, x := range w.xnodes {
		plot, err := terms.Plot(chainID, x.operator.addr, 1)
		if err != nil {
			return err
		}
		maker, err := cellpost.NewMaker(plot.Key, plot.N)
		if err != nil {
			return err
		}
		w.plots[i] = make([]cellpost.Cell, plot.Cells)
		for at := range w.plots[i] {
			maker.Cell(uint64(at), &w.plots[i][at])
		}
	}
	return nil
}

func (w *windowChain) storage(win por.Window, i int) (sdk.Msg, error) {
	x := w.xnodes[i]
	plot, err := win.Terms.Storage.Plot(chainID, x.operator.addr, 1)
	if err != nil {
		return nil, err
	}
	scanner, err := plot.NewScanner(cellpost.Challenge(win.Challenge(chainID, x.operator.addr)))
	if err != nil {
		return nil, err
	}
	var hits [cellpost.Nonces][]uint64
	for at := range w.plots[i] {
		scanner.Scan(uint64(at), &w.plots[i][at], func(nonce uint8, label uint64) { hits[nonce] = append(hits[nonce], label) })
	}
	for nonce, labels := range hits {
		if len(labels) < int(plot.K2) {
			continue
		}
		encoded, err := plot.Encode(cellpost.Proof{Nonce: uint8(nonce), Indices: labels[:plot.K2]})
		return &por.MsgProveStorage{Signer: x.signer.addr.String(), Window: win.Number, Units: 1, Proof: encoded}, err
	}
	return nil, fmt.Errorf("no nonce of Xnode %d has enough labels", i)
}

func (w *windowChain) commit(win por.Window, i int) (sdk.Msg, error) {
	x := w.xnodes[i]
	function, _ := win.Function()
	record, err := corechain.Compute(function.Spec(), win.CoreChallenge(chainID, x.operator.addr), []uint64{3, 3})
	if err != nil {
		return nil, err
	}
	w.chains[i] = record
	c, err := record.Commit()
	return &por.MsgCommitCpu{Signer: x.signer.addr.String(), Window: win.Number, Segments: c.Segments, Root: c.Root[:]}, err
}

func (w *windowChain) reveal(win por.Window, i int) (sdk.Msg, error) {
	x := w.xnodes[i]
	duty, found, err := w.app.Keepers.Por.ProofDuty(w.ctx(), por.CLASS_CPU, x.operator.addr)
	if err != nil || !found {
		return nil, fmt.Errorf("xnode %d owes no reveal: %w", i, err)
	}
	reveals, err := w.chains[i].Open(duty.Drawn)
	return &por.MsgRevealCpu{Signer: x.signer.addr.String(), Window: win.Number, Proof: corechain.EncodeProof(reveals)}, err
}

func (w *windowChain) verdict(win por.Window, i int) (sdk.Msg, error) {
	subject := w.xnodes[i]
	committee, err := w.app.Keepers.Por.Committee(w.ctx(), win.Class, win.Number, subject.operator.addr)
	if err != nil {
		return nil, err
	}
	m := &por.MsgSubmitVerdict{
		Sender: subject.signer.addr.String(), Class: win.Class, Window: win.Number, Subject: subject.operator.addr.String(),
	}
	for seat, s := range committee.Seats {
		verifier := w.byOperator[s.Verifier]
		evidence := sha256.Sum256([]byte(s.Verifier))
		a := por.Attestation{Seat: uint32(seat), Report: por.Report{Result: por.VERDICT_OK, Value: 1 << 36, Evidence: evidence[:]}}
		at := por.Place{
			ChainID: chainID, Class: win.Class, Window: win.Number, Challenge: win.DrawSeed,
			Subject: subject.operator.addr, Seat: uint32(seat), Verifier: verifier.operator.addr,
		}
		if a.Signature, err = verifier.signer.key.Sign(por.AttestationSignBytes(at, a.Report)); err != nil {
			return nil, err
		}
		m.Attestations = append(m.Attestations, a)
	}
	return m, nil
}
