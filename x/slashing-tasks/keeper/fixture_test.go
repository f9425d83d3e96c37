// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectestutil "github.com/cosmos/cosmos-sdk/codec/testutil"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/slashing-tasks/keeper"
)

const chainID = "openmesh-test"

func TestMain(m *testing.M) {
	sdk.GetConfig().SetBech32PrefixForAccount("open", "openpub")
	m.Run()
}

// tb is what testing.T and rapid.T have in common.
type tb interface {
	require.TestingT
	Helper()
}

type fixture struct {
	t      tb
	ctx    sdk.Context
	store  storetypes.StoreKey
	k      *keeper.Keeper
	world  *world
	msg    slashingtasks.MsgServer
	query  slashingtasks.QueryServer
	supply math.Int
	events []proto.Message // of the current block and the end of the last
}

func params() slashingtasks.Params {
	p := slashingtasks.DefaultParams()
	p.Tiers = []uint32{3, 7, 15}
	p.CommitWindow, p.RevealWindow, p.ChallengeWindow, p.DrawTimeout = 10, 6, 4, 8
	p.AuditBps, p.Retention = 0, 30
	p.MaxSeatBond = slashingtasks.MaxAmount
	return p
}

var (
	requester  = addr("requester")
	challenger = addr("challenger")
	authority  = addr("authority")
)

func newFixture(t tb, change ...func(*slashingtasks.Params)) *fixture {
	p := params()
	for _, c := range change {
		c(&p)
	}
	if p.SlashDissent && p.AuditBps == 0 {
		p.AuditBps = 1 // what is slashed must be audited: tossed, but hardly ever falling
	}
	f := bareFixture(t)
	f.world.rules.MinDetectionBps = 1
	gs := slashingtasks.NewGenesisState(p)
	require.NoError(t, f.k.InitGenesis(f.ctx, gs))
	f.world.addXnodes(0, 9)
	f.fund(requester, 1_000_000_000)
	f.fund(challenger, 1_000_000_000)
	return f
}

func bareFixture(t tb) *fixture {
	keys := map[string]*storetypes.KVStoreKey{
		slashingtasks.StoreKey: storetypes.NewKVStoreKey(slashingtasks.StoreKey),
		"world":                storetypes.NewKVStoreKey("world"),
	}
	ctx := testutil.DefaultContextWithKeys(keys, nil, nil).
		WithBlockHeight(10).WithChainID(chainID).WithEventManager(sdk.NewEventManager())
	registry := codectestutil.CodecOptions{AccAddressPrefix: "open"}.NewInterfaceRegistry()
	slashingtasks.RegisterInterfaces(registry)
	w := newWorld(runtime.NewKVStoreService(keys["world"]))
	k := keeper.New(codec.NewProtoCodec(registry), runtime.NewKVStoreService(keys[slashingtasks.StoreKey]),
		address.NewBech32Codec("open"), w, w, w, w, w, authority.String())
	return &fixture{
		t: t, ctx: ctx, store: keys[slashingtasks.StoreKey], k: k, world: w, supply: math.ZeroInt(),
		msg: keeper.NewMsgServer(k), query: keeper.NewQueryServer(k),
	}
}

func (f *fixture) fund(a sdk.AccAddress, amount int64) {
	have := f.world.GetBalance(f.ctx, a, denom).Amount
	require.NoError(f.t, f.world.balances.Set(f.ctx, a, have.AddRaw(amount)))
	f.supply = f.supply.AddRaw(amount)
}

func (f *fixture) balance(a sdk.AccAddress) int64 {
	return f.world.GetBalance(f.ctx, a, denom).Amount.Int64()
}

// tx runs a message as baseapp would: what fails leaves nothing.
func (f *fixture) tx(do func(ctx sdk.Context) error) error {
	f.t.Helper()
	ctx, write := f.ctx.CacheContext()
	if err := do(ctx); err != nil {
		return err
	}
	write()
	return nil
}

// end ends the block and begins the next one.
func (f *fixture) end() {
	f.t.Helper()
	f.events = nil
	require.NoError(f.t, f.k.EndBlock(f.ctx))
	f.collect()
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithEventManager(sdk.NewEventManager())
}

func (f *fixture) blocks(n int) {
	f.t.Helper()
	for range n {
		f.end()
	}
}

// until ends blocks until the task is in a phase.
func (f *fixture) until(id uint64, phase slashingtasks.Phase) slashingtasks.Task {
	f.t.Helper()
	for range 200 {
		if task := f.task(id); task.Phase == phase {
			return task
		}
		f.end()
	}
	require.FailNow(f.t, fmt.Sprintf("task %d never was %s: it is %s", id, phase, f.task(id).Phase))
	return slashingtasks.Task{}
}

func (f *fixture) collect() {
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		m, err := sdk.ParseTypedEvent(e)
		require.NoError(f.t, err)
		f.events = append(f.events, m)
	}
}

// said returns the typed events of a kind: of the transactions of this block, or,
// when there are none, of the last one.
func said[T proto.Message](f *fixture) []T {
	var found []T
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		if m, err := sdk.ParseTypedEvent(e); err == nil {
			if m, ok := m.(T); ok {
				found = append(found, m)
			}
		}
	}
	for _, m := range f.events {
		if m, ok := m.(T); ok {
			found = append(found, m)
		}
	}
	return found
}

const cidA, cidB = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

func program() slashingtasks.Program {
	return slashingtasks.Program{ModuleCid: cidA, GasLimit: 1_000_000, MemoryLimit: 1 << 20, OutputLimit: 1 << 10}
}

func (f *fixture) submission(seats uint32) *slashingtasks.MsgSubmitTask {
	p, err := f.k.Params.Get(f.ctx)
	require.NoError(f.t, err)
	terms, err := slashingtasks.NewTerms(p, slashingtasks.Offer{Seats: seats, SeatFee: math.NewInt(2_000), GasPrice: math.NewInt(500)})
	require.NoError(f.t, err)
	return &slashingtasks.MsgSubmitTask{
		Requester: requester.String(), Program: program(), Seats: seats,
		SeatFee: terms.SeatFee, GasPrice: terms.GasPrice,
		MaxFee: sdk.NewCoin(denom, terms.Escrow(program().GasLimit)),
	}
}

func (f *fixture) submit(seats uint32) uint64 {
	f.t.Helper()
	var id uint64
	require.NoError(f.t, f.tx(func(ctx sdk.Context) error {
		res, err := f.msg.SubmitTask(ctx, f.submission(seats))
		if err == nil {
			id = res.TaskId
		}
		return err
	}))
	return id
}

// submitAs submits a task for one seat.
func (f *fixture) submitAs(verify slashingtasks.Verify, change ...func(*slashingtasks.MsgSubmitTask)) uint64 {
	f.t.Helper()
	m := f.submission(3)
	m.Verify, m.Seats = verify, 0
	for _, c := range change {
		c(m)
	}
	quote, err := f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{
		Verify: m.Verify, Seats: m.Seats, GasLimit: m.Program.GasLimit,
		SeatFee: m.SeatFee.String(), GasPrice: m.GasPrice.String(), MinRatingBps: m.MinRatingBps,
	})
	require.NoError(f.t, err)
	m.MaxFee.Amount = quote.MaxFee
	var id uint64
	require.NoError(f.t, f.tx(func(ctx sdk.Context) error {
		res, err := f.msg.SubmitTask(ctx, m)
		if err == nil {
			id = res.TaskId
		}
		return err
	}))
	require.Equal(f.t, quote.MaxFee.String(), f.task(id).Escrow.String(), "a quote is what is escrowed")
	return id
}

// ratings lists what an operator was rated for in a task, each deed as often as it was.
func (f *fixture) ratings(id uint64, operator string) []string {
	var causes []string
	op := sdk.MustAccAddressFromBech32(operator)
	require.NoError(f.t, f.world.rated.Walk(f.ctx, collections.NewPrefixedPairRange[sdk.AccAddress, string](op),
		func(key collections.Pair[sdk.AccAddress, string], n uint32) (bool, error) {
			var subject, cause string
			_, err := fmt.Sscan(key.K2(), &subject, &cause)
			for range n {
				if subject == slashingtasks.Subject(id) {
					causes = append(causes, strings.ToLower(strings.TrimPrefix(cause, "RATING_CAUSE_")))
				}
			}
			return false, err
		}))
	return causes
}

// committing submits a task and waits for its committee.
func (f *fixture) committing(seats uint32) uint64 {
	f.t.Helper()
	id := f.submit(seats)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	return id
}

func (f *fixture) task(id uint64) slashingtasks.Task {
	f.t.Helper()
	task, err := f.k.Task(f.ctx, id)
	require.NoError(f.t, err)
	return task
}

func (f *fixture) seats(id uint64) slashingtasks.Committee {
	f.t.Helper()
	seats, err := f.k.Committee(f.ctx, id)
	require.NoError(f.t, err)
	return seats
}

func good() slashingtasks.Outcome {
	return slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 1_000, OutputRoot: cidA}
}

func bad() slashingtasks.Outcome {
	return slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_EXIT, ExitCode: 1, Gas: 1_000, OutputRoot: cidB}
}

func other() slashingtasks.Outcome {
	return slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_TRAP, Gas: 7}
}

func salt(operator string) []byte {
	sum := sha256.Sum256([]byte(operator))
	return sum[:]
}

func operatorOf(seat slashingtasks.Seat) sdk.AccAddress {
	return sdk.MustAccAddressFromBech32(seat.Operator)
}

func (f *fixture) commitment(seat slashingtasks.Seat, o slashingtasks.Outcome) []byte {
	return slashingtasks.Commitment(chainID, seat.TaskId, operatorOf(seat), o, salt(seat.Operator))
}

func (f *fixture) commit(seat slashingtasks.Seat, o slashingtasks.Outcome) error {
	f.t.Helper()
	return f.tx(func(ctx sdk.Context) error {
		_, err := f.msg.Commit(ctx, &slashingtasks.MsgCommit{
			Signer:  f.world.xnode(operatorOf(seat)).signer().String(),
			Commits: []slashingtasks.CommitItem{{TaskId: seat.TaskId, Commitment: f.commitment(seat, o)}},
		})
		return err
	})
}

func (f *fixture) reveal(seat slashingtasks.Seat, o slashingtasks.Outcome) error {
	f.t.Helper()
	return f.tx(func(ctx sdk.Context) error {
		_, err := f.msg.Reveal(ctx, &slashingtasks.MsgReveal{
			Signer:  f.world.xnode(operatorOf(seat)).signer().String(),
			Reveals: []slashingtasks.RevealItem{{TaskId: seat.TaskId, Outcome: o, Salt: salt(seat.Operator)}},
		})
		return err
	})
}

func (f *fixture) decline(seat slashingtasks.Seat) error {
	f.t.Helper()
	return f.tx(func(ctx sdk.Context) error {
		_, err := f.msg.Decline(ctx, &slashingtasks.MsgDecline{
			Signer:  f.world.xnode(operatorOf(seat)).signer().String(),
			TaskIds: []uint64{seat.TaskId}, Reason: "no source answers",
		})
		return err
	})
}

func (f *fixture) challenge(id uint64) error {
	f.t.Helper()
	return f.tx(func(ctx sdk.Context) error {
		_, err := f.msg.Challenge(ctx, &slashingtasks.MsgChallenge{Challenger: challenger.String(), TaskId: id})
		return err
	})
}

// drawn are the seats that still have to commit.
func (f *fixture) drawn(id uint64) []slashingtasks.Seat {
	var seats []slashingtasks.Seat
	for _, s := range f.seats(id) {
		if s.State == slashingtasks.SEAT_STATE_DRAWN {
			seats = append(seats, s)
		}
	}
	return seats
}

// vote has the drawn seats commit and reveal, in drawing order: the first with
// the first outcome, and so on; the last outcome serves all the rest.
func (f *fixture) vote(id uint64, outcomes ...slashingtasks.Outcome) {
	f.t.Helper()
	of := func(i int) slashingtasks.Outcome { return outcomes[min(i, len(outcomes)-1)] }
	seats := f.drawn(id)
	for i, s := range seats {
		require.NoError(f.t, f.commit(s, of(i)))
	}
	require.Equal(f.t, slashingtasks.PHASE_REVEALING, f.task(id).Phase)
	for i, s := range seats {
		require.NoError(f.t, f.reveal(s, of(i)))
	}
}

// faults lists "kind track" of an operator's faults in a task.
func (f *fixture) faults(id uint64, operator string) []string {
	var kinds []string
	op := sdk.MustAccAddressFromBech32(operator)
	require.NoError(f.t, f.world.faults.Walk(f.ctx, collections.NewPrefixedPairRange[sdk.AccAddress, string](op),
		func(key collections.Pair[sdk.AccAddress, string], _ uint32) (bool, error) {
			var subject, kind, track string
			_, err := fmt.Sscan(key.K2(), &subject, &kind, &track)
			if subject == slashingtasks.Subject(id) {
				kinds = append(kinds, kind+" "+track)
			}
			return false, err
		}))
	return kinds
}

// holds says how many locks and allocations there are.
func (f *fixture) holds() (locks, allocations int) {
	require.NoError(f.t, f.world.locks.Walk(f.ctx, nil, func(collections.Pair[sdk.AccAddress, string], math.Int) (bool, error) {
		locks++
		return false, nil
	}))
	require.NoError(f.t, f.world.taken.Walk(f.ctx, nil, func(collections.Pair[sdk.AccAddress, string], uint64) (bool, error) {
		allocations++
		return false, nil
	}))
	return locks, allocations
}

func (f *fixture) setParams(change func(*slashingtasks.Params)) {
	p, err := f.k.Params.Get(f.ctx)
	require.NoError(f.t, err)
	change(&p)
	_, err = f.msg.UpdateParams(f.ctx, &slashingtasks.MsgUpdateParams{Authority: authority.String(), Params: p})
	require.NoError(f.t, err)
}

func newMeter(limit uint64) storetypes.GasMeter { return storetypes.NewGasMeter(limit) }
