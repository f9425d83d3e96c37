// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package porsim

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	unit      = uint64(1) << 30 // a unit of storage that is claimed
	unitCells = 172
	core      = uint64(1_000)
	coreSteps = 100 // a second
)

// params are those of a public network as far as soundness goes (samples, K1, K2), with
// small plots of cheap cells, short chains, and a window of a class every 60 blocks.
func params() por.Params {
	p := por.DefaultParams()
	p.Trial, p.MaxChecksPerBlock, p.AuditBps = true, 50, 0
	var classes []por.ClassParams
	for _, c := range p.Classes {
		c.Mode, c.PeriodBlocks, c.SurpriseIntervalBlocks = por.MODE_ENFORCED, 60, 0
		switch c.Class {
		case por.CLASS_STORAGE:
			c.AnswerBlocks = 10
			c.Storage.UnitBytes, c.Storage.UnitCells, c.Storage.CostN = unit, unitCells, 2
		case por.CLASS_CPU:
			c.AnswerBlocks, c.RevealBlocks = 10, 8
			c.Cpu.WorkMillis = 8_000
			c.Cpu.Functions = []por.CpuFunction{{
				Function: uint32(corechain.SHA256), Interval: 10, CoreStepsPerSecond: coreSteps, MinLaneStepsPerSecond: coreSteps / 2,
			}}
		case por.CLASS_MEMORY:
			c.AnswerBlocks, c.RevealBlocks = 3, 12
		default:
			continue
		}
		classes = append(classes, c)
	}
	p.Classes = classes
	return p
}

// node is an Xnode with its keys.
type node struct {
	operator, signer testapp.Account
	claimed          workers.Resources
}

// world is a chain with Xnodes that were online before it began.
type world struct {
	*testapp.TestApp
	t     *testing.T
	nodes []*node
}

// newWorld begins a chain with one Xnode for each claim.
func newWorld(t *testing.T, claims ...workers.Resources) *world {
	t.Helper()
	w := &world{t: t}
	for i, claimed := range claims {
		w.nodes = append(w.nodes, &node{
			operator: testapp.NewAccount(fmt.Sprintf("operator%d", i)), signer: testapp.NewAccount(fmt.Sprintf("signer%d", i)), claimed: claimed,
		})
	}
	w.TestApp = testapp.New(t, testapp.WithoutShadows(), testapp.WithAccounts(1), testapp.WithGenesis(w.genesis))
	return w
}

func (w *world) genesis(cdc codec.JSONCodec, genesis app.GenesisState) error {
	sorted := slices.SortedFunc(slices.Values(w.nodes), func(a, b *node) int { return bytes.Compare(a.operator.Addr, b.operator.Addr) })
	bonded := sdkmath.ZeroInt()
	changes := []error{
		app.ChangeState(cdc, genesis, stakingext.ModuleName, func(state *stakingext.GenesisState) error {
			for _, n := range sorted {
				bond := stakingext.NewBond(n.operator.String())
				bond.Amount = app.Open(2_000).Amount
				bonded = bonded.Add(bond.Amount)
				state.Bonds = append(state.Bonds, bond)
			}
			state.Totals.Bonded = bonded
			return nil
		}),
		app.ChangeState(cdc, genesis, banktypes.ModuleName, func(state *banktypes.GenesisState) error {
			state.Balances = append(state.Balances, banktypes.Balance{
				Address: authtypes.NewModuleAddress(stakingext.ModuleName).String(),
				Coins:   sdk.NewCoins(sdk.NewCoin(app.BondDenom, bonded)),
			})
			for _, n := range sorted { // so that the signers have accounts
				state.Balances = append(state.Balances, banktypes.Balance{Address: n.signer.String(), Coins: sdk.NewCoins(app.Open(1))})
			}
			state.Balances = banktypes.SanitizeGenesisBalances(state.Balances)
			return nil
		}),
		app.ChangeState(cdc, genesis, authtypes.ModuleName, func(state *authtypes.GenesisState) error {
			for _, n := range sorted {
				packed, err := authtypes.PackAccounts([]authtypes.GenesisAccount{authtypes.NewBaseAccountWithAddress(n.signer.Addr)})
				if err != nil {
					return err
				}
				state.Accounts = append(state.Accounts, packed...)
			}
			return nil
		}),
		app.ChangeState(cdc, genesis, workers.ModuleName, func(state *workers.GenesisState) error {
			for i, n := range sorted {
				state.Xnodes = append(state.Xnodes, workers.Xnode{
					Operator: n.operator.String(), Signer: n.signer.String(), SignerPubKey: n.signer.Key.PubKey().Bytes(),
					Card: workers.Card{
						Claimed: n.claimed, Label: n.operator.Name, Region: "eu-west-1",
						Prices: workers.Prices{GasPrice: sdkmath.OneInt(), SeatFee: sdkmath.OneInt()},
					},
					Status: workers.XNODE_STATUS_ACTIVE, Online: true, Instance: bytes.Repeat([]byte{1}, workers.InstanceLength),
					LastHeartbeat: 1, Deadline: 1_000_000, Registrations: 1, Version: 1, Slot: uint64(i),
				})
			}
			state.SlotCount = uint64(len(sorted))
			return nil
		}),
		app.ChangeState(cdc, genesis, por.ModuleName, func(state *por.GenesisState) error {
			state.Params = params()
			for _, n := range sorted {
				for _, c := range state.Params.Classes {
					if claimed := c.Class.Of(n.claimed); claimed > 0 {
						state.Capacities = append(state.Capacities, por.Capacity{
							Operator: n.operator.String(), Class: c.Class, Claimed: claimed, Score: c.Score.Initial,
						})
					}
				}
				state.Presences = append(state.Presences, por.Presence{Operator: n.operator.String(), OnlineHeight: 1})
			}
			return nil
		}),
	}
	for _, err := range changes {
		if err != nil {
			return err
		}
	}
	return nil
}

// send has an Xnode's signer send a message in the next block, without looking.
func (w *world) send(n *node, msg sdk.Msg) {
	w.t.Helper()
	w.Force(w.Sign(testapp.Tx{From: n.signer, Msgs: []sdk.Msg{msg}, Timeout: w.Time().Add(time.Minute), Gas: 1_000_000}))
}

// flush runs a block in which all transactions must succeed.
func (w *world) flush() {
	w.t.Helper()
	for _, r := range w.NextBlock().Results {
		require.Zero(w.t, r.Code, r.Log)
	}
}

// window is the newest window of a class.
func (w *world) window(class por.Class) por.Window {
	s, err := w.Keepers().Por.Schedules.Get(w.Ctx(), uint32(class))
	if err != nil || s.Windows == 0 {
		return por.Window{}
	}
	win, err := w.Keepers().Por.Windows.Get(w.Ctx(), collections.Join(uint32(class), s.Windows))
	require.NoError(w.t, err)
	return win
}

// opens goes on to the next window of a class.
func (w *world) opens(class por.Class) por.Window {
	w.t.Helper()
	before := w.window(class).Number
	w.RunUntil(300, func(sdk.Context) bool { return w.window(class).Number > before })
	return w.window(class)
}

// reaches goes on until the newest window of a class is in a phase.
func (w *world) reaches(class por.Class, phase por.Phase) por.Window {
	w.t.Helper()
	w.RunUntil(300, func(sdk.Context) bool { return w.window(class).Phase == phase })
	return w.window(class)
}

func (w *world) capacity(n *node, class por.Class) por.Capacity {
	w.t.Helper()
	c, err := w.Keepers().Por.Capacities.Get(w.Ctx(), collections.Join(n.operator.Addr, uint32(class)))
	require.NoError(w.t, err)
	return c
}

// counts is what is matched, weighed and paid.
func (w *world) counts(n *node, class por.Class) uint64 {
	w.t.Helper()
	x, err := w.Keepers().Workers.Xnode(w.Ctx(), n.operator.Addr)
	require.NoError(w.t, err)
	return class.Of(x.Capacity())
}

// faults is how often an Xnode was punished for a false proof.
func (w *world) faults(n *node) uint64 {
	w.t.Helper()
	bond, err := w.Keepers().StakingExt.BondOf(w.Ctx(), n.operator.Addr)
	require.NoError(w.t, err)
	require.Equal(w.t, bond.Faults.WrongData.Total > 0, bond.Amount.LT(app.Open(2_000).Amount), "who is punished pays, who is not does not")
	return bond.Faults.WrongData.Total
}

// labels are the first K2 labels of the nonce that has most of them, in the cells that are
// there, and how many there are.
func (w *world) labels(n *node, win por.Window, units uint64, has func(cell uint64) bool) (cellpost.Plot, cellpost.Proof) {
	w.t.Helper()
	plot, err := win.Terms.Storage.Plot(w.ChainID(), n.operator.Addr, units)
	require.NoError(w.t, err)
	maker, err := cellpost.NewMaker(plot.Key, plot.N)
	require.NoError(w.t, err)
	scanner, err := plot.NewScanner(cellpost.Challenge(win.Challenge(w.ChainID(), n.operator.Addr)))
	require.NoError(w.t, err)
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
	best := cellpost.Proof{}
	for nonce, labels := range hits {
		if len(labels) > len(best.Indices) {
			best = cellpost.Proof{Nonce: uint8(nonce), Indices: labels[:min(len(labels), int(plot.K2))]}
		}
	}
	return plot, best
}

// prove answers the storage window that runs with all labels that are there, if they are
// enough, and says whether they were.
func (w *world) prove(n *node, win por.Window, units uint64, has func(cell uint64) bool) bool {
	w.t.Helper()
	plot, proof := w.labels(n, win, units, has)
	if len(proof.Indices) < int(plot.K2) {
		return false
	}
	w.sendStorage(n, win, units, plot, proof)
	return true
}

func (w *world) sendStorage(n *node, win por.Window, units uint64, plot cellpost.Plot, proof cellpost.Proof) {
	w.t.Helper()
	encoded, err := plot.Encode(proof)
	require.NoError(w.t, err)
	w.send(n, &por.MsgProveStorage{Signer: n.signer.String(), Window: win.Number, Units: units, Proof: encoded})
}

func everything(uint64) bool { return true }

// compute makes core chains: so many steps a second in each lane, and the ends of those
// segments invented that fake says.
func (w *world) compute(n *node, win por.Window, fake func(segment uint64) bool, stepsPerSecond ...uint64) *corechain.Record {
	w.t.Helper()
	function, _ := win.Function()
	r := &corechain.Record{Spec: function.Spec(), Challenge: win.CoreChallenge(w.ChainID(), n.operator.Addr)}
	stepper, number := corechain.NewStepper(r.Spec.Function), uint64(0)
	for lane, rate := range stepsPerSecond {
		var (
			x    corechain.State
			ends []corechain.State
		)
		for segment := range max(rate*win.Terms.Cpu.WorkMillis/1000/function.Interval, 1) {
			x = r.Challenge.Begin(r.Spec.Function, uint32(lane), segment, x)
			if fake(number) {
				x[0] ^= 1 // no steps at all
			} else {
				stepper.Run(&x, r.Spec.Interval)
			}
			ends = append(ends, x)
			number++
		}
		r.Ends = append(r.Ends, ends)
	}
	return r
}

func honest(uint64) bool { return false }

func (w *world) commit(n *node, win por.Window, r *corechain.Record) {
	w.t.Helper()
	c, err := r.Commit()
	require.NoError(w.t, err)
	w.send(n, &por.MsgCommitCpu{Signer: n.signer.String(), Window: win.Number, Segments: c.Segments, Root: c.Root[:]})
}

func (w *world) reveal(n *node, r *corechain.Record) {
	w.t.Helper()
	duty, found, err := w.Keepers().Por.ProofDuty(w.Ctx(), por.CLASS_CPU, n.operator.Addr)
	require.NoError(w.t, err)
	require.True(w.t, found)
	reveals, err := r.Open(duty.Drawn)
	require.NoError(w.t, err)
	w.send(n, &por.MsgRevealCpu{Signer: n.signer.String(), Window: duty.Window.Number, Proof: corechain.EncodeProof(reveals)})
}

// passes is the chance that who stores the part f finds k labels for one of the nonces,
// each of which has Poisson(f k) of them.
func passes(f float64, k int) float64 {
	below, term := 0.0, math.Exp(-f*float64(k))
	for i := range k {
		below += term
		term *= f * float64(k) / float64(i+1)
	}
	return 1 - math.Pow(below, cellpost.Nonces)
}

// survives is the chance that of n items, bad of which are wrong, so many samples meet none.
func survives(n, bad, samples int) float64 {
	p := 1.0
	for i := range samples {
		p *= max(0, float64(n-bad-i)) / float64(n-i)
	}
	return p
}

// tally compares how often something happened with the chances that it had.
type tally struct {
	happened           int
	expected, variance float64
}

func (b *tally) add(happened bool, p float64) {
	if happened {
		b.happened++
	}
	b.expected += p
	b.variance += p * (1 - p)
}

// holds wants what happened within four standard deviations (and one) of what was expected.
func (b *tally) holds(t *testing.T, what string) {
	t.Helper()
	t.Logf("%s: %d, expected %.2f", what, b.happened, b.expected)
	require.InDelta(t, b.expected, float64(b.happened), 1+4*math.Sqrt(b.variance), what)
}

func storage(units uint64) workers.Resources { return workers.Resources{StorageBytes: units * unit} }

func cores(n uint64) workers.Resources { return workers.Resources{CpuMillis: n * core} }

func times(n int, r workers.Resources) []workers.Resources {
	return slices.Repeat([]workers.Resources{r}, n)
}
