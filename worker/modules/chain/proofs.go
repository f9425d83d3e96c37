// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"fmt"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

// capacityEvery is the age in blocks at which what proofs have led to is read
// again. What they ask for is read with each block.
const capacityEvery = 5

// proving is the part of the module's state that is about proofs.
type proving struct {
	params  por.Params
	book    message.ProofBook
	classes []message.ProofClass
	read    int64 // height of classes
	answers map[string]answer
	duties  []por.ProofDuty // as the chain has them
	failure string          // why they could not be read last
	pace    time.Duration   // a block's time, as seen lately
}

// answer is what is to be said about a window.
type answer struct {
	message.ProofAnswer

	seen int64 // height at which it was last asked for
}

// proofKey names what is said about a window, so that it is not said twice at once.
func proofKey(action, class string, window uint64) string {
	return fmt.Sprintf("%s/%s/%d", action, class, window)
}

// readProofs reads what this Xnode has to prove. An answer of the node that is
// none of ours concerns proofs alone: seats are served on, and the newest book holds.
func (m *Module) readProofs(ctx context.Context, x workers.Xnode, head block) (message.ProofBook, error) {
	book := message.ProofBook{Height: head.height, Time: head.time, ChainID: m.client.ChainID()}
	if len(m.operator) == 0 {
		return book, nil
	}
	book.Operator = slices.Clone(m.operator)
	client := por.NewQueryClient(m.client)
	res, err := client.Duties(ctx, &por.QueryDutiesRequest{Operator: x.Operator})
	if err == nil && (m.proofs.read == 0 || head.height-m.proofs.read >= capacityEvery || len(res.Duties) != len(m.proofs.book.Duties)) {
		err = m.readClasses(ctx, client, x.Operator, head)
	}
	switch {
	case err != nil && (isLost(err) || ctx.Err() != nil):
		return book, err
	case err != nil:
		if m.proofs.failure != err.Error() {
			m.log.Warn("what is to be proven cannot be read", "err", err)
		}
		m.proofs.failure = err.Error()
		return m.proofs.book, nil
	}
	m.proofs.failure, book.BlockTime, m.proofs.duties = "", m.paceAt(head), res.Duties
	for _, c := range m.proofs.classes {
		c.Allocated = classOf(c.Class).Of(x.Allocated)
		book.Classes = append(book.Classes, c)
	}
	if terms, on := m.proofs.params.Class(por.CLASS_STORAGE); on && terms.Storage != nil {
		book.Plot = plotTerms(*terms.Storage)
	}
	for _, d := range res.Duties {
		book.Duties = append(book.Duties, fromDuty(d))
	}
	return book, nil
}

func (m *Module) readClasses(ctx context.Context, client por.QueryClient, operator string, head block) error {
	params, err := client.Params(ctx, &por.QueryParamsRequest{})
	if err != nil {
		return err
	}
	capacities, err := client.Capacity(ctx, &por.QueryCapacityRequest{Operator: operator})
	if err != nil {
		return err
	}
	windows, err := client.Windows(ctx, &por.QueryWindowsRequest{})
	if err != nil {
		return err
	}
	next := map[por.Class]int64{}
	for _, s := range windows.Schedules {
		next[s.Class] = s.DueHeight
	}
	m.proofs.classes = nil
	for _, v := range capacities.Capacities {
		m.proofs.classes = append(m.proofs.classes, message.ProofClass{
			Class: v.Capacity.Class.Name(), Mode: enumName(v.Mode.String(), "MODE_"),
			Claimed: v.Capacity.Claimed, Verified: v.Capacity.Verified,
			Score: v.Capacity.Score, Misses: v.Capacity.Misses,
			LastWindow: v.Capacity.LastWindow, LastVerdict: enumName(v.Capacity.LastVerdict.String(), "VERDICT_"),
			NextHeight: next[v.Capacity.Class],
		})
	}
	m.proofs.params, m.proofs.read = params.Params, head.height
	return nil
}

// paceAt is how long a block takes: what the params say at first, and what is
// seen from then on.
func (m *Module) paceAt(head block) time.Duration {
	const weight = 5
	blocks := head.height - m.head.height
	switch {
	case m.head.height == 0 || blocks <= 0:
	case m.proofs.pace == 0:
		m.proofs.pace = head.time.Sub(m.head.time) / time.Duration(blocks)
	default:
		// A halt is no pace.
		seen := min(head.time.Sub(m.head.time)/time.Duration(blocks), 2*m.proofs.pace)
		m.proofs.pace += (seen - m.proofs.pace) / weight
	}
	if m.proofs.pace <= 0 {
		return time.Duration(m.proofs.params.BlockMillis) * time.Millisecond
	}
	return m.proofs.pace
}

// proofDuties follows from what the chain asks for and what proofs answered:
// one message each, so that one that is refused takes no other with it.
func (m *Module) proofDuties(height int64) []duty {
	if !m.known() {
		return nil
	}
	var out []duty
	for _, d := range m.proofs.book.Duties {
		key := proofKey(d.Action, d.Class, d.Window)
		a, answered := m.proofs.answers[key]
		if !answered || height >= d.Until || !m.flights.free(key, height) {
			continue // nothing to say, no block left to say it in, or under way
		}
		if msg := toProofMsg(m.signer.Account(), a.ProofAnswer); msg != nil {
			out = append(out, duty{msg: msg, keys: []string{key}, until: d.Until})
		}
	}
	return out
}

// tidyProofs forgets answers that are not asked for any more, and marks the keys
// of windows that run as open.
func (m *Module) tidyProofs(open map[string]bool) {
	for _, d := range m.proofs.book.Duties {
		for _, action := range []string{message.ActionProveStorage, message.ActionCommitCPU, message.ActionRevealCPU} {
			key := proofKey(action, d.Class, d.Window)
			open[key] = true
			if a, ok := m.proofs.answers[key]; ok {
				a.seen = m.proofs.book.Height
				m.proofs.answers[key] = a
			}
		}
	}
	for key, a := range m.proofs.answers {
		if m.proofs.book.Height-a.seen > keepVerdicts {
			delete(m.proofs.answers, key)
		}
	}
}

// hear takes an answer, which is said with the next poll.
func (m *Module) hear(a message.ProofAnswer) {
	m.proofs.answers[proofKey(a.Action, a.Class, a.Window)] = answer{a, m.head.height}
}

// toProofMsg is nil for an answer that has no message.
func toProofMsg(signer string, a message.ProofAnswer) sdk.Msg {
	switch a.Action {
	case message.ActionProveStorage:
		return &por.MsgProveStorage{Signer: signer, Window: a.Window, Units: a.Units, Proof: a.Proof}
	case message.ActionCommitCPU:
		return &por.MsgCommitCpu{Signer: signer, Window: a.Window, Segments: a.Segments, Root: a.Root}
	case message.ActionRevealCPU:
		return &por.MsgRevealCpu{Signer: signer, Window: a.Window, Proof: a.Proof}
	default:
		return nil
	}
}

// classOf is the class of a name; unspecified for an unknown one.
func classOf(name string) por.Class {
	for _, c := range por.Classes() {
		if c.Name() == name {
			return c
		}
	}
	return por.CLASS_UNSPECIFIED
}

func plotTerms(t por.StorageTerms) message.PlotTerms {
	return message.PlotTerms{UnitBytes: t.UnitBytes, UnitCells: t.UnitCells, MinUnits: t.MinUnits, CostN: t.CostN}
}

func fromDuty(d por.ProofDuty) message.ProofDuty {
	w := d.Window
	out := message.ProofDuty{
		Class: w.Class.Name(), Window: w.Number,
		Action: enumName(d.Action.String(), "ACTION_"), Until: d.Until,
		OpenedHeight: w.OpenedHeight, OpenedTime: time.UnixMilli(w.OpenedTime).UTC(),
		Challenge: d.Challenge, Claimed: d.Claimed, Allocated: d.Allocated, Owed: d.Owed,
		Enforced: w.Terms.Mode == por.MODE_ENFORCED,
	}
	if t := w.Terms.Storage; t != nil {
		out.Storage = message.StorageDuty{Terms: plotTerms(*t), K1: t.K1, K2: t.K2, MaxUnits: d.MaxUnits}
	}
	if t := w.Terms.Cpu; t != nil && d.Function != nil {
		out.CPU = message.CPUDuty{
			Function: d.Function.Function, Interval: d.Function.Interval,
			CoreStepsPerSecond: d.Function.CoreStepsPerSecond, MinLaneStepsPerSecond: d.Function.MinLaneStepsPerSecond,
			WorkMillis: t.WorkMillis, MaxLanes: t.MaxLanes, Drawn: d.Drawn,
		}
	}
	return out
}
