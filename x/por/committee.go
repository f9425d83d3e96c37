// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"encoding/binary"
	"slices"

	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"
)

// MaxSeats bounds the size of a committee.
const MaxSeats = 31

// Attested says whether a class is measured by committees: those that only a clock near the
// subject can judge.
func (c Class) Attested() bool { return c.Known() && !c.Direct() }

// Quorum is the least number of seats that is more than two thirds of n.
func Quorum(n int) int { return 2*n/3 + 1 }

// Poll is what a committee has found so far.
type Poll struct {
	// Verdict: OK or MISMATCH with a quorum of all seats behind it, else UNKNOWN.
	Verdict Verdict
	// Value that was measured, in the unit of the class; 0 unless OK.
	Value uint64
	// Counts of the reports, void ones left out.
	OK, Mismatch, Unknown int
	// Silent are the seats without a report, and the void ones.
	Silent int
}

// Absent says whether a quorum of the seats attests that the subject did not answer.
func (p Poll) Absent() bool {
	return p.Unknown >= Quorum(p.OK+p.Mismatch+p.Unknown+p.Silent)
}

// Count counts the reports. More than two thirds of all seats, whether they reported or not,
// must agree. The value of OK is the lower median of what the OK seats measured; of bandwidth,
// which the slowest path bounds from below and a liar can only push, it is the second lowest.
// Either lies within the honest values as long as the liars among the OK seats are at most one
// in two for the median, one for the second lowest.
func (c Committee) Count() Poll {
	var (
		p      = Poll{Verdict: VERDICT_UNKNOWN}
		values []uint64
	)
	for i := range c.Seats {
		report := c.Seats[i].Report
		if report == nil || c.Seats[i].Void {
			p.Silent++
			continue
		}
		switch report.Result {
		case VERDICT_OK:
			p.OK++
			values = append(values, report.Value)
		case VERDICT_MISMATCH:
			p.Mismatch++
		default:
			p.Unknown++
		}
	}
	quorum := Quorum(len(c.Seats))
	switch {
	case p.OK >= quorum:
		slices.Sort(values)
		p.Verdict, p.Value = VERDICT_OK, values[decisive(c.Class, len(values))]
	case p.Mismatch >= quorum:
		p.Verdict = VERDICT_MISMATCH
	}
	return p
}

// decisive is the index of the value that counts among n ascending ones.
func decisive(class Class, n int) int {
	if class == CLASS_BANDWIDTH {
		return min(1, n-1)
	}
	return (n - 1) / 2
}

// IsOutlying says whether a report contradicts what the committee agreed on: another verdict, or
// a value that is further from the agreed one than toleranceBps of it. Reports of UNKNOWN never
// do: who could not measure says so.
func (p Poll) IsOutlying(r Report, toleranceBps uint32) bool {
	if p.Verdict == VERDICT_UNKNOWN || r.Result == VERDICT_UNKNOWN {
		return false
	}
	if r.Result != p.Verdict {
		return true
	}
	if p.Verdict != VERDICT_OK {
		return false
	}
	distance := max(r.Value, p.Value) - min(r.Value, p.Value)
	return exceeds(distance, p.Value, toleranceBps)
}

// exceeds says whether distance > value * bps / 10,000, without overflow.
func exceeds(distance, value uint64, bps uint32) bool {
	return greater(distance, basisPoints, value, uint64(bps))
}

// SeatOf returns the index of a verifier's seat, -1 for none.
func (c Committee) SeatOf(verifier string) int {
	return slices.IndexFunc(c.Seats, func(s Seat) bool { return s.Verifier == verifier })
}

// Verifiers lists who sits on it, in the order of the seats.
func (c Committee) Verifiers() []string {
	out := make([]string, len(c.Seats))
	for i := range c.Seats {
		out[i] = c.Seats[i].Verifier
	}
	return out
}

// Accusers lists whose reports of MISMATCH count.
func (c Committee) Accusers() []string {
	var out []string
	for i := range c.Seats {
		if s := c.Seats[i]; s.Report != nil && !s.Void && s.Report.Result == VERDICT_MISMATCH {
			out = append(out, s.Verifier)
		}
	}
	return out
}

// VerdictID names a committee's verdict by all that it rests on, 32 bytes:
//
//	H("openmesh/por/v1/verdict", chain id, class, window, subject, for each seat: its report or nothing)
//
// Class is 4, window 8 bytes, big endian; subject is the bytes of the address. A report is result
// (4 bytes), value (8 bytes) and evidence; a void seat has none.
func (c Committee) VerdictID(chainID string, subject []byte) []byte {
	parts := [][]byte{[]byte(chainID), u32(uint32(c.Class)), u64(c.Window), subject}
	for i := range c.Seats {
		var part []byte
		if r := c.Seats[i].Report; r != nil && !c.Seats[i].Void {
			part = binary.BigEndian.AppendUint32(part, uint32(r.Result))
			part = binary.BigEndian.AppendUint64(part, r.Value)
			part = append(part, r.Evidence...)
		}
		parts = append(parts, part)
	}
	return hash(domainVerdict, parts...)
}

// CommitteeSeed is the seed with which the committee of a subject is drawn in a block with this seed.
// A draw has several rounds where drawn verifiers have to be passed over.
//
//	H("openmesh/por/v1/committee", seed, class, window, subject, round)
func CommitteeSeed(seed []byte, class Class, window uint64, subject []byte, round uint32) []byte {
	return hash(domainCommittee, seed, u32(uint32(class)), u64(window), subject, u32(round))
}

// Validate checks a stored committee (ErrInvalidGenesis).
func (c Committee) Validate(accounts address.Codec) error {
	bad := func(format string, args ...any) error {
		return errors.Wrapf(ErrInvalidGenesis, "committee of %s in window %d of %s: "+format,
			append([]any{c.Subject, c.Window, c.Class}, args...)...)
	}
	if !c.Class.Attested() || c.Window == 0 || c.DrawnHeight < 0 {
		return bad("no such window")
	}
	if err := canonical(accounts, c.Subject); err != nil {
		return bad("%s", err)
	}
	if len(c.Seats) == 0 || len(c.Seats) > MaxSeats {
		return bad("%d seats, must be 1 to %d", len(c.Seats), MaxSeats)
	}
	if err := checkSignerKey(c.SubjectKey); err != nil {
		return bad("subject: %s", err)
	}
	if int(c.Audited) > len(c.Seats) || c.Audited > 0 && c.Seats[c.Audited-1].Report == nil {
		return bad("seat %d is audited", c.Audited)
	}
	for i, s := range c.Seats {
		if err := canonical(accounts, s.Verifier); err != nil {
			return bad("seat %d: %s", i, err)
		}
		if s.Verifier == c.Subject || c.SeatOf(s.Verifier) != i {
			return bad("seat %d: %s measures itself, or twice", i, s.Verifier)
		}
		if err := checkSignerKey(s.PubKey); err != nil {
			return bad("seat %d: %s", i, err)
		}
		if s.Report == nil {
			continue
		}
		if err := s.Report.Validate(); err != nil {
			return bad("seat %d: %s", i, err)
		}
	}
	return nil
}

// Admit checks everything about attestations but their signatures: that they are well-formed, of seats
// that exist, and that no seat comes twice or has spoken.
func (c Committee) Admit(attestations []Attestation) error {
	for i, a := range attestations {
		if err := a.Validate(); err != nil {
			return err
		}
		if int(a.Seat) >= len(c.Seats) {
			return errors.Wrapf(ErrNoSuchSeat, "%d of %d", a.Seat, len(c.Seats))
		}
		if s := c.Seats[a.Seat]; s.Report != nil || s.Void {
			return errors.Wrapf(ErrSeatReported, "seat %d", a.Seat)
		}
		for _, other := range attestations[:i] {
			if other.Seat == a.Seat {
				return errors.Wrapf(ErrSeatReported, "seat %d comes twice", a.Seat)
			}
		}
	}
	return nil
}

// Audit draws the seat that has to show its evidence, counted from 1, with a chance of bps in
// 10,000; 0 for none. Only seats that attest an answer of the subject can be drawn:
//
//	a || b || … = H("openmesh/por/v1/audit", seed, class, window, subject), 8 bytes each, big endian;
//	none unless a mod 10,000 < bps; of n such seats number b mod n, counted from 0
func (c Committee) Audit(seed, subject []byte, bps uint32) uint32 {
	var seats []uint32
	for i := range c.Seats {
		if r := c.Seats[i].Report; r != nil && !c.Seats[i].Void && r.Result != VERDICT_UNKNOWN {
			seats = append(seats, uint32(i))
		}
	}
	coin := hash(domainAudit, seed, u32(uint32(c.Class)), u64(c.Window), subject)
	if len(seats) == 0 || binary.BigEndian.Uint64(coin)%basisPoints >= uint64(bps) {
		return 0
	}
	return seats[binary.BigEndian.Uint64(coin[8:])%uint64(len(seats))] + 1
}
