// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/testutil/testapp"
	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

const denom = "uopen"

// mesh is the whole chain with Xnodes whose operators and signers are accounts.
type mesh struct {
	*testapp.TestApp
	t       *testing.T
	signers map[string]testapp.Account // by operator
	user    testapp.Account
}

func newMesh(t *testing.T, xnodes int, change func(*slashingtasks.Params)) *mesh {
	t.Helper()
	p := slashingtasks.DefaultParams()
	p.AuditBps, p.CommitWindow, p.RevealWindow, p.ChallengeWindow = 0, 8, 6, 3
	change(&p)
	m := &mesh{t: t, signers: map[string]testapp.Account{}}
	m.TestApp = testapp.New(t, testapp.WithAccounts(1+2*xnodes), withParams(testapp.WithGenesis, p))
	m.user = m.Accounts[0]
	submit := func(from testapp.Account, msg sdk.Msg) {
		res := m.Submit(m.Sign(testapp.Tx{From: from, Msgs: []sdk.Msg{msg}}))
		require.True(t, res.IsOK(), res.Log)
	}
	for i := range xnodes {
		operator, signer := m.Accounts[1+i], m.Accounts[1+xnodes+i]
		m.signers[operator.String()] = signer
		submit(operator, &stakingext.MsgBond{Operator: operator.String(), Amount: sdk.NewInt64Coin(denom, 200_000_000)})
	}
	m.accepted()
	for i := range xnodes {
		operator := m.Accounts[1+i]
		signer := m.signers[operator.String()]
		proof, err := signer.Key.Sign(workers.PossessionSignBytes(m.ChainID(), operator.Addr))
		require.NoError(t, err)
		submit(operator, &workers.MsgRegisterXnode{
			Operator: operator.String(), SignerPubKey: signer.Key.PubKey().Bytes(), Possession: proof,
			Card: workers.Card{
				Claimed: workers.Resources{CpuMillis: 4_000, MemoryBytes: 1 << 32},
				Prices:  workers.Prices{GasPrice: math.NewInt(1), SeatFee: math.NewInt(1)},
			},
		})
	}
	m.accepted()
	for i := range xnodes {
		signer := m.signers[m.Accounts[1+i].String()]
		submit(signer, &workers.MsgHeartbeat{Signer: signer.String(), Instance: bytes.Repeat([]byte{byte(i + 1)}, 8)})
	}
	m.accepted()
	return m
}

// withParams begins the chain with the module's parameters, and takes Xnodes at
// their word: nobody proves anything here. S is the application's name for the
// modules' states, which only the application knows.
func withParams[S ~map[string]json.RawMessage](
	genesis func(func(codec.JSONCodec, S) error) testapp.Option, p slashingtasks.Params,
) testapp.Option {
	return genesis(func(cdc codec.JSONCodec, state S) error {
		state[slashingtasks.ModuleName] = cdc.MustMarshalJSON(slashingtasks.NewGenesisState(p))
		var proofs por.GenesisState
		cdc.MustUnmarshalJSON(state[por.ModuleName], &proofs)
		proofs.Params.Classes = nil
		state[por.ModuleName] = cdc.MustMarshalJSON(&proofs)
		return nil
	})
}

// accepted runs a block in which nothing may fail.
func (m *mesh) accepted() {
	m.t.Helper()
	for _, res := range m.NextBlock().Results {
		require.True(m.t, res.IsOK(), res.Log)
	}
}

func (m *mesh) task(id uint64) slashingtasks.Task {
	m.t.Helper()
	task, err := m.Keepers().SlashingTasks.Task(m.Ctx(), id)
	require.NoError(m.t, err)
	return task
}

func (m *mesh) seats(id uint64) slashingtasks.Committee {
	m.t.Helper()
	seats, err := m.Keepers().SlashingTasks.Committee(m.Ctx(), id)
	require.NoError(m.t, err)
	return seats
}

func (m *mesh) until(id uint64, phase slashingtasks.Phase) slashingtasks.Task {
	m.t.Helper()
	m.RunUntil(60, func(sdk.Context) bool { return m.task(id).Phase == phase })
	return m.task(id)
}

func (m *mesh) submitTask(seats uint32) {
	m.t.Helper()
	p, err := m.Keepers().SlashingTasks.Params.Get(m.Ctx())
	require.NoError(m.t, err)
	terms, err := slashingtasks.NewTerms(p, slashingtasks.Offer{Seats: seats, SeatFee: p.MinSeatFee, GasPrice: p.MinGasPrice})
	require.NoError(m.t, err)
	m.MustDeliver(m.user, &slashingtasks.MsgSubmitTask{
		Requester: m.user.String(), Seats: seats, SeatFee: terms.SeatFee, GasPrice: terms.GasPrice,
		Program: slashingtasks.Program{
			ModuleCid: "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
			GasLimit:  1_000_000_000, MemoryLimit: 1 << 26, OutputLimit: 1 << 20,
		},
		MaxFee: sdk.NewCoin(denom, terms.Escrow(1_000_000_000)),
	})
}

func outcome(exit uint32) slashingtasks.Outcome {
	if exit == 0 {
		return slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 5_000_000}
	}
	return slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_EXIT, ExitCode: exit, Gas: 5_000_000}
}

var salt = bytes.Repeat([]byte{7}, slashingtasks.SaltSize)

// commit has the drawn seats commit, the i-th to an exit code of exits[i], or 0.
// A negative one stays silent.
func (m *mesh) commit(id uint64, exits ...int) {
	m.t.Helper()
	i := 0
	for _, seat := range m.seats(id) {
		if seat.State != slashingtasks.SEAT_STATE_DRAWN {
			continue
		}
		exit := 0
		if i < len(exits) {
			exit = exits[i]
		}
		i++
		if exit < 0 {
			continue
		}
		signer := m.signers[seat.Operator]
		operator := sdk.MustAccAddressFromBech32(seat.Operator)
		c := slashingtasks.Commitment(m.ChainID(), id, operator, outcome(uint32(exit)), salt)
		res := m.Submit(m.Sign(testapp.Tx{From: signer, Msgs: []sdk.Msg{&slashingtasks.MsgCommit{
			Signer: signer.String(), Commits: []slashingtasks.CommitItem{{TaskId: id, Commitment: c}},
		}}}))
		require.True(m.t, res.IsOK(), res.Log)
	}
	m.accepted()
}

// reveal has every committed seat reveal whichever outcome opens its commitment.
func (m *mesh) reveal(id uint64) {
	m.t.Helper()
	for _, seat := range m.seats(id) {
		if seat.State != slashingtasks.SEAT_STATE_COMMITTED {
			continue
		}
		signer := m.signers[seat.Operator]
		operator := sdk.MustAccAddressFromBech32(seat.Operator)
		for exit := range uint32(3) {
			if !bytes.Equal(seat.Commitment, slashingtasks.Commitment(m.ChainID(), id, operator, outcome(exit), salt)) {
				continue
			}
			res := m.Submit(m.Sign(testapp.Tx{From: signer, Msgs: []sdk.Msg{&slashingtasks.MsgReveal{
				Signer:  signer.String(),
				Reveals: []slashingtasks.RevealItem{{TaskId: id, Outcome: outcome(exit), Salt: salt}},
			}}}))
			require.True(m.t, res.IsOK(), res.Log)
		}
	}
	m.accepted()
}

func (m *mesh) bond(operator string) stakingext.Bond {
	m.t.Helper()
	bond, err := m.Keepers().StakingExt.BondOf(m.Ctx(), sdk.MustAccAddressFromBech32(operator))
	require.NoError(m.t, err)
	return bond
}

// The whole chain, beacon and all, beside its shadows (testapp): a committee is
// drawn, votes, is paid, and nothing stays locked.
func TestOnTheWholeChainACommitteeIsDrawnVotesAndIsPaid(t *testing.T) {
	m := newMesh(t, 9, func(*slashingtasks.Params) {})
	before := m.Keepers().Bank.GetBalance(m.Ctx(), m.user.Addr, denom).Amount
	m.submitTask(7)
	m.until(1, slashingtasks.PHASE_COMMITTING)
	require.Len(t, m.seats(1), 7)
	for _, seat := range m.seats(1) {
		require.Equal(t, "1000000", m.bond(seat.Operator).Locked.String())
	}
	m.commit(1)
	require.Equal(t, slashingtasks.PHASE_REVEALING, m.task(1).Phase)
	m.reveal(1)
	task := m.until(1, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, outcome(0), *task.Outcome)
	require.EqualValues(t, 7*(1_000+5), task.Paid.Int64())
	require.Equal(t, before.SubRaw(7_035), m.Keepers().Bank.GetBalance(m.Ctx(), m.user.Addr, denom).Amount)
	for _, seat := range m.seats(1) {
		require.Zero(t, m.bond(seat.Operator).LockCount)
		x, err := m.Keepers().Workers.Xnode(m.Ctx(), sdk.MustAccAddressFromBech32(seat.Operator))
		require.NoError(t, err)
		require.True(t, x.Allocated.IsZero())
		require.EqualValues(t, 5_100, x.Rating, "2% of the way from 5,000 to 10,000")
	}
}

func TestOnTheWholeChainALiarIsSlashedASleeperPaysLittleAndTheResultIsRight(t *testing.T) {
	m := newMesh(t, 9, func(p *slashingtasks.Params) { p.SlashDissent, p.AuditBps = true, 500 })
	m.submitTask(3)
	m.until(1, slashingtasks.PHASE_COMMITTING)
	liar, sleeper := m.seats(1)[0].Operator, m.seats(1)[1].Operator
	m.commit(1, 2, -1)
	m.RunUntil(30, func(sdk.Context) bool { return len(m.seats(1)) == 4 })
	m.commit(1)
	m.reveal(1)
	m.RunUntil(30, func(sdk.Context) bool { return m.task(1).Stage == 1 })
	m.until(1, slashingtasks.PHASE_COMMITTING)
	m.commit(1)
	m.reveal(1)
	task := m.until(1, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, outcome(0), *task.Outcome)
	lost := func(operator string) int64 { return 200_000_000 - m.bond(operator).Amount.Int64() }
	require.EqualValues(t, 10_000_000, lost(liar), "5% for wrong data")
	require.EqualValues(t, 100_000, lost(sleeper), "0.05% for being offline")
	toUser := func(operator, kind string) int64 {
		fault, err := m.Keepers().StakingExt.Faults.Get(m.Ctx(), collections.Join3(
			sdk.MustAccAddressFromBech32(operator), slashingtasks.Subject(1), kind))
		require.NoError(t, err)
		return fault.ToHarmed.Int64()
	}
	require.EqualValues(t, 2_000_000, toUser(liar, slashingtasks.KindDissent), "a fifth, to whom it lied")
	require.Zero(t, toUser(sleeper, slashingtasks.KindNoCommit))
	rating := func(operator string) uint32 {
		x, err := m.Keepers().Workers.Xnode(m.Ctx(), sdk.MustAccAddressFromBech32(operator))
		require.NoError(t, err)
		return x.Rating
	}
	require.EqualValues(t, 2_500, rating(liar), "half of it for a wrong result")
	require.EqualValues(t, 4_500, rating(sleeper), "a tenth of it for none in time")
	require.Equal(t, stakingext.StatusJailed, m.bond(liar).Status)
	require.Equal(t, stakingext.StatusActive, m.bond(sleeper).Status)
}

func TestOnTheWholeChainAnEquivocatorIsTombstoned(t *testing.T) {
	m := newMesh(t, 5, func(*slashingtasks.Params) {})
	m.submitTask(3)
	m.until(1, slashingtasks.PHASE_COMMITTING)
	seat := m.seats(1)[0]
	operator := sdk.MustAccAddressFromBech32(seat.Operator)
	state := func(fill byte) slashingtasks.SignedCommit {
		c := bytes.Repeat([]byte{fill}, 32)
		sig, err := m.signers[seat.Operator].Key.Sign(slashingtasks.CommitSignBytes(m.ChainID(), 1, operator, c))
		require.NoError(t, err)
		return slashingtasks.SignedCommit{TaskId: 1, Operator: seat.Operator, Commitment: c, Signature: sig}
	}
	report := &slashingtasks.MsgReportEquivocation{Reporter: m.user.String(), First: state(1), Second: state(2)}
	m.MustDeliver(m.user, report)
	require.Equal(t, stakingext.StatusTombstoned, m.bond(seat.Operator).Status)
	require.True(t, m.bond(seat.Operator).Amount.LT(math.NewInt(200_000_000)))
	m.Refuse(slashingtasks.ErrAlreadyReported, m.user, report)
	m.RunUntil(30, func(sdk.Context) bool { return len(m.seats(1)) == 4 })
}
