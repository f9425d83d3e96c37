// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"

	"github.com/openmesh-network/openmesh/worker/message"
)

func taskOf(t message.Task) *apiv1.Task {
	out := &apiv1.Task{
		Id: t.ID, Requester: t.Requester, ModuleCid: t.Program.ModuleCID, Phase: t.Phase, Reason: t.Reason,
		Stage: t.Stage, Seats: t.Seats, Quorum: t.Quorum, Redraws: t.Redraws, Escrow: t.Escrow, Paid: t.Paid,
		SubmittedHeight: t.SubmittedHeight, DrawnHeight: t.DrawnHeight, FinishedHeight: t.FinishedHeight,
		Deadline: t.Deadline, Height: t.ReadHeight, Outcome: outcomeOf(t.Outcome, t.HasOutcome),
		Verify: t.Offer.Verify, SeatFee: t.Offer.SeatFee, GasPrice: t.Offer.GasPrice, MinRatingBps: t.Offer.MinRatingBps,
		GasLimit: t.Program.GasLimit, DetwasmVersion: t.Program.DetwasmVersion,
	}
	for _, in := range t.Program.Inputs {
		out.Inputs = append(out.Inputs, &apiv1.InputFile{Name: in.Name, Cid: in.CID})
	}
	for _, s := range t.Committee {
		out.Committee = append(out.Committee, &apiv1.Seat{
			Operator: s.Operator, Stage: s.Stage, Index: s.Index, State: s.State, DrawnHeight: s.DrawnHeight,
			Paid: s.Paid, Outcome: outcomeOf(s.Outcome, s.HasOutcome),
		})
	}
	return out
}

func outcomeOf(o message.Outcome, set bool) *apiv1.Outcome {
	if !set {
		return nil
	}
	return &apiv1.Outcome{Status: o.Status, ExitCode: o.ExitCode, Gas: o.Gas, OutputRoot: o.OutputRoot}
}
