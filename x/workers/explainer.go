// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"fmt"
	"strings"
)

// Explainer looks at Xnodes one after another and says why so many of them, or
// none, match a need.
type Explainer struct {
	constraints []constraint
	found       []MatchConstraint
	least       []reach // of the nearest miss of each constraint
	nearest     *NearestXnode
	looked      uint64
	matching    uint64
}

// reach orders misses: by how many things lack, then by how much of this one.
type reach struct {
	lacking int
	miss    uint64
}

func (r reach) nearer(other reach) bool {
	return r.lacking < other.lacking || (r.lacking == other.lacking && r.miss < other.miss)
}

// NewExplainer starts with no Xnodes looked at.
func NewExplainer(n Need) *Explainer {
	e := &Explainer{constraints: constraintsOf(n)}
	e.found = make([]MatchConstraint, len(e.constraints))
	e.least = make([]reach, len(e.constraints))
	for i, c := range e.constraints {
		e.found[i] = MatchConstraint{Name: c.name, Need: c.need}
	}
	return e
}

// Look takes account of one Xnode. Of two that are as near, the first stays.
func (e *Explainer) Look(x Xnode, s Standing) {
	e.looked++
	misses := make([]uint64, len(e.constraints))
	var lacking []string
	for i, c := range e.constraints {
		if misses[i] = c.miss(x, s); misses[i] > 0 {
			lacking = append(lacking, c.name)
		}
	}
	if len(lacking) == 0 {
		e.matching++
	} else if e.nearest == nil || len(lacking) < len(e.nearest.Lacking) {
		e.nearest = &NearestXnode{Operator: x.Operator, Lacking: lacking}
	}
	remains := true
	for i, c := range e.constraints {
		remains = remains && misses[i] == 0
		e.count(i, c, x, s, misses[i], remains, lacking)
	}
}

func (e *Explainer) count(i int, c constraint, x Xnode, s Standing, miss uint64, remains bool, lacking []string) {
	found := &e.found[i]
	if remains {
		found.Remaining++
	}
	if miss == 0 {
		found.Passing++
		return
	}
	if len(lacking) == 1 {
		found.OnlyThis++
	}
	if c.amount != nil && c.amount(x.Capacity()) >= c.want {
		found.IfIdle++
	} else if c.amount != nil && c.amount(x.Card.Claimed) >= c.want {
		found.IfProven++
	}
	if now := (reach{len(lacking), miss}); found.Nearest == nil || now.nearer(e.least[i]) {
		e.least[i] = now
		found.Nearest = &NearestXnode{Operator: x.Operator, Have: c.have(x, s), Lacking: lacking}
	}
}

// Answer says what was found. registered is how many Xnodes there are.
func (e *Explainer) Answer(registered uint64, complete bool) *QueryExplainMatchResponse {
	for i := range e.found {
		e.found[i].Text = e.found[i].sentence(e.looked)
	}
	return &QueryExplainMatchResponse{
		Registered: registered, Sampled: e.looked, Complete: complete, Matching: e.matching,
		Constraints: e.found, Nearest: e.nearest, Summary: e.summary(registered, complete),
	}
}

func (m *MatchConstraint) sentence(looked uint64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "needs %s %s: %d of %d have it", m.Name, m.Need, m.Passing, looked)
	if m.IfIdle > 0 {
		fmt.Fprintf(&b, ", %d more would if nothing were allocated", m.IfIdle)
	}
	if m.IfProven > 0 {
		fmt.Fprintf(&b, ", %d more claim it without proof", m.IfProven)
	}
	if m.OnlyThis > 0 {
		fmt.Fprintf(&b, ", %d fail for this alone", m.OnlyThis)
	}
	if m.Nearest != nil {
		fmt.Fprintf(&b, "; nearest: %s on %s", m.Nearest.Have, m.Nearest.Operator)
	}
	return b.String()
}

func (e *Explainer) summary(registered uint64, complete bool) string {
	if registered == 0 {
		return "no Xnode is registered"
	}
	of := fmt.Sprintf("%d of %d Xnodes match", e.matching, e.looked)
	if !complete {
		of += fmt.Sprintf(" in an even sample of %d", registered)
	}
	most := -1
	for i := range e.found {
		if only := e.found[i].OnlyThis; only > 0 && (most < 0 || only > e.found[most].OnlyThis) {
			most = i
		}
	}
	switch {
	case most >= 0:
		return of + "; what stands in the way most often, alone: " + e.found[most].Text
	case e.nearest != nil:
		return fmt.Sprintf("%s; all others lack several things, %s the fewest: %s", of, e.nearest.Operator, strings.Join(e.nearest.Lacking, ", "))
	}
	return of
}
