// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package bus is how the worker's modules talk without knowing of each other.
//
// Facts are announced: whoever declares Publish[T] says them, and every
// Subscribe[T] hears all of them in order. Questions are asked: Asks[Q, A] has
// exactly one Answers[Q, A], a deadline and a typed error.
//
// A module declares everything it will say, hear, ask and answer on its Port
// while it is built. Seal then checks that the wiring closes, and only after
// that may anybody speak. Declaring late, or speaking early, is a mistake of
// the programmer and panics.
//
// Send never blocks: each subscription has an unbounded queue of its own, and
// a watermark names the subscriber that does not keep up. So nothing that a
// remote peer can send at will may be put on the bus unlimited; who reads the
// network admits first and speaks afterwards.
//
// Questions cannot deadlock: Seal refuses a wiring in which questions run in a
// circle between modules.
//
// The bus keeps nothing. What must survive a crash is written to the store
// first and announced again at start.
package bus
