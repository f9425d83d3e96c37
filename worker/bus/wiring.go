// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package bus

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Verb is what a module did in an Entry.
type Verb string

// The verbs of an Entry.
const (
	Said     Verb = "says"
	Asked    Verb = "asks"
	Answered Verb = "answers"
)

// Entry is one thing that happened on the bus, as a tap sees it.
type Entry struct {
	// From is the module that spoke.
	From string
	// Verb is what it did.
	Verb Verb
	// Message is the fact, the question or the answer.
	Message any
	// Err is the error of an answer.
	Err error
}

func names(ports []*Port) []string {
	out := make([]string, 0, len(ports))
	for _, p := range ports {
		out = append(out, p.name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sortedTypes[V any](m map[reflect.Type]V) []reflect.Type {
	return slices.SortedFunc(maps.Keys(m), func(a, b reflect.Type) int { return strings.Compare(a.String(), b.String()) })
}

// faults lists everything that is wrong with the wiring.
func (b *Bus) faults() []error {
	var faults []error
	asks := map[string][]string{} // asker -> answerers
	for _, t := range sortedTypes(b.questions) {
		q := b.questions[t]
		switch {
		case len(q.answerers) == 0:
			faults = append(faults, fmt.Errorf("%s is asked by %s and answered by nobody", t, strings.Join(names(q.askers), ", ")))
		case len(q.answerers) > 1:
			faults = append(faults, fmt.Errorf("%s is answered by %s, there must be one", t, strings.Join(names(q.answerers), " and ")))
		case q.mismatch:
			faults = append(faults, fmt.Errorf("%s is answered by %s with another type than %s expects", t, q.answerers[0].name, strings.Join(names(q.askers), ", ")))
		default:
			for _, asker := range names(q.askers) {
				asks[asker] = append(asks[asker], q.answerers[0].name)
			}
		}
	}
	if circle := findCircle(asks); circle != nil {
		faults = append(faults, fmt.Errorf("questions run in a circle: %s", strings.Join(circle, " asks ")))
	}
	return faults
}

// findCircle returns a path that ends where it starts, or nil.
func findCircle(next map[string][]string) []string {
	const open, done = 1, 2
	state := map[string]int{}
	var path []string
	var visit func(string) []string
	visit = func(at string) []string {
		switch state[at] {
		case done:
			return nil
		case open:
			return append(slices.Clone(path[slices.Index(path, at):]), at)
		}
		state[at] = open
		path = append(path, at)
		for _, to := range next[at] {
			if circle := visit(to); circle != nil {
				return circle
			}
		}
		path = path[:len(path)-1]
		state[at] = done
		return nil
	}
	for _, start := range slices.Sorted(maps.Keys(next)) {
		if circle := visit(start); circle != nil {
			return circle
		}
	}
	return nil
}

// Wiring returns who says, hears, asks and answers what, as sorted text for a
// golden file.
func (b *Bus) Wiring() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := map[string][]string{}
	add := func(ports []*Port, format string, args ...any) {
		for _, name := range names(ports) {
			lines[name] = append(lines[name], fmt.Sprintf(format, args...))
		}
	}
	list := func(ports []*Port) string {
		if len(ports) == 0 {
			return "nobody"
		}
		return strings.Join(names(ports), ", ")
	}
	for _, t := range sortedTypes(b.facts) {
		f := b.facts[t]
		add(f.speakers, "  says    %s (heard by %s)", t, list(f.hearers))
		add(f.hearers, "  hears   %s (from %s)", t, list(f.speakers))
	}
	for _, t := range sortedTypes(b.questions) {
		q := b.questions[t]
		add(q.askers, "  asks    %s -> %s (of %s)", t, q.answerType, list(q.answerers))
		add(q.answerers, "  answers %s -> %s (to %s)", t, q.answerType, list(q.askers))
	}
	var out strings.Builder
	for _, name := range names(b.ports) {
		fmt.Fprintln(&out, name)
		slices.Sort(lines[name])
		for _, line := range lines[name] {
			fmt.Fprintln(&out, line)
		}
	}
	return out.String()
}

// Diagram returns the wiring as a mermaid flowchart: solid arrows are facts,
// dotted ones questions.
func (b *Bus) Diagram() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	labels := map[string][]string{}
	add := func(from, to []*Port, arrow string, t reflect.Type) {
		for _, f := range names(from) {
			for _, h := range names(to) {
				key := fmt.Sprintf(arrow, f, h)
				labels[key] = append(labels[key], t.Name())
			}
		}
	}
	for _, t := range sortedTypes(b.facts) {
		add(b.facts[t].speakers, b.facts[t].hearers, "%s -->|%%s| %s", t)
	}
	for _, t := range sortedTypes(b.questions) {
		add(b.questions[t].askers, b.questions[t].answerers, "%s -.->|%%s| %s", t)
	}
	var out strings.Builder
	fmt.Fprintln(&out, "flowchart LR")
	for _, name := range names(b.ports) {
		fmt.Fprintf(&out, "  %s\n", name)
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		fmt.Fprintf(&out, "  "+key+"\n", strings.Join(labels[key], "<br/>"))
	}
	return out.String()
}
