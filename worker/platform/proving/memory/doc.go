// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package memory makes and checks memory proofs (x/por/ramwalk).
//
// # The prover
//
// New fills free memory with the cells of a window; a Hold answers walks until it
// is closed. Its memory is mapped from the operating system and given back at
// Close: the garbage collector never sees it. It asks for huge pages and to be
// locked, and does without either. New refuses to take more than the machine, or
// the control group that this process is in, has free, less a reserve.
//
// # The protocol
//
// Serve and Verify speak it over any stream, of which each makes one session:
//
//	verifier                        prover
//	ping (8 bytes)              ->
//	                            <-  pong (the same), a few times
//	walk (id of the fill, seed) ->
//	                            <-  answer (root), or a refusal
//	pings as before             ->
//	draw (seed, samples)        ->
//	                            <-  proof
//
// Every message is one byte that says what it is and a body whose length the
// reader knows before it reads it. The verifier's clock runs from the walk to the
// answer, and is read by nobody else. A session has a deadline; whoever cannot keep
// to it closes the stream.
//
// # Not here
//
// Which streams there are and who may open one, who draws verifiers and counts
// their verdicts.
package memory
