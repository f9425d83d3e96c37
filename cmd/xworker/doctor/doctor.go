// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package doctor looks at everything that an Xnode needs, all at once: home, key,
// node, clock, disk, ports, bond, fees, sandbox, and each claimed resource against
// the proof that the chain will ask for. What is wrong it says with the reason and
// with what to do.
//
// A check is a small function in a table (Checks). It asks an Exam, whose Sources
// tests replace; it has a deadline, and writes nowhere but in the home and in the
// plot's folder.
//
// Not here: the daemon's own state while it runs (`xworker status`), and mending
// anything.
package doctor

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Level says how bad a finding is.
type Level string

// Levels of findings.
const (
	// OK needs no action.
	OK Level = "ok"
	// Skipped could not be looked at, for a reason that another finding tells, or
	// does not concern this home.
	Skipped Level = "skipped"
	// Warning costs work or money sooner or later.
	Warning Level = "warning"
	// Failure keeps this Xnode from working.
	Failure Level = "failure"
)

// A Finding is what a check has to say.
type Finding struct {
	// Check is the name of the check.
	Check string `json:"check"`
	Level Level  `json:"level"`
	// What is so, Why that matters, and the Fix: a command or what to change.
	What string `json:"what"`
	Why  string `json:"why,omitempty"`
	Fix  string `json:"fix,omitempty"`
	// Claimed and Measured are the two sides of a dry run, in the chain's unit.
	Claimed  uint64 `json:"claimed,omitempty"`
	Measured uint64 `json:"measured,omitempty"`
}

// A Check is one question to a home, its machine, or its chain.
type Check struct {
	Name string
	// About is what it looks at, in a line.
	About string
	// Timeout ends it.
	Timeout time.Duration
	// Alone says that it measures, so nothing else runs beside it.
	Alone bool
	// Run looks. No finding means that the check does not concern this home.
	Run func(ctx context.Context, e *Exam) []Finding
}

// Report is everything that was found, in the order of the table.
type Report struct {
	Home     string    `json:"home"`
	Findings []Finding `json:"findings"`
	Failures int       `json:"failures"`
	Warnings int       `json:"warnings"`
	Skipped  int       `json:"skipped"`
}

// Exit codes, as plug-ins of monitoring systems have them.
const (
	ExitGood     = 0
	ExitWarnings = 1
	ExitFailures = 2
)

// ExitCode is that of the worst finding.
func (r Report) ExitCode() int {
	switch {
	case r.Failures > 0:
		return ExitFailures
	case r.Warnings > 0:
		return ExitWarnings
	default:
		return ExitGood
	}
}

// beside is how many checks run at once.
const beside = 8

// Run runs checks, those that do not measure side by side first. progress is told
// how many are done, of how many, and the name of the last one; by one goroutine at
// a time.
func Run(ctx context.Context, checks []Check, e *Exam, progress func(done, total int, last string)) Report {
	found := make([][]Finding, len(checks))
	var mu sync.Mutex
	done := 0
	one := func(i int) {
		found[i] = checks[i].guarded(ctx, e)
		mu.Lock()
		defer mu.Unlock()
		done++
		progress(done, len(checks), checks[i].Name)
	}
	var wait sync.WaitGroup
	slots := make(chan struct{}, beside)
	for i := range checks {
		if !checks[i].Alone {
			wait.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				one(i)
			})
		}
	}
	wait.Wait()
	for i := range checks {
		if checks[i].Alone {
			one(i)
		}
	}
	r := Report{Home: e.Home, Findings: []Finding{}}
	for i, findings := range found {
		for _, f := range findings {
			f.Check = checks[i].Name
			switch f.Level {
			case Failure:
				r.Failures++
			case Warning:
				r.Warnings++
			case Skipped:
				r.Skipped++
			case OK:
			}
			r.Findings = append(r.Findings, f)
		}
	}
	return r
}

// guarded runs a check and comes back by its deadline, with or without it: a call
// into a disk that hangs can not be cancelled.
func (c Check) guarded(ctx context.Context, e *Exam) []Finding {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	answer := make(chan []Finding, 1)
	go func() { answer <- c.Run(ctx, e) }()
	select {
	case f := <-answer:
		return f
	case <-ctx.Done():
	}
	select { // what heeds its context is about to answer
	case f := <-answer:
		return f
	case <-time.After(time.Second):
		return []Finding{{
			Level: Failure, What: fmt.Sprintf("%s did not end within %s", c.About, c.Timeout),
			Why: "a disk, a driver or a node that hangs will hold the daemon up as well",
			Fix: "look for hanging input and output: `dmesg | tail`, `iostat -x 1`",
		}}
	}
}

// The ways to say something.

func good(format string, args ...any) []Finding {
	return []Finding{{Level: OK, What: fmt.Sprintf(format, args...)}}
}

func skip(format string, args ...any) []Finding {
	return []Finding{{Level: Skipped, What: fmt.Sprintf(format, args...)}}
}

func warn(what, why, fix string) Finding {
	return Finding{Level: Warning, What: what, Why: why, Fix: fix}
}
func fail(what, why, fix string) Finding {
	return Finding{Level: Failure, What: what, Why: why, Fix: fix}
}
