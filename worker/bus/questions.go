// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package bus

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
)

var (
	// ErrNoDeadline is returned by Ask for a context that never expires.
	ErrNoDeadline = errors.New("a question needs a context with a deadline")
	// ErrClosed is returned by Ask when the bus closes before the answer came.
	ErrClosed = errors.New("the bus is closed")
)

// AskError tells which question failed, and between whom. It unwraps to the
// answerer's own error, to the context's, or to ErrNoDeadline or ErrClosed.
type AskError struct {
	// Asker and Answerer are the names of the two modules.
	Asker, Answerer string
	// Question is the Go type that was asked.
	Question string
	// Err is the cause.
	Err error
}

// Error says who asked whom what, and why there is no answer.
func (e *AskError) Error() string {
	return fmt.Sprintf("%s asked %s %s: %v", e.Asker, e.Answerer, e.Question, e.Err)
}

// Unwrap returns the cause.
func (e *AskError) Unwrap() error { return e.Err }

// Asker asks questions of type Q. Declare it with Asks.
type Asker[Q, A any] struct {
	port     *Port
	question *question
}

// Asks declares that the module asks Q and expects A.
func Asks[Q, A any](p *Port) *Asker[Q, A] {
	q, a := reflect.TypeFor[Q](), reflect.TypeFor[A]()
	mustBePlain(p, q)
	mustBePlain(p, a)
	p.bus.mu.Lock()
	defer p.bus.mu.Unlock()
	p.bus.declaring(p.name, q.String())
	e := p.bus.questionOf(q, a)
	if !slices.Contains(e.askers, p) {
		e.askers = append(e.askers, p)
	}
	return &Asker[Q, A]{port: p, question: e}
}

// Ask asks and waits for the answer until ctx ends; ctx must have a deadline.
// Every error is an *AskError around its cause. Never ask while holding a lock.
func (k *Asker[Q, A]) Ask(ctx context.Context, ask Q) (A, error) {
	k.port.speaking(reflect.TypeFor[Q]())
	b := k.port.bus
	ans := k.question.answer.(*Answerer[Q, A])
	fail := func(err error) (A, error) {
		var none A
		return none, &AskError{Asker: k.port.name, Answerer: ans.port.name, Question: reflect.TypeFor[Q]().String(), Err: err}
	}
	if _, ok := ctx.Deadline(); !ok {
		return fail(ErrNoDeadline)
	}
	if b.closed() {
		return fail(ErrClosed)
	}
	if b.tap != nil {
		b.tap(Entry{From: k.port.name, Verb: Asked, Message: ask})
	}
	env := &Question[Q, A]{Ask: ask, ctx: ctx, from: ans.port, reply: make(chan reply[A], 1)}
	ans.put(env)
	select {
	case r := <-env.reply:
		if r.err != nil {
			return fail(r.err)
		}
		return r.answer, nil
	case <-ctx.Done():
		return fail(ctx.Err())
	case <-b.done:
		return fail(ErrClosed)
	}
}

// Answerer receives questions of type Q. Declare it with Answers.
type Answerer[Q, A any] struct{ queue[*Question[Q, A]] }

// Question is one question that waits for its Reply.
type Question[Q, A any] struct {
	// Ask is what was asked.
	Ask Q

	ctx     context.Context //nolint:containedctx // the envelope carries the asker's deadline, the message does not
	from    *Port
	reply   chan reply[A]
	replied atomic.Bool
}

type reply[A any] struct {
	answer A
	err    error
}

// Answers declares that the module, and no other, answers Q with A.
func Answers[Q, A any](p *Port) *Answerer[Q, A] {
	q, a := reflect.TypeFor[Q](), reflect.TypeFor[A]()
	mustBePlain(p, q)
	mustBePlain(p, a)
	p.bus.mu.Lock()
	defer p.bus.mu.Unlock()
	p.bus.declaring(p.name, q.String())
	ans := &Answerer[Q, A]{}
	ans.init(p, q, false)
	e := p.bus.questionOf(q, a)
	e.answerers, e.answer = append(e.answerers, p), ans
	p.bus.queues = append(p.bus.queues, ans)
	return ans
}

// C delivers the questions. Each must get one Reply, from any goroutine.
func (s *Answerer[Q, A]) C() <-chan *Question[Q, A] { return s.out }

// Context ends when the asker no longer waits.
func (q *Question[Q, A]) Context() context.Context { return q.ctx }

// Reply answers the question. An err wins over the answer. It never blocks, and
// a second Reply panics.
func (q *Question[Q, A]) Reply(answer A, err error) {
	if q.replied.Swap(true) {
		panic(fmt.Sprintf("bus: %s answers %T twice", q.from.name, q.Ask))
	}
	q.reply <- reply[A]{answer, err}
	if tap := q.from.bus.tap; tap != nil {
		tap(Entry{From: q.from.name, Verb: Answered, Message: answer, Err: err})
	}
}
