// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

const (
	// turnBlocks is how many blocks one seat has to post before the next one may.
	turnBlocks = 3
	// minMargin and maxMargin bound, in blocks, the last part of a window, in which
	// everybody posts what is missing.
	minMargin, maxMargin = 4, 60
	// sayAgain is after how many blocks what the chain does not have is said again.
	sayAgain = 8
)

// key names a committee; subject is the bytes of the operator's address.
type key struct {
	class   uint32
	window  uint64
	subject string
}

func keyOf(c message.Committee) key {
	return key{c.Class, c.Window, string(c.SubjectAddress)}
}

func (k key) String() string { return fmt.Sprintf("%d/%d/%x", k.class, k.window, k.subject) }

// court is a committee and what is known of it here. It has no goroutine and no clock.
type court struct {
	message.Committee

	chainID string
	seen    int64 // height at which the committee was seen first; 0 before the draw
	known   map[uint32]message.Attestation
	void    map[uint32]bool

	settled  int64 // height at which enough was known to post; 0 before
	said     []uint32
	saidAt   int64
	shown    bool
	attempts map[uint32]int       // as the subject: streams of each seat
	rests    map[uint32]time.Time // and until when each lets others go first
}

func newCourt(chainID string, c message.Committee) *court {
	return &court{
		Committee: c, chainID: chainID,
		known: map[uint32]message.Attestation{}, void: map[uint32]bool{}, attempts: map[uint32]int{}, rests: map[uint32]time.Time{},
	}
}

// update takes the committee as the chain has it at height.
func (c *court) update(now message.Committee, height int64) {
	c.Committee = now
	if c.seen == 0 && len(now.Draw) > 0 {
		c.seen = height
	}
}

// place names a seat, for what is signed.
func (c *court) place(seat int) attestation.Place {
	return attestation.Place{
		ChainID: c.chainID, Class: c.Class, Window: c.Window, Challenge: c.Draw,
		Subject: c.SubjectAddress, Seat: uint32(seat), Verifier: c.Members[seat].Address,
	}
}

// memberOf is the seat of a signer's key; -1 for none.
func (c *court) memberOf(pub []byte) int {
	return slices.IndexFunc(c.Members, func(m message.CommitteeMember) bool { return bytes.Equal(m.PubKey, pub) })
}

// accept takes an attestation of a member whose signature it checks. It says
// whether that is new; if the member has signed something else before, it is that.
func (c *court) accept(a message.Attestation) (news bool, other *message.Attestation) {
	if int(a.Seat) >= len(c.Members) || c.void[a.Seat] {
		return false, nil
	}
	before, has := c.known[a.Seat]
	if has && sameReport(before, a) {
		return false, nil
	}
	if !keys.VerifyText(c.Members[a.Seat].PubKey, attestation.SignBytes(c.place(int(a.Seat)), reportOf(a)), a.Signature) {
		return false, nil
	}
	if has {
		c.void[a.Seat] = true
		delete(c.known, a.Seat)
		return true, &before
	}
	c.known[a.Seat] = a
	return true, nil
}

func reportOf(a message.Attestation) attestation.Report {
	return attestation.Report{Result: a.Result, Value: a.Value, Evidence: a.Evidence}
}

func sameReport(a, b message.Attestation) bool {
	return a.Result == b.Result && a.Value == b.Value && bytes.Equal(a.Evidence, b.Evidence)
}

// rest has a seat that held its subject for so long let the others go first: none
// can take more than its part of the window, however slow it makes itself.
func (c *court) rest(seat uint32, took time.Duration, now time.Time) {
	c.rests[seat] = now.Add(took * time.Duration(len(c.Members)))
}

// list is what is known, by ascending seat.
func (c *court) list() []message.Attestation {
	out := make([]message.Attestation, 0, len(c.known))
	for _, a := range c.known {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b message.Attestation) int { return int(a.Seat) - int(b.Seat) })
	return out
}

// missing is what the chain does not have of it.
func (c *court) missing() []message.Attestation {
	return slices.DeleteFunc(c.list(), func(a message.Attestation) bool { return c.Members[a.Seat].Reported })
}

// margin is how many blocks the last part of the window has.
func (c *court) margin() int64 { return min(max((c.Until-c.seen)/6, minMargin), maxMargin) }

// giveUp is the height from which on nothing is measured any more.
func (c *court) giveUp() int64 { return c.Until - 2*c.margin() }

// turn is when this Xnode may post: an order of the seats that follows from the
// draw, the subject after all of them.
func (c *court) turn() int64 {
	n := uint64(len(c.Members))
	if c.Seat < 0 || n == 0 || len(c.Draw) < 8 {
		return int64(n)
	}
	return int64((uint64(c.Seat) + binary.BigEndian.Uint64(c.Draw)) % n)
}

// enough says whether more than two thirds of the seats agree in what is known, or
// all have spoken.
func (c *court) enough() bool {
	counts := map[uint32]int{}
	spoken := len(c.void)
	for _, a := range c.known {
		counts[a.Result]++
	}
	for i, m := range c.Members {
		if _, known := c.known[uint32(i)]; known || m.Reported && !c.void[uint32(i)] {
			spoken++
		}
	}
	if spoken >= len(c.Members) {
		return true
	}
	for _, n := range counts {
		if n >= attestation.Quorum(len(c.Members)) {
			return true
		}
	}
	return false
}

// post is what this Xnode should post at height; nil for nothing.
func (c *court) post(height int64) []message.Attestation {
	if c.Closed || len(c.Members) == 0 || height >= c.Until {
		return nil
	}
	missing := c.missing()
	if len(missing) == 0 {
		return nil
	}
	if c.settled == 0 && c.enough() {
		c.settled = height
	}
	turn, n := c.turn(), int64(len(c.Members))
	mine := slices.ContainsFunc(missing, func(a message.Attestation) bool { return int(a.Seat) == c.Seat })
	switch last := c.Until - c.margin() + turn*(c.margin()-2)/(n+1); {
	case height >= last && (mine || c.settled > 0):
	case c.settled > 0 && height >= c.settled+turn*turnBlocks:
	default:
		return nil
	}
	seats := make([]uint32, len(missing))
	for i, a := range missing {
		seats[i] = a.Seat
	}
	if slices.Equal(seats, c.said) && height < c.saidAt+sayAgain {
		return nil
	}
	c.said, c.saidAt = seats, height
	return missing
}
