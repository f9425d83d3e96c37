// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
)

// prover proves one class of resources. All methods but those of its work are
// called by the module's goroutine, and return at once.
type prover interface {
	// class that it proves, a message.Class….
	class() string
	// follow makes what has to be ready before a window opens follow from what is
	// so now.
	follow(s scene)
	// begin returns the work that answers a duty, or why there is none: errLater
	// where it is worth waiting, another error where it cannot be answered.
	begin(d message.ProofDuty, s scene) (work, error)
	// forget drops what is kept of windows other than these.
	forget(windows []uint64)
	// report adds to the status what the module does not know.
	report(s *message.ProofsStatus)
	// close ends what runs in the background, and waits for it.
	close() error
}

// work computes an answer, in a goroutine of its own. What the answer rests on
// is on disk when it returns. ctx ends when no answer is taken any more; until is
// somewhat before.
type work func(ctx context.Context, until time.Time) (message.ProofAnswer, error)

// errLater says that a duty is not to be answered yet.
var errLater = errors.New("later")

// later is an errLater with its reason.
func later(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errLater}, args...)...)
}

// margin is how many blocks an answer takes to be included, with some to spare.
const margin = 2

// scene is what a prover goes by.
type scene struct {
	book  message.ProofBook
	heard time.Time // when the book was heard
	// programs of customers that run, and whether a window is being answered.
	programs int
	probing  bool
}

// of is what the chain knows of a class; zero where it knows nothing.
func (s scene) of(class string) message.ProofClass {
	i := slices.IndexFunc(s.book.Classes, func(c message.ProofClass) bool { return c.Class == class })
	if i < 0 {
		return message.ProofClass{Class: class}
	}
	return s.book.Classes[i]
}

// left is how long an answer to a duty may take from now on.
func (s scene) left(d message.ProofDuty, now time.Time) time.Duration {
	return time.Duration(d.Until-s.book.Height-margin)*s.book.BlockTime - now.Sub(s.heard)
}

// whole is how long a window's answer may take if it is begun at once.
func (s scene) whole(d message.ProofDuty) time.Duration {
	return time.Duration(d.Until-d.OpenedHeight-margin) * s.book.BlockTime
}
