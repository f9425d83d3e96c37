// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/openmesh-network/openmesh/x/por"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

func (s *porServer) Seats(context.Context, *por.QuerySeatsRequest) (*por.QuerySeatsResponse, error) {
	res := &por.QuerySeatsResponse{}
	if c := s.chain.court; c != nil {
		res.Duties = append(res.Duties, por.SeatDuty{Class: c.Class, Window: c.Window, Subject: c.Subject})
	}
	return res, nil
}

func (s *porServer) Committee(_ context.Context, r *por.QueryCommitteeRequest) (*por.QueryCommitteeResponse, error) {
	for _, c := range []*por.Committee{s.chain.court, s.chain.stands} {
		if c != nil && c.Subject == r.Subject && c.Window == r.Window && c.Class == r.Class {
			return &por.QueryCommitteeResponse{Committee: *c}, nil
		}
	}
	return nil, status.Error(codes.NotFound, "no such committee")
}

func (s *porServer) Window(_ context.Context, r *por.QueryWindowRequest) (*por.QueryWindowResponse, error) {
	return &por.QueryWindowResponse{Window: memoryWindow(r.Number)}, nil
}

func memoryWindow(number uint64) por.Window {
	terms, _ := por.LocalnetParams().Class(por.CLASS_MEMORY)
	w := por.NewWindow(terms, number, 1, 0, bytes.Repeat([]byte{1}, 32), false)
	w.Draw(bytes.Repeat([]byte{2}, 32), 1_000)
	return w
}

// sit seats this Xnode among others in a committee about a subject.
func (c *fakeChain) sit(subject string) *por.Committee {
	court := &por.Committee{Class: por.CLASS_MEMORY, Window: 5, Subject: subject, SubjectKey: make([]byte, 33)}
	for i := range 4 {
		verifier := keys.Generate().Account()
		if i == 1 && subject != c.operator {
			verifier = c.operator
		}
		court.Seats = append(court.Seats, por.Seat{Verifier: verifier, PubKey: bytes.Repeat([]byte{byte(i + 2)}, 33)})
	}
	return court
}

// attested takes attestations as the chain does: none twice. The caller holds the chain.
func (c *fakeChain) attested(msg *por.MsgSubmitVerdict) error {
	court := c.court
	if court == nil {
		court = c.stands
	}
	if err := court.Admit(msg.Attestations); err != nil {
		return err
	}
	for _, a := range msg.Attestations {
		report := a.Report
		court.Seats[a.Seat].Report = &report
		c.said = append(c.said, fmt.Sprintf("attest/%d", a.Seat))
	}
	return nil
}

func attested(c *por.Committee, seats ...uint32) message.Attested {
	out := message.Attested{Class: uint32(c.Class), Window: c.Window, Subject: c.Subject}
	for _, seat := range seats {
		out.Attestations = append(out.Attestations, message.Attestation{
			Seat: seat, Result: 1, Value: 4096, Evidence: make([]byte, 32), Signature: make([]byte, 64),
		})
	}
	return out
}

func TestCommitteesAreToldInPlainValues(t *testing.T) {
	c := newFakeChain(t)
	c.court = c.sit(keys.Generate().Account())
	c.court.Seats[3].Report = &por.Report{Result: por.VERDICT_OK, Value: 1}
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	var book message.CommitteeBook
	for len(book.Seats) == 0 {
		book = r.roll(patience)
	}
	seat := book.Seats[0]
	subject, err := addresses.StringToBytes(c.court.Subject)
	require.NoError(t, err)
	w := memoryWindow(5)
	require.Equal(t, testChain, book.ChainID)
	require.Equal(t, 1, seat.Seat)
	require.Equal(t, subject, seat.SubjectAddress)
	require.Equal(t, w.Challenge(testChain, subject), seat.Challenge)
	require.Equal(t, w.DrawSeed, seat.Draw)
	require.Equal(t, w.RevealDeadline, seat.Until)
	require.Equal(t, w.Terms.Memory.Steps, seat.Terms.Steps)
	require.Len(t, seat.Members, 4)
	require.False(t, seat.Members[1].Reported)
	require.True(t, seat.Members[3].Reported)
	require.Equal(t, "peer-of-"+c.operator, seat.Members[1].Source.PeerID)
}

func TestAttestationsArePostedOnceAndNeverThoseThatTheChainHas(t *testing.T) {
	c := newFakeChain(t)
	c.court = c.sit(keys.Generate().Account())
	c.court.Seats[3].Report = &por.Report{Result: por.VERDICT_OK, Value: 1}
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	r.attest(attested(c.court, 0, 1, 3))
	r.mineUntil("posted", func() bool { return c.count("attest/1") == 1 })
	r.attest(attested(c.court, 0, 1, 2, 3))
	r.mineUntil("the one that is new", func() bool { return c.count("attest/2") == 1 })
	for range 5 {
		r.mine()
	}
	require.Equal(t, []int{1, 1, 1, 0}, []int{c.count("attest/0"), c.count("attest/1"), c.count("attest/2"), c.count("attest/3")})
}

func TestASubjectPostsWhatItWasSent(t *testing.T) {
	c := newFakeChain(t)
	c.stands = c.sit(c.operator)
	c.duties = append(c.duties, por.ProofDuty{Window: memoryWindow(5), Action: por.ACTION_STAND, Until: 1_030, Challenge: make([]byte, 32), Claimed: 9})
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	r.attest(attested(c.stands, 0, 1, 2))
	r.mineUntil("posted", func() bool { return c.count("attest/2") == 1 })
}

func TestAnAuditIsAnsweredAndEquivocationTold(t *testing.T) {
	c := newFakeChain(t)
	c.court = c.sit(keys.Generate().Account())
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	a := attested(c.court, 2, 2).Attestations
	a[1].Value++
	r.doubled(message.Equivocated{Class: uint32(c.court.Class), Window: 5, Subject: c.court.Subject, First: a[0], Second: a[1]})
	r.mineUntil("told", func() bool { return c.count("equivocation") == 1 })
	c.do(func() { c.court.Closed, c.court.Audited = true, 2 })
	r.mine()
	r.evidence(message.StatementShown{Class: uint32(c.court.Class), Window: 5, Subject: c.court.Subject, Seat: 1, Nonce: make([]byte, 32), Body: []byte{1}, Signature: make([]byte, 64)})
	r.mineUntil("shown", func() bool { return c.count("evidence") == 1 })
	for range 3 {
		r.mine()
	}
	require.Equal(t, 1, c.count("evidence"))
}
