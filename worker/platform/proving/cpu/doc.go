// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package cpu makes core-chain proofs (x/por/corechain): it keeps the cores of
// this machine busy for a window and remembers what they made of it. It measures
// them too, for whoever has to decide what to claim.
//
// Run takes what a window asks for and stops: a claim says how many segments each
// lane needs (corechain.Rating.SegmentsFor), and none is made beyond, so that a
// fast machine rests for the remainder of the window. At the deadline it stops
// with what it has. It keeps 32 bytes a segment: at segments of about 0.6 ms, as
// corechain.Function.Interval has them, 1.6 MB a lane for a window of 30 s.
//
// Every lane is a goroutine with a thread of its own, so that lanes are what the
// operating system spreads over cores.
//
// # Not here
//
// When windows are, what may be claimed, whether customers' work runs meanwhile.
package cpu
