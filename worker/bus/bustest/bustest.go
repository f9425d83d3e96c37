// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package bustest builds a bus around the module under test, plays the parties
// that are missing, and records what was spoken, so that a scenario can be
// compared to a golden file. It works inside testing/synctest.
package bustest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openmesh-network/openmesh/worker/bus"
)

// Bench is a bus with a recorder.
type Bench struct {
	t      testing.TB
	bus    *bus.Bus
	done   chan struct{}
	ports  map[string]*bus.Port
	onSeal []func()

	mu    sync.Mutex
	lines []string
}

// New returns a bench whose bus is closed at the end of the test.
func New(t testing.TB) *Bench {
	b := &Bench{t: t, done: make(chan struct{}), ports: map[string]*bus.Port{}}
	b.bus = bus.New(bus.WithTap(b.record), bus.WithLogger(slog.New(slog.DiscardHandler)))
	t.Cleanup(func() {
		close(b.done)
		b.bus.Close()
	})
	return b
}

// Port returns the port of the named party, the same one each time.
func (b *Bench) Port(name string) *bus.Port {
	if b.ports[name] == nil {
		b.ports[name] = b.bus.Port(name)
	}
	return b.ports[name]
}

// Bus returns the bus itself, for its wiring and queues.
func (b *Bench) Bus() *bus.Bus { return b.bus }

// Seal seals the bus and starts the fakes; a wiring fault fails the test.
func (b *Bench) Seal() {
	b.t.Helper()
	if err := b.bus.Seal(); err != nil {
		b.t.Fatal(err)
	}
	for _, start := range b.onSeal {
		start()
	}
}

// Speaks plays a party that says facts of type T.
func Speaks[T any](b *Bench, party string) func(T) {
	return bus.Publish[T](b.Port(party)).Send
}

// Asks plays a party that asks questions of type Q.
func Asks[Q, A any](b *Bench, party string) func(context.Context, Q) (A, error) {
	return bus.Asks[Q, A](b.Port(party)).Ask
}

// Answers plays a party that answers each question of type Q by calling answer,
// one at a time.
func Answers[Q, A any](b *Bench, party string, answer func(Q) (A, error)) {
	questions := bus.Answers[Q, A](b.Port(party))
	b.onSeal = append(b.onSeal, func() {
		go func() {
			for {
				select {
				case q := <-questions.C():
					q.Reply(answer(q.Ask))
				case <-b.done:
					return
				}
			}
		}()
	})
}

// Hears plays a party that listens. The returned function waits for the next
// fact of type T and fails the test when none comes within the time given.
func Hears[T any](b *Bench, party string) func(within time.Duration) T {
	facts := bus.Subscribe[T](b.Port(party))
	return func(within time.Duration) T {
		b.t.Helper()
		timer := time.NewTimer(within)
		defer timer.Stop()
		select {
		case fact := <-facts.C():
			return fact
		case <-timer.C:
			var none T
			b.t.Fatalf("%s heard no %T within %s", party, none, within)
			return none
		}
	}
}

func (b *Bench) record(e bus.Entry) {
	line := fmt.Sprintf("%s %s %T%+v", e.From, e.Verb, e.Message, e.Message)
	if e.Err != nil {
		line = fmt.Sprintf("%s %s %T with error: %v", e.From, e.Verb, e.Message, e.Err)
	}
	b.mu.Lock()
	b.lines = append(b.lines, line)
	b.mu.Unlock()
}

// Transcript returns what was spoken so far, one line each.
func (b *Bench) Transcript() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(append(b.lines, ""), "\n")
}

// Golden compares the transcript to the file at path.
func (b *Bench) Golden(path string) {
	b.t.Helper()
	Golden(b.t, path, b.Transcript())
}

// Golden compares got to the file at path and fails the test when they differ.
// With UPDATE_GOLDEN=1 in the environment it writes the file instead.
func Golden(t testing.TB, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with UPDATE_GOLDEN=1)", err)
	}
	if string(want) != got {
		t.Errorf("%s differs (renew it with UPDATE_GOLDEN=1)\n--- want\n%s--- got\n%s", path, want, got)
	}
}
