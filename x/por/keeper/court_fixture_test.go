// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/workers"
)

const mib = uint64(1 << 20)

// machine is an Xnode with its keys.
type machine struct {
	operator sdk.AccAddress
	text     string
	key      *secp256k1.PrivKey
}

func (m machine) signer() sdk.AccAddress { return sdk.AccAddress(m.key.PubKey().Address()) }

// courtroom is a chain with machines whose memory is measured by committees.
type courtroom struct {
	*fixture
	v        validator
	machines []machine
}

// courtSetup makes n machines, each with memory, and a class of memory in a mode.
func courtSetup(t *testing.T, n int, mode por.Mode) *courtroom {
	t.Helper()
	c := &courtroom{fixture: setup(t)}
	params := shortParams()
	params.Classes = nil
	for _, class := range por.LocalnetParams().Classes {
		class.Mode = por.MODE_OFF
		if class.Class == por.CLASS_MEMORY {
			class.Mode, class.PeriodBlocks, class.AnswerBlocks, class.RevealBlocks, class.SurpriseIntervalBlocks = mode, 40, 3, 20, 0
		}
		params.Classes = append(params.Classes, class)
	}
	params.DisputeWindowBlocks, params.DisputeTimeoutBlocks = 10, 200
	params.AuditBps = 0
	require.NoError(t, c.k.Params.Set(c.ctx, params))
	c.v = c.contributor(1)
	for i := range n {
		c.add(i)
	}
	return c
}

func (c *courtroom) params(change func(*por.Params)) {
	params, err := c.k.Params.Get(c.ctx)
	require.NoError(c.t, err)
	change(&params)
	require.NoError(c.t, params.Validate())
	require.NoError(c.t, c.k.Params.Set(c.ctx, params))
}

func (c *courtroom) add(i int) {
	sum := sha256.Sum256(fmt.Appendf(nil, "operator %d", i))
	m := machine{operator: sum[:20], key: secp256k1.GenPrivKeyFromSecret(fmt.Appendf(nil, "signer %d", i))}
	var err error
	m.text, err = fakes.AccountCodec.BytesToString(m.operator)
	require.NoError(c.t, err)
	claimed := workers.Resources{MemoryBytes: 64 * mib}
	c.workers.MustPut(workers.Xnode{
		Operator: m.text, SignerPubKey: m.key.PubKey().Bytes(), Card: workers.Card{Claimed: claimed},
		Status: workers.XNODE_STATUS_ACTIVE, Online: true,
	})
	require.NoError(c.t, c.k.AfterXnodeClaimed(c.ctx, m.operator, claimed))
	require.NoError(c.t, c.k.AfterXnodeOnline(c.ctx, m.operator, true))
	c.bank.Fund(m.operator, 100_000_000)
	c.machines = append(c.machines, m)
}

// turn runs a whole block.
func (c *courtroom) turn() {
	c.block(c.v, true)
	require.NoError(c.t, c.k.DrawCommittees(c.ctx))
	require.NoError(c.t, c.k.EndBlock(c.ctx))
	require.NoError(c.t, c.k.SettleCharges(c.ctx))
	require.NoError(c.t, c.k.CheckInvariants(c.ctx))
}

// window returns the newest window of memory; one without number if there is none.
func (c *courtroom) window() por.Window {
	s, err := c.k.Schedules.Get(c.ctx, uint32(por.CLASS_MEMORY))
	if err != nil || s.Windows == 0 {
		return por.Window{}
	}
	w, err := c.k.Windows.Get(c.ctx, collections.Join(uint32(por.CLASS_MEMORY), s.Windows))
	require.NoError(c.t, err)
	return w
}

// until runs blocks until the newest window is number or later, and in a phase, its draws over.
func (c *courtroom) until(number uint64, phase por.Phase) por.Window {
	c.t.Helper()
	for range 500 {
		w := c.window()
		drawing := false
		require.NoError(c.t, c.k.DrawCursors.Walk(c.ctx, nil, func(collections.Pair[uint32, uint64], sdk.AccAddress) (bool, error) {
			drawing = true
			return true, nil
		}))
		if w.Number >= number && w.Phase == phase && !drawing {
			return w
		}
		c.turn()
	}
	require.FailNow(c.t, "it never comes", "window %d, %s", number, phase)
	return por.Window{}
}

// tx runs something as a transaction: what fails leaves nothing.
func (c *courtroom) tx(run func(ctx context.Context) error) error {
	c.ctx = c.ctx.WithEventManager(sdk.NewEventManager())
	cached, write := c.ctx.CacheContext()
	restore := c.bank.Snapshot()
	if err := run(cached); err != nil {
		restore()
		return err
	}
	write()
	return nil
}

func (c *courtroom) machine(text string) machine {
	for _, m := range c.machines {
		if m.text == text {
			return m
		}
	}
	require.FailNow(c.t, "unknown machine", text)
	return machine{}
}

func (c *courtroom) committee(window uint64, subject machine) por.Committee {
	c.t.Helper()
	committee, err := c.k.Committee(c.ctx, por.CLASS_MEMORY, window, subject.operator)
	require.NoError(c.t, err)
	return committee
}

func (c *courtroom) place(w por.Window, subject machine, seat int, verifier machine) por.Place {
	return por.Place{
		ChainID: chainID, Class: w.Class, Window: w.Number, Challenge: w.DrawSeed,
		Subject: subject.operator, Seat: uint32(seat), Verifier: verifier.operator,
	}
}

// statement is the subject's signed answer to a seat.
func (c *courtroom) statement(w por.Window, subject machine, seat int, verifier machine) por.Statement {
	s := por.Statement{Seat: uint32(seat), Nonce: make([]byte, 32), Body: []byte("what the subject answered")}
	signature, err := subject.key.Sign(por.StatementSignBytes(c.place(w, subject, seat, verifier), s.Nonce, s.Body))
	require.NoError(c.t, err)
	s.Signature = signature
	return s
}

// attest is what the verifier of a seat signs about its subject.
func (c *courtroom) attest(w por.Window, subject machine, seat int, result por.Verdict, value uint64) por.Attestation {
	verifier := c.machine(c.committee(w.Number, subject).Seats[seat].Verifier)
	at := c.place(w, subject, seat, verifier)
	s := c.statement(w, subject, seat, verifier)
	a := por.Attestation{Seat: uint32(seat), Report: por.Report{Result: result, Value: value, Evidence: s.ID(at)}}
	signature, err := verifier.key.Sign(por.AttestationSignBytes(at, a.Report))
	require.NoError(c.t, err)
	a.Signature = signature
	return a
}

func (c *courtroom) submit(w por.Window, sender string, subject machine, attestations ...por.Attestation) (*por.MsgSubmitVerdictResponse, error) {
	var res *por.MsgSubmitVerdictResponse
	err := c.tx(func(ctx context.Context) (err error) {
		res, err = c.msgs.SubmitVerdict(ctx, &por.MsgSubmitVerdict{
			Sender: sender, Class: w.Class, Window: w.Number, Subject: subject.text, Attestations: attestations,
		})
		return err
	})
	return res, err
}

// verdict has all seats of a subject attest the same.
func (c *courtroom) verdict(w por.Window, subject machine, result por.Verdict, value uint64) {
	c.t.Helper()
	var all []por.Attestation
	for seat := range c.committee(w.Number, subject).Seats {
		all = append(all, c.attest(w, subject, seat, result, value))
	}
	_, err := c.submit(w, subject.text, subject, all...)
	require.NoError(c.t, err)
}

func (c *courtroom) measurement(w por.Window, m machine) por.Measurement {
	c.t.Helper()
	found, err := c.k.Measurements.Get(c.ctx, collections.Join3(uint32(w.Class), w.Number, m.operator))
	require.NoError(c.t, err)
	return found
}

func (c *courtroom) capacity(m machine) por.Capacity {
	c.t.Helper()
	capacity, err := c.k.Capacities.Get(c.ctx, collections.Join(m.operator, uint32(por.CLASS_MEMORY)))
	require.NoError(c.t, err)
	return capacity
}

func (c *courtroom) score(m machine) por.VerifierScore {
	c.t.Helper()
	score, err := c.k.VerifierScore(c.ctx, m.operator)
	require.NoError(c.t, err)
	return score
}

func (c *courtroom) dispute(w por.Window, m machine) error {
	return c.tx(func(ctx context.Context) error {
		_, err := c.msgs.DisputeVerdict(ctx, &por.MsgDisputeVerdict{Subject: m.text, Class: w.Class, Window: w.Number})
		return err
	})
}

func (c *courtroom) text(addr sdk.AccAddress) string {
	text, err := fakes.AccountCodec.BytesToString(addr)
	require.NoError(c.t, err)
	return text
}

func (c *courtroom) balance(m machine) int64 {
	return c.bank.GetBalance(c.ctx, m.operator, "uopen").Amount.Int64()
}

// faults lists "subject kind" of all faults.
func (c *courtroom) faults() []string {
	var all []string
	for _, f := range c.bonds.Faults {
		all = append(all, f.Subject+" "+f.Kind)
	}
	return all
}

func (c *courtroom) held() math.Int {
	held, err := c.k.HeldDeposits(c.ctx)
	require.NoError(c.t, err)
	return held
}
