// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
)

// DefaultWatermark is the queue length, in messages, at which a subscriber is
// first reported as slow.
const DefaultWatermark = 1024

// ErrWiring is wrapped by every error of Seal.
var ErrWiring = errors.New("the bus is wired wrongly")

// Bus connects the ports of one process. Make it with New.
type Bus struct {
	log       *slog.Logger
	watermark int
	onSlow    func(QueueStat)
	tap       func(Entry)

	sealed atomic.Bool
	done   chan struct{}
	once   sync.Once

	mu        sync.Mutex // guards what follows until Seal; read-only afterwards
	ports     []*Port
	facts     map[reflect.Type]*fact
	questions map[reflect.Type]*question
	queues    []interface{ stat() QueueStat }
}

// fact is one announced type: who says it and who hears it.
type fact struct {
	speakers, hearers []*Port
	subs              []any // *Subscription[T]
}

// question is one asked type: who asks it and who answers it.
type question struct {
	askers, answerers []*Port
	answer            any          // *Answerer[Q, A]
	answerType        reflect.Type // of the answerer, or of the first asker
	mismatch          bool
}

// Port is the bus as one module sees it.
type Port struct {
	bus  *Bus
	name string
}

// Option changes how New builds a Bus.
type Option func(*Bus)

// WithLogger sets where slow subscribers are reported; slog.Default otherwise.
func WithLogger(l *slog.Logger) Option { return func(b *Bus) { b.log = l } }

// WithWatermark sets the queue length at which a subscriber is reported as
// slow. It is reported again each time its queue has doubled since.
func WithWatermark(messages int) Option { return func(b *Bus) { b.watermark = max(1, messages) } }

// WithOnSlow sets a hook that is called with each report of a slow subscriber,
// for a metric. It runs on the speaker's goroutine and must not block.
func WithOnSlow(hook func(QueueStat)) Option { return func(b *Bus) { b.onSlow = hook } }

// WithTap sets a hook that sees everything that is said, asked and answered,
// for transcripts. It runs on the speaker's goroutine and must not block.
func WithTap(tap func(Entry)) Option { return func(b *Bus) { b.tap = tap } }

// New returns an empty, unsealed bus.
func New(opts ...Option) *Bus {
	b := &Bus{
		log:       slog.Default(),
		watermark: DefaultWatermark,
		done:      make(chan struct{}),
		facts:     map[reflect.Type]*fact{},
		questions: map[reflect.Type]*question{},
	}
	for _, opt := range opts {
		opt(b)
	}
	return b
}

// Port gives a module its place on the bus. It panics when the name is taken
// or the bus is sealed.
func (b *Bus) Port(name string) *Port {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.declaring(name, "a port")
	if slices.ContainsFunc(b.ports, func(p *Port) bool { return p.name == name }) {
		panic(fmt.Sprintf("bus: two ports named %q", name))
	}
	p := &Port{bus: b, name: name}
	b.ports = append(b.ports, p)
	return p
}

// Name is the module's name as given to Bus.Port.
func (p *Port) Name() string { return p.name }

// Seal checks the wiring and opens the bus for speaking. It fails, with every
// fault named and errors.Is(err, ErrWiring), when a question has no answerer or
// several, when asker and answerer disagree on the type of the answer, or when
// questions run in a circle. It panics when called twice.
func (b *Bus) Seal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.declaring("the bus", "Seal")
	if faults := b.faults(); len(faults) > 0 {
		return fmt.Errorf("%w: %w", ErrWiring, errors.Join(faults...))
	}
	b.sealed.Store(true)
	return nil
}

// Close ends the delivery of messages that still wait and fails open questions
// with ErrClosed. Speaking on a closed bus does nothing.
func (b *Bus) Close() { b.once.Do(func() { close(b.done) }) }

func (b *Bus) closed() bool {
	select {
	case <-b.done:
		return true
	default:
		return false
	}
}

// declaring panics when the time for declarations is over.
func (b *Bus) declaring(who, what string) {
	if b.sealed.Load() {
		panic(fmt.Sprintf("bus: %s declares %s after the bus was sealed", who, what))
	}
}

// speaking panics when the time for declarations is not over.
func (p *Port) speaking(t reflect.Type) {
	if !p.bus.sealed.Load() {
		panic(fmt.Sprintf("bus: %s speaks %s before the bus was sealed", p.name, t))
	}
}

func (b *Bus) factOf(t reflect.Type) *fact {
	if b.facts[t] == nil {
		b.facts[t] = &fact{}
	}
	return b.facts[t]
}

func (b *Bus) questionOf(q, a reflect.Type) *question {
	e := b.questions[q]
	if e == nil {
		e = &question{answerType: a}
		b.questions[q] = e
	}
	e.mismatch = e.mismatch || e.answerType != a
	return e
}
