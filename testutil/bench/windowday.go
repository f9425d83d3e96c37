// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"

	"cosmossdk.io/collections"

	"github.com/openmesh-network/openmesh/x/por"
)

const (
	dayXnodes = 10_000
	daySecs   = 86_400
)

// WindowsDay is the sum for a day: of each class the windows of a day times what an
// Xnode's window costs, for ten thousand Xnodes that claim all classes.
type WindowsDay struct {
	Xnodes int `json:"xnodes"`
	// Rows by class.
	Rows []DayRow `json:"rows"`
	// Seconds of one core's CPU of a day in all, and what part of the day that is.
	Seconds float64 `json:"cpu_seconds"`
	Percent float64 `json:"percent_of_a_core"`
}

// DayRow is one class.
type DayRow struct {
	Class   string  `json:"class"`
	Regular float64 `json:"regular_windows"`
	// Surprise windows, on average.
	Surprise float64 `json:"surprise_windows"`
	Micros   float64 `json:"cpu_us_a_window"`
	Seconds  float64 `json:"cpu_seconds"`
}

// newWindowsDay takes the params that a network begins with, at one block a second.
func newWindowsDay(costs []WindowCost) WindowsDay {
	of := func(prefix string) (sum float64) {
		for _, c := range costs {
			if strings.HasPrefix(c.Name, prefix) {
				sum += c.CPUMicros.Median
			}
		}
		return sum
	}
	d := WindowsDay{Xnodes: dayXnodes}
	for _, c := range por.DefaultParams().Classes {
		row := DayRow{Class: c.Class.Name(), Regular: daySecs / float64(c.PeriodBlocks)}
		if c.SurpriseIntervalBlocks > 0 {
			row.Surprise = daySecs / float64(c.SurpriseIntervalBlocks)
		}
		switch c.Class {
		case por.CLASS_STORAGE:
			row.Micros = of("storage: ")
		case por.CLASS_CPU:
			row.Micros = of("processors: ")
		default: // whatever committees measure, the chain does the same
			row.Micros = of("committee of 7: ")
		}
		row.Seconds = (row.Regular + row.Surprise) * row.Micros * dayXnodes / 1e6
		d.Seconds += row.Seconds
		d.Rows = append(d.Rows, row)
	}
	d.Percent = d.Seconds / daySecs * 100
	return d
}

func (d WindowsDay) write(p func(string, ...any)) {
	p("\nA DAY OF %d XNODES THAT CLAIM EVERYTHING, AT THE PARAMS OF A PUBLIC NETWORK\n", d.Xnodes)
	p("\twindows\tby surprise\tCPU us for an Xnode in a window\tCPU s a day\n")
	for _, r := range d.Rows {
		p("%s\t%.2f\t%.2f\t%.0f\t%.0f\n", r.Class, r.Regular, r.Surprise, r.Micros, r.Seconds)
	}
	p("all\t\t\t\t%.0f, %.1f %% of one core\n", d.Seconds, d.Percent)
}

// stateWatch sees what x/por holds more than on the chain without windows.
type stateWatch struct {
	with, without *windowChain
	report        *WindowsReport
	classes       []watched
}

// watched is a class whose window comes and goes.
type watched struct {
	class  por.Class
	before int
	opened bool
	closed bool
	most   int
}

// more is how many bytes, in both chains, x/por holds.
func (s *stateWatch) more() int { return s.with.porBytes() - s.without.porBytes() }

func (s *stateWatch) add(name string, bytes int) {
	s.report.State = append(s.report.State, WindowState{Name: name, Bytes: float64(bytes) / float64(s.report.Xnodes)})
}

func (s *stateWatch) begin() {
	s.add("claims of 3 classes, nothing proven yet", s.without.porBytes())
	for _, class := range []por.Class{por.CLASS_STORAGE, por.CLASS_CPU, por.CLASS_MEMORY} {
		s.classes = append(s.classes, watched{class: class})
	}
}

// look is called after each block.
func (s *stateWatch) look() error {
	for i := range s.classes {
		c := &s.classes[i]
		w, found := s.with.window(c.class)
		switch {
		case c.closed:
		case !found:
		case !c.opened:
			c.opened, c.before = true, s.more()
		case w.Running() && s.with.height%10 == 0:
			c.most = max(c.most, s.more()-c.before)
		case !w.Running():
			c.closed = true
			s.add(c.class.Name()+": at most, while its window runs", c.most)
			s.add(c.class.Name()+": a closed window, until it is forgotten", s.more()-c.before)
		}
	}
	return nil
}

func (s *stateWatch) end() {
	s.add("all windows forgotten: what is known now, beyond the claims", s.more())
}

// porBytes are the keys and values of x/por.
func (w *windowChain) porBytes() (sum int) {
	it := w.ctx().KVStore(w.app.StoreKeys()[por.StoreKey]).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		sum += len(it.Key()) + len(it.Value())
	}
	return sum
}

func (w *windowChain) capacityOf(x xnode, class por.Class) (por.Capacity, error) {
	return w.app.Keepers.Por.Capacities.Get(w.ctx(), collections.Join(x.operator.addr, uint32(class)))
}
