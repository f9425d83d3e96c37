// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	unit = uint64(1) << 20 // a unit of storage that is claimed
	core = uint64(1000)    // cpu_millis
)

// world is a chain that makes blocks of a second, each with a contribution to the beacon, and
// whose Xnodes answer with real proofs, of tiny plots and short chains.
type world struct {
	*fixture
	proposer validator
	second   time.Duration // from block to block
}

// params of the world: a storage window every 40 blocks, a CPU window every 40.
func worldParams() por.Params {
	score := por.ScoreParams{Initial: 5_000, GainBps: 500, MissedBps: 1_000, MismatchBps: 5_000}
	p := shortParams()
	p.FraudBlocks = 50
	p.Classes = []por.ClassParams{{
		Class: por.CLASS_STORAGE, Mode: por.MODE_ENFORCED, PeriodBlocks: 40, AnswerBlocks: 10,
		Samples: 16, LapseWindows: 3, Score: score, MaxWindowReward: math.ZeroInt(),
		Storage: &por.StorageTerms{
			UnitBytes: unit, UnitCells: 9, MinUnits: 1, CostN: 2, K1: 16, K2: 16,
			MachineBytesPerSecond: 1, DeviceBytesPerSecond: 1,
		},
	}, {
		Class: por.CLASS_CPU, Mode: por.MODE_ENFORCED, PeriodBlocks: 40, AnswerBlocks: 10, RevealBlocks: 5,
		Samples: 4, LapseWindows: 3, Score: score, MaxWindowReward: math.ZeroInt(),
		Cpu: &por.CpuTerms{WorkMillis: 8_000, MaxLanes: 8, Functions: []por.CpuFunction{
			{Function: uint32(corechain.SHA256), Interval: 10, CoreStepsPerSecond: 100, MinLaneStepsPerSecond: 50},
		}},
	}}
	return p
}

func newWorld(t *testing.T, change ...func(*por.Params)) *world {
	t.Helper()
	w := &world{fixture: setup(t), second: time.Second}
	params := worldParams()
	for _, c := range change {
		c(&params)
	}
	require.NoError(t, params.Validate())
	require.NoError(t, w.k.Params.Set(w.ctx, params))
	w.proposer = w.contributor(1)
	w.begin()
	return w
}

// begin begins the next block.
func (w *world) begin() {
	w.ctx = w.ctx.WithBlockTime(w.ctx.BlockTime().Add(w.second))
	w.block(w.proposer, true)
}

// tick ends the block and begins the next.
func (w *world) tick() {
	w.t.Helper()
	require.NoError(w.t, w.k.EndBlock(w.ctx))
	require.NoError(w.t, w.k.CheckInvariants(w.ctx))
	w.begin()
}

func (w *world) until(what string, done func() bool) {
	w.t.Helper()
	for range 500 {
		if done() {
			return
		}
		w.tick()
	}
	w.t.Fatalf("it never came to: %s", what)
}

// xnode is an Xnode that answers.
type xnode struct {
	w        *world
	operator sdk.AccAddress
	text     string
	signer   sdk.AccAddress
}

// xnode registers an Xnode and brings it online.
func (w *world) xnode(n byte, claimed workers.Resources) *xnode {
	w.t.Helper()
	x := &xnode{w: w, operator: bytes.Repeat([]byte{n}, 20), signer: bytes.Repeat([]byte{n + 100}, 20)}
	var err error
	x.text, err = fakes.AccountCodec.BytesToString(x.operator)
	require.NoError(w.t, err)
	x.claim(claimed)
	x.online(true)
	return x
}

func (x *xnode) claim(claimed workers.Resources) {
	x.w.workers.Claim(x.operator, x.signer, claimed)
	require.NoError(x.w.t, x.w.k.AfterXnodeClaimed(x.w.ctx, x.operator, claimed))
}

func (x *xnode) online(online bool) {
	require.NoError(x.w.t, x.w.k.AfterXnodeOnline(x.w.ctx, x.operator, online))
}

func (x *xnode) capacity(class por.Class) por.Capacity {
	x.w.t.Helper()
	c, err := x.w.k.Capacities.Get(x.w.ctx, collections.Join(x.operator, uint32(class)))
	require.NoError(x.w.t, err)
	return c
}

// counts is what x/workers was told of a class.
func (x *xnode) counts(class por.Class) uint64 {
	got, err := x.w.workers.Xnode(x.w.ctx, x.operator)
	require.NoError(x.w.t, err)
	return class.Of(got.Verified)
}

// duty is what the Xnode is asked in a class; false if nothing.
func (x *xnode) duty(class por.Class) (por.ProofDuty, bool) {
	x.w.t.Helper()
	res, err := x.w.queries.Duties(x.w.ctx, &por.QueryDutiesRequest{Operator: x.text})
	require.NoError(x.w.t, err)
	i := slices.IndexFunc(res.Duties, func(d por.ProofDuty) bool { return d.Window.Class == class })
	if i < 0 {
		return por.ProofDuty{}, false
	}
	return res.Duties[i], true
}

// signerText is the Xnode's signer.
func (x *xnode) signerText() string {
	text, err := fakes.AccountCodec.BytesToString(x.signer)
	require.NoError(x.w.t, err)
	return text
}

// storageProof scans the cells for which it holds that they are there.
func (x *xnode) storageProof(duty por.ProofDuty, units uint64, has func(cell uint64) bool) (cellpost.Plot, cellpost.Proof, bool) {
	x.w.t.Helper()
	plot, err := duty.Window.Terms.Storage.Plot(chainID, x.operator, units)
	require.NoError(x.w.t, err)
	maker, err := cellpost.NewMaker(plot.Key, plot.N)
	require.NoError(x.w.t, err)
	scanner, err := plot.NewScanner(cellpost.Challenge(duty.Challenge))
	require.NoError(x.w.t, err)
	var (
		cell cellpost.Cell
		hits [cellpost.Nonces][]uint64
	)
	for i := range plot.Cells {
		if has(i) {
			maker.Cell(i, &cell)
			scanner.Scan(i, &cell, func(nonce uint8, label uint64) { hits[nonce] = append(hits[nonce], label) })
		}
	}
	for nonce, labels := range hits {
		if len(labels) >= int(plot.K2) {
			return plot, cellpost.Proof{Nonce: uint8(nonce), Indices: labels[:plot.K2]}, true
		}
	}
	return plot, cellpost.Proof{}, false
}

// proveStorage answers the storage window that runs with so many units, honestly.
func (x *xnode) proveStorage(units uint64) error {
	x.w.t.Helper()
	duty, asked := x.duty(por.CLASS_STORAGE)
	require.True(x.w.t, asked)
	require.Equal(x.w.t, por.ACTION_PROVE_STORAGE, duty.Action)
	plot, proof, found := x.storageProof(duty, units, func(uint64) bool { return true })
	require.True(x.w.t, found)
	return x.sendStorage(duty, plot, units, proof)
}

func (x *xnode) sendStorage(duty por.ProofDuty, plot cellpost.Plot, units uint64, proof cellpost.Proof) error {
	encoded, err := plot.Encode(proof)
	require.NoError(x.w.t, err)
	_, err = x.w.msgs.ProveStorage(x.w.ctx, &por.MsgProveStorage{Signer: x.signerText(), Window: duty.Window.Number, Units: units, Proof: encoded})
	return err
}

// compute makes core chains for the CPU window that runs: so many steps a second in each lane.
func (x *xnode) compute(duty por.ProofDuty, stepsPerSecond ...uint64) *corechain.Record {
	segments := make([]uint64, len(stepsPerSecond))
	for i, s := range stepsPerSecond {
		segments[i] = max(s*duty.Window.Terms.Cpu.WorkMillis/1000/duty.Function.Interval, 1)
	}
	record, err := corechain.Compute(duty.Function.Spec(), duty.Window.CoreChallenge(chainID, x.operator), segments)
	require.NoError(x.w.t, err)
	return record
}

func (x *xnode) commitCpu(record *corechain.Record) error {
	c, err := record.Commit()
	require.NoError(x.w.t, err)
	_, err = x.w.msgs.CommitCpu(x.w.ctx, &por.MsgCommitCpu{Signer: x.signerText(), Window: record.Challenge.Window, Segments: c.Segments, Root: c.Root[:]})
	return err
}

func (x *xnode) revealCpu(record *corechain.Record) (*por.MsgRevealCpuResponse, error) {
	duty, asked := x.duty(por.CLASS_CPU)
	require.True(x.w.t, asked)
	require.Equal(x.w.t, por.ACTION_REVEAL_CPU, duty.Action)
	reveals, err := record.Open(duty.Drawn)
	require.NoError(x.w.t, err)
	return x.w.msgs.RevealCpu(x.w.ctx, &por.MsgRevealCpu{Signer: x.signerText(), Window: record.Challenge.Window, Proof: corechain.EncodeProof(reveals)})
}

// proveCpu goes through a whole CPU window, honestly, at so many steps a second in each lane.
func (x *xnode) proveCpu(stepsPerSecond ...uint64) *por.MsgRevealCpuResponse {
	x.w.t.Helper()
	x.w.opens(por.CLASS_CPU)
	duty, _ := x.duty(por.CLASS_CPU)
	record := x.compute(duty, stepsPerSecond...)
	require.NoError(x.w.t, x.commitCpu(record))
	x.w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	res, err := x.revealCpu(record)
	require.NoError(x.w.t, err)
	return res
}

// newest is the newest window of a class; it may be closed.
func (w *world) newest(class por.Class) por.Window {
	res, err := w.queries.Window(w.ctx, &por.QueryWindowRequest{Class: class})
	if err != nil {
		require.ErrorIs(w.t, err, por.ErrWindowNotFound)
		return por.Window{}
	}
	return res.Window
}

// opens goes on to the next window of a class.
func (w *world) opens(class por.Class) por.Window {
	w.t.Helper()
	before := w.newest(class).Number
	w.until("a window", func() bool { return w.newest(class).Number > before })
	return w.newest(class)
}

// reaches goes on until the newest window of a class is in a phase.
func (w *world) reaches(class por.Class, phase por.Phase) {
	w.t.Helper()
	w.until(phase.String(), func() bool { return w.newest(class).Phase == phase })
}

func (w *world) closes(class por.Class) por.Window {
	w.t.Helper()
	w.reaches(class, por.PHASE_CLOSED)
	return w.newest(class)
}

func storage(units uint64) workers.Resources { return workers.Resources{StorageBytes: units * unit} }

func cpu(cores uint64) workers.Resources { return workers.Resources{CpuMillis: cores * core} }
