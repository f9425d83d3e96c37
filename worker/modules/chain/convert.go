// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"fmt"
	"strings"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"

	"github.com/openmesh-network/openmesh/worker/message"
)

// The chain's enums are spoken in lower case and without their prefix.

func phaseName(p slashingtasks.Phase) string { return enumName(p.String(), "PHASE_") }

func seatStateName(s slashingtasks.SeatState) string { return enumName(s.String(), "SEAT_STATE_") }

func enumName(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

// toVerify knows the names of Offer.Verify.
func toVerify(name string) (slashingtasks.Verify, error) {
	if name == "" {
		return slashingtasks.VERIFY_COMMITTEE, nil
	}
	v, found := slashingtasks.Verify_value["VERIFY_"+strings.ToUpper(name)]
	if !found || v == 0 {
		return 0, fmt.Errorf("verify is %q: committee, sample or none", name)
	}
	return slashingtasks.Verify(v), nil
}

// toOutcome leaves a status that the chain does not know unspecified.
func toOutcome(o message.Outcome) slashingtasks.Outcome {
	return slashingtasks.Outcome{
		Status:     slashingtasks.OutcomeStatus(slashingtasks.OutcomeStatus_value["OUTCOME_STATUS_"+strings.ToUpper(o.Status)]),
		ExitCode:   o.ExitCode,
		Gas:        o.Gas,
		OutputRoot: o.OutputRoot,
	}
}

func fromOutcome(o *slashingtasks.Outcome) (message.Outcome, bool) {
	if o == nil {
		return message.Outcome{}, false
	}
	return message.Outcome{
		Status:     enumName(o.Status.String(), "OUTCOME_STATUS_"),
		ExitCode:   o.ExitCode,
		Gas:        o.Gas,
		OutputRoot: o.OutputRoot,
	}, true
}

func toProgram(p message.Program) slashingtasks.Program {
	out := slashingtasks.Program{
		ModuleCid:   p.ModuleCID,
		Args:        p.Args,
		Env:         p.Env,
		StdinCid:    p.StdinCID,
		GasLimit:    p.GasLimit,
		MemoryLimit: p.MemoryLimit,
		OutputLimit: p.OutputLimit,

		DetwasmVersion: p.DetwasmVersion,
	}
	for _, in := range p.Inputs {
		out.Inputs = append(out.Inputs, slashingtasks.Input{Name: in.Name, Cid: in.CID})
	}
	return out
}

func fromProgram(p slashingtasks.Program) message.Program {
	out := message.Program{
		ModuleCID:   p.ModuleCid,
		Args:        p.Args,
		Env:         p.Env,
		StdinCID:    p.StdinCid,
		GasLimit:    p.GasLimit,
		MemoryLimit: p.MemoryLimit,
		OutputLimit: p.OutputLimit,

		DetwasmVersion: p.DetwasmVersion,
	}
	for _, in := range p.Inputs {
		out.Inputs = append(out.Inputs, message.InputFile{Name: in.Name, CID: in.Cid})
	}
	return out
}

// sources groups multiaddrs that end in /p2p/<peer id> by peer, in their order.
func sources(endpoints []string) []message.Source {
	var out []message.Source
	at := map[string]int{}
	for _, e := range endpoints {
		cut := strings.LastIndex(e, "/p2p/")
		if cut < 0 {
			continue
		}
		id := e[cut+len("/p2p/"):]
		i, seen := at[id]
		if !seen {
			i = len(out)
			at[id] = i
			out = append(out, message.Source{PeerID: id})
		}
		out[i].Addrs = append(out[i].Addrs, e[:cut])
	}
	return out
}

// fromOpenSeat leaves out the peers, whose addresses are read one by one.
func fromOpenSeat(o slashingtasks.OpenSeat) message.Seat {
	endpoints := make([]string, 0, len(o.Task.Sources))
	for _, s := range o.Task.Sources {
		endpoints = append(endpoints, s.Address)
	}
	return message.Seat{
		TaskID:   o.Seat.TaskId,
		Operator: o.Seat.Operator,
		Index:    o.Seat.Index,
		State:    seatStateName(o.Seat.State),
		Phase:    phaseName(o.Task.Phase),
		Deadline: o.Task.Deadline,
		Program:  fromProgram(o.Task.Program),
		Origins:  sources(endpoints),
	}
}

func fromTask(t slashingtasks.Task, seats []slashingtasks.Seat) message.Task {
	out := message.Task{
		ID:              t.Id,
		Requester:       t.Requester,
		Program:         fromProgram(t.Program),
		Phase:           phaseName(t.Phase),
		Stage:           t.Stage,
		Seats:           t.Seats,
		Quorum:          slashingtasks.Quorum(t.Seats),
		Redraws:         t.Redraws,
		Escrow:          t.Escrow.String(),
		Paid:            t.Paid.String(),
		SubmittedHeight: t.SubmittedHeight,
		DrawnHeight:     t.DrawnHeight,
		FinishedHeight:  t.FinishedHeight,
		Deadline:        t.Deadline,
		Offer: message.Offer{
			Verify:       enumName(t.Terms.Verify.String(), "VERIFY_"),
			SeatFee:      t.Terms.SeatFee.String(),
			GasPrice:     t.Terms.GasPrice.String(),
			MinRatingBps: t.Terms.MinRatingBps,
		},
	}
	if len(t.Terms.Ladder) > 0 {
		out.Offer.Seats = t.Terms.Ladder[0]
	}
	if t.Reason != slashingtasks.CLOSE_REASON_UNSPECIFIED {
		out.Reason = enumName(t.Reason.String(), "CLOSE_REASON_")
	}
	out.Outcome, out.HasOutcome = fromOutcome(t.Outcome)
	for _, s := range seats {
		seat := message.TaskSeat{
			Operator:    s.Operator,
			Stage:       s.Stage,
			Index:       s.Index,
			State:       seatStateName(s.State),
			DrawnHeight: s.DrawnHeight,
			Paid:        s.Paid.String(),
		}
		seat.Outcome, seat.HasOutcome = fromOutcome(s.Outcome)
		out.Committee = append(out.Committee, seat)
	}
	return out
}
