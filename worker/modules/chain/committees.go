// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

const (
	// startBlocks is how many blocks after a committee was drawn the measurement
	// begins that its members make at once, and startPause how long after that
	// block's time: everybody has read the book by then.
	startBlocks = 5
	startPause  = 4 * time.Second
)

// judging is the part of the module's state that is about committees.
type judging struct {
	book     message.CommitteeBook
	windows  map[string]por.Window // drawn ones, which do not change
	claims   map[string]uint64     // of subjects, by window
	starts   map[string]time.Time
	done     map[string]bool // committees that ask nothing of anybody any more
	attested map[string]message.Attested
	shown    map[string]message.StatementShown
	doubles  map[string]message.Equivocated
	failure  string // why they could not be read last
}

func newJudging() judging {
	return judging{
		windows: map[string]por.Window{}, claims: map[string]uint64{}, starts: map[string]time.Time{}, done: map[string]bool{},
		attested: map[string]message.Attested{}, shown: map[string]message.StatementShown{}, doubles: map[string]message.Equivocated{},
	}
}

// courtKey names a committee, and what is said about it with a verb before.
func courtKey(class uint32, window uint64, subject string) string {
	return fmt.Sprintf("%d/%d/%s", class, window, subject)
}

func attestKey(court string, seat uint32) string { return fmt.Sprintf("attest/%s/%d", court, seat) }

func showKey(court string) string { return "show/" + court }

func doubleKey(court string, seat uint32) string {
	return fmt.Sprintf("equivocation/%s/%d", court, seat)
}

// readCommittees reads the committees that measure this Xnode, and those that it
// sits on. As with proofs, an answer that is none of ours concerns them alone.
func (m *Module) readCommittees(ctx context.Context, x workers.Xnode, head block, duties []por.ProofDuty) (message.CommitteeBook, error) {
	book := message.CommitteeBook{Height: head.height, Time: head.time, ChainID: m.client.ChainID()}
	if len(m.operator) == 0 {
		return book, nil
	}
	r := courtReader{m: m, client: por.NewQueryClient(m.client), head: head, operator: x.Operator, used: map[string]bool{}}
	err := r.read(ctx, &book, duties)
	switch {
	case err != nil && (isLost(err) || ctx.Err() != nil):
		return book, err
	case err != nil:
		if m.courts.failure != err.Error() {
			m.log.Warn("committees cannot be read", "err", err)
		}
		m.courts.failure = err.Error()
		return m.courts.book, nil
	}
	m.courts.failure = ""
	r.tidy()
	return book, nil
}

// courtReader reads the committees of one height.
type courtReader struct {
	m        *Module
	client   por.QueryClient
	head     block
	operator string
	used     map[string]bool // cached things that were needed
}

func (r *courtReader) read(ctx context.Context, book *message.CommitteeBook, duties []por.ProofDuty) error {
	for _, d := range duties {
		if !d.Window.Class.Attested() {
			continue
		}
		stand := message.Committee{
			Class: uint32(d.Window.Class), Window: d.Window.Number, Subject: r.operator, SubjectAddress: r.m.operator,
			Challenge: d.Challenge, Claimed: d.Claimed, Allocated: d.Allocated, Terms: attestTerms(d.Window.Terms), Seat: -1,
		}
		if d.Action == por.ACTION_STAND {
			c, found, err := r.committee(ctx, d.Window.Class, d.Window.Number, r.operator)
			if err != nil {
				return err
			}
			if found {
				if err := r.fill(ctx, &stand, c, d.Window); err != nil {
					return err
				}
			}
		}
		book.Stands = append(book.Stands, stand)
	}
	seats, err := r.seats(ctx)
	if err != nil {
		return err
	}
	for _, s := range seats {
		key := courtKey(uint32(s.Class), s.Window, s.Subject)
		r.used[key] = true
		if r.m.courts.done[key] {
			continue
		}
		c, found, err := r.seat(ctx, s)
		if err != nil {
			return err
		}
		if !found || c.Closed && c.Audited != uint32(c.Seat)+1 {
			r.m.courts.done[key] = found
			continue
		}
		book.Seats = append(book.Seats, c)
	}
	return nil
}

// seats reads all seats of this Xnode.
func (r *courtReader) seats(ctx context.Context) ([]por.SeatDuty, error) {
	var out []por.SeatDuty
	next := &query.PageRequest{Limit: page}
	for {
		res, err := r.client.Seats(ctx, &por.QuerySeatsRequest{Verifier: r.operator, Pagination: next})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Duties...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return out, nil
		}
		next = &query.PageRequest{Limit: page, Key: res.Pagination.NextKey}
	}
}

func (r *courtReader) committee(ctx context.Context, class por.Class, window uint64, subject string) (por.Committee, bool, error) {
	res, err := r.client.Committee(ctx, &por.QueryCommitteeRequest{Class: class, Window: window, Subject: subject})
	if isNotFound(err) {
		return por.Committee{}, false, nil
	}
	if err != nil {
		return por.Committee{}, false, err
	}
	return res.Committee, true, nil
}

// seat reads a committee on which this Xnode sits.
func (r *courtReader) seat(ctx context.Context, s por.SeatDuty) (message.Committee, bool, error) {
	c, found, err := r.committee(ctx, s.Class, s.Window, s.Subject)
	if err != nil || !found {
		return message.Committee{}, false, err
	}
	w, err := r.window(ctx, s.Class, s.Window)
	if err != nil {
		return message.Committee{}, false, err
	}
	out := message.Committee{Class: uint32(s.Class), Window: s.Window, Subject: s.Subject, Terms: attestTerms(w.Terms), Seat: c.SeatOf(r.operator)}
	if out.Seat < 0 {
		return out, false, nil
	}
	if out.SubjectAddress, err = addresses.StringToBytes(s.Subject); err != nil {
		return out, false, err
	}
	out.Challenge = w.Challenge(r.m.client.ChainID(), out.SubjectAddress)
	if out.Claimed, err = r.claim(ctx, s); err != nil {
		return out, false, err
	}
	return out, true, r.fill(ctx, &out, c, w)
}

// fill fills in what is there since the draw.
func (r *courtReader) fill(ctx context.Context, out *message.Committee, c por.Committee, w por.Window) (err error) {
	out.SubjectKey, out.Draw, out.Until = c.SubjectKey, w.DrawSeed, w.RevealDeadline
	out.Closed, out.Audited = c.Closed, c.Audited
	if out.Source, err = r.m.peer(ctx, c.Subject, r.head.height); err != nil {
		return err
	}
	for _, seat := range c.Seats {
		member := message.CommitteeMember{Operator: seat.Verifier, PubKey: seat.PubKey, Reported: seat.Report != nil || seat.Void}
		if member.Address, err = addresses.StringToBytes(seat.Verifier); err != nil {
			return err
		}
		if member.Source, err = r.m.peer(ctx, seat.Verifier, r.head.height); err != nil {
			return err
		}
		out.Members = append(out.Members, member)
	}
	if c.Class == por.CLASS_BANDWIDTH && !c.Closed {
		out.Start, err = r.start(ctx, c)
	}
	return err
}

// window reads a window that is drawn.
func (r *courtReader) window(ctx context.Context, class por.Class, number uint64) (por.Window, error) {
	key := courtKey(uint32(class), number, "")
	r.used[key] = true
	if w, ok := r.m.courts.windows[key]; ok {
		return w, nil
	}
	res, err := r.client.Window(ctx, &por.QueryWindowRequest{Class: class, Number: number})
	if err != nil {
		return por.Window{}, err
	}
	if len(res.Window.DrawSeed) > 0 {
		r.m.courts.windows[key] = res.Window
	}
	return res.Window, nil
}

// claim is what a subject claims of a class.
func (r *courtReader) claim(ctx context.Context, s por.SeatDuty) (uint64, error) {
	key := courtKey(uint32(s.Class), s.Window, s.Subject)
	r.used[key] = true
	if claimed, ok := r.m.courts.claims[key]; ok {
		return claimed, nil
	}
	res, err := r.client.Capacity(ctx, &por.QueryCapacityRequest{Operator: s.Subject})
	if err != nil && !isNotFound(err) {
		return 0, err
	}
	claimed := uint64(0)
	if err == nil {
		for _, v := range res.Capacities {
			if v.Capacity.Class == s.Class {
				claimed = v.Capacity.Claimed
			}
		}
	}
	r.m.courts.claims[key] = claimed
	return claimed, nil
}

// start is when a measurement begins that all members make at once: some time
// after a block that all of them can read; zero before that block.
func (r *courtReader) start(ctx context.Context, c por.Committee) (time.Time, error) {
	height := c.DrawnHeight + startBlocks
	key := courtKey(uint32(c.Class), c.Window, c.Subject)
	r.used[key] = true
	if start, ok := r.m.courts.starts[key]; ok || height > r.head.height {
		return start, nil
	}
	res, err := cmtservice.NewServiceClient(r.m.client).GetBlockByHeight(ctx, &cmtservice.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return time.Time{}, err
	}
	if res.SdkBlock == nil {
		return time.Time{}, fmt.Errorf("block %d without header", height)
	}
	start := res.SdkBlock.Header.Time.UTC().Add(startPause)
	r.m.courts.starts[key] = start
	return start, nil
}

// tidy forgets what nothing was read of.
func (r *courtReader) tidy() {
	forget(r.m.courts.windows, r.used)
	forget(r.m.courts.claims, r.used)
	forget(r.m.courts.done, r.used)
	for key := range r.m.courts.starts {
		if !r.used[key] {
			delete(r.m.courts.starts, key)
		}
	}
}

func forget[T any](from map[string]T, used map[string]bool) {
	for key := range from {
		if !used[key] {
			delete(from, key)
		}
	}
}

func attestTerms(t por.ClassParams) message.AttestTerms {
	out := message.AttestTerms{Samples: int(t.Samples)}
	if t.Memory != nil {
		out.Rounds, out.Steps, out.Interval = t.Memory.Rounds, t.Memory.Steps, t.Memory.Interval
		out.StepNanos, out.SlackNanos = t.Memory.StepNanos, t.Memory.SlackNanos
	}
	if t.Bandwidth != nil {
		out.MeasureMillis = t.Bandwidth.MeasureMillis
	}
	return out
}

// courtDuties follows from the committees as the chain has them and what was
// attested: one message a committee. Attestations that the chain has are left
// out, or it would refuse all of them.
func (m *Module) courtDuties(height int64) []duty {
	if !m.known() {
		return nil
	}
	var out []duty
	for _, list := range [][]message.Committee{m.courts.book.Stands, m.courts.book.Seats} {
		for _, c := range list {
			key := courtKey(c.Class, c.Window, c.Subject)
			out = append(out, m.attestDuty(c, key, height)...)
			if s, ok := m.courts.shown[key]; ok && c.Audited == s.Seat+1 && m.flights.free(showKey(key), height) {
				out = append(out, duty{msg: showMsg(m.signer.Account(), s), keys: []string{showKey(key)}, until: height + maxWait})
			}
			for seat := range c.Members {
				d, ok := m.courts.doubles[doubleKey(key, uint32(seat))]
				if k := doubleKey(key, uint32(seat)); ok && !c.Closed && height < c.Until && m.flights.free(k, height) {
					out = append(out, duty{msg: doubleMsg(m.signer.Account(), d), keys: []string{k}, until: c.Until})
				}
			}
		}
	}
	return out
}

func (m *Module) attestDuty(c message.Committee, key string, height int64) []duty {
	said, ok := m.courts.attested[key]
	if !ok || c.Closed || height >= c.Until {
		return nil
	}
	msg := &por.MsgSubmitVerdict{Sender: m.signer.Account(), Class: por.Class(c.Class), Window: c.Window, Subject: c.Subject}
	var keys []string
	for _, a := range said.Attestations {
		k := attestKey(key, a.Seat)
		if int(a.Seat) >= len(c.Members) || c.Members[a.Seat].Reported || !m.flights.free(k, height) {
			continue
		}
		keys = append(keys, k)
		msg.Attestations = append(msg.Attestations, toAttestation(a))
	}
	if len(keys) == 0 {
		return nil
	}
	return []duty{{msg: msg, keys: keys, until: c.Until}}
}

// hearAttested, hearShown and hearDouble take what is said with the next poll.
func (m *Module) hearAttested(a message.Attested) {
	m.courts.attested[courtKey(a.Class, a.Window, a.Subject)] = a
}

func (m *Module) hearShown(s message.StatementShown) {
	m.courts.shown[courtKey(s.Class, s.Window, s.Subject)] = s
}

func (m *Module) hearDouble(d message.Equivocated) {
	m.courts.doubles[doubleKey(courtKey(d.Class, d.Window, d.Subject), d.First.Seat)] = d
}

// tidyCommittees forgets what belongs to committees that are over, and marks the
// keys of the others as open.
func (m *Module) tidyCommittees(open map[string]bool) {
	courts := map[string]bool{}
	for _, list := range [][]message.Committee{m.courts.book.Stands, m.courts.book.Seats} {
		for _, c := range list {
			key := courtKey(c.Class, c.Window, c.Subject)
			courts[key], open[showKey(key)] = true, true
			for seat := range c.Members {
				open[attestKey(key, uint32(seat))], open[doubleKey(key, uint32(seat))] = true, true
			}
		}
	}
	forget(m.courts.attested, courts)
	forget(m.courts.shown, courts)
	forget(m.courts.doubles, open)
}

func toAttestation(a message.Attestation) por.Attestation {
	report := por.Report{Result: por.Verdict(a.Result), Value: a.Value, Evidence: a.Evidence}
	return por.Attestation{Seat: a.Seat, Report: report, Signature: a.Signature}
}

func showMsg(sender string, s message.StatementShown) sdk.Msg {
	return &por.MsgShowEvidence{
		Sender: sender, Class: por.Class(s.Class), Window: s.Window, Subject: s.Subject,
		Statement: por.Statement{Seat: s.Seat, Nonce: s.Nonce, Body: s.Body, Signature: s.Signature},
	}
}

func doubleMsg(reporter string, d message.Equivocated) sdk.Msg {
	return &por.MsgReportEquivocation{
		Reporter: reporter, Class: por.Class(d.Class), Window: d.Window, Subject: d.Subject,
		First: toAttestation(d.First), Second: toAttestation(d.Second),
	}
}
