// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package bus

import (
	"reflect"
	"slices"
)

// Publisher says facts of type T. Declare it with Publish.
type Publisher[T any] struct {
	port *Port
	fact *fact
}

// Publish declares that the module says facts of type T. T must be a plain
// value: a type with pointers, channels, functions or interfaces in it panics.
func Publish[T any](p *Port) *Publisher[T] {
	t := reflect.TypeFor[T]()
	mustBePlain(p, t)
	p.bus.mu.Lock()
	defer p.bus.mu.Unlock()
	p.bus.declaring(p.name, t.String())
	f := p.bus.factOf(t)
	if !slices.Contains(f.speakers, p) {
		f.speakers = append(f.speakers, p)
	}
	return &Publisher[T]{port: p, fact: f}
}

// Send announces the fact to every subscriber. It never blocks. What is sent
// belongs to everybody from then on: neither side may change it.
func (s *Publisher[T]) Send(fact T) {
	s.port.speaking(reflect.TypeFor[T]())
	b := s.port.bus
	if b.closed() {
		return
	}
	if b.tap != nil {
		b.tap(Entry{From: s.port.name, Verb: Said, Message: fact})
	}
	for _, sub := range s.fact.subs {
		sub.(*Subscription[T]).put(fact)
	}
}

// Subscription hears facts of type T. Declare it with Subscribe.
type Subscription[T any] struct{ queue[T] }

// SubOption changes how Subscribe keeps what was not heard yet.
type SubOption func(*subOptions)

type subOptions struct{ newest bool }

// KeepNewest drops a fact that was not heard yet when a newer one is said. It
// is for facts that describe a state, such as the chain's height.
func KeepNewest() SubOption { return func(o *subOptions) { o.newest = true } }

// Subscribe declares that the module hears facts of type T, in the order in
// which they are said.
func Subscribe[T any](p *Port, opts ...SubOption) *Subscription[T] {
	var o subOptions
	for _, opt := range opts {
		opt(&o)
	}
	t := reflect.TypeFor[T]()
	mustBePlain(p, t)
	p.bus.mu.Lock()
	defer p.bus.mu.Unlock()
	p.bus.declaring(p.name, t.String())
	s := &Subscription[T]{}
	s.init(p, t, o.newest)
	f := p.bus.factOf(t)
	f.hearers, f.subs = append(f.hearers, p), append(f.subs, s)
	p.bus.queues = append(p.bus.queues, s)
	return s
}

// C delivers the facts. It is never closed: a module leaves its select by its
// context.
func (s *Subscription[T]) C() <-chan T { return s.out }
