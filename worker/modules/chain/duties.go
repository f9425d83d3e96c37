// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"fmt"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"

	"github.com/openmesh-network/openmesh/worker/message"
)

// maxBatch is how many seats one transaction speaks for, where the chain allows
// as many.
const maxBatch = 50

// What can be said about a seat.
const (
	commit  = "commit"
	reveal  = "reveal"
	decline = "decline"
)

// urgent is how many blocks before its deadline a seat waits for no company.
const urgent = 3

// verbOf is the part of a key that its whole message shares.
func verbOf(key string) string {
	verb, _, _ := strings.Cut(key, "/")
	return verb
}

// keyOf names what is said about a seat, so that it is not said twice at once.
func keyOf(verb string, task uint64) string { return fmt.Sprintf("%s/%d", verb, task) }

// duty is one message to the chain, the keys of what it says, and the last block
// that takes it.
type duty struct {
	msg   sdk.Msg
	keys  []string
	until int64
}

// duties follows from the seats as the chain has them and the verdicts that the
// tasks module has reached: what has to be said now, one message a kind. A kind
// is said once a block, so that what comes up meanwhile shares the next message.
func (m *Module) duties(height int64) []duty {
	if !m.known() {
		return nil
	}
	signer := m.signer.Account()
	commits := &slashingtasks.MsgCommit{Signer: signer}
	reveals := &slashingtasks.MsgReveal{Signer: signer}
	declines := &slashingtasks.MsgDecline{Signer: signer}
	keys := map[string][]string{}
	until := map[string]int64{}
	// take says whether there is a place for the seat, and fills it.
	take := func(verb string, seat message.Seat) bool {
		key := keyOf(verb, seat.TaskID)
		if len(keys[verb]) >= m.batch || !m.flights.free(key, height) {
			return false
		}
		if m.said[verb] == height && seat.Deadline-height > urgent {
			return false
		}
		if keys[verb] == nil || seat.Deadline < until[verb] {
			until[verb] = seat.Deadline
		}
		keys[verb] = append(keys[verb], key)
		return true
	}
	for _, seat := range m.book.Seats {
		v, judged := m.verdicts[seat.TaskID]
		if !judged || height >= seat.Deadline {
			continue // nothing to say, or no block left to say it in
		}
		outcome, err := vote(seat.Program, v.Verdict)
		switch toCommit, toReveal := seat.State == "drawn" && seat.Phase == "committing",
			seat.State == "committed" && seat.Phase == "revealing"; {
		case toCommit && err != nil:
			if take(decline, seat) {
				declines.TaskIds, declines.Reason = append(declines.TaskIds, seat.TaskID), err.Error()
			}
		case toCommit:
			if take(commit, seat) {
				commitment := slashingtasks.Commitment(m.client.ChainID(), seat.TaskID, m.operator, outcome, v.Salt)
				commits.Commits = append(commits.Commits, slashingtasks.CommitItem{TaskId: seat.TaskID, Commitment: commitment})
			}
		case toReveal && err == nil:
			if take(reveal, seat) {
				reveals.Reveals = append(reveals.Reveals, slashingtasks.RevealItem{TaskId: seat.TaskID, Outcome: outcome, Salt: v.Salt})
			}
		}
	}
	var out []duty
	for _, d := range []duty{
		{commits, keys[commit], until[commit]}, {reveals, keys[reveal], until[reveal]}, {declines, keys[decline], until[decline]},
	} {
		if len(d.keys) > 0 {
			out = append(out, d)
		}
	}
	return out
}

// vote is the outcome that a verdict stands for; the error is the reason to
// give the seat back instead.
func vote(p message.Program, v message.Verdict) (slashingtasks.Outcome, error) {
	if v.Declined {
		return slashingtasks.Outcome{}, fmt.Errorf("%s", v.Reason)
	}
	outcome := toOutcome(v.Outcome)
	if outcome.ValidateFor(toProgram(p)) != nil { // a commitment to it could never be revealed
		return slashingtasks.Outcome{}, fmt.Errorf("the outcome %s with %d gas is none that the chain accepts", v.Outcome.Status, v.Outcome.Gas)
	}
	return outcome, nil
}
