// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package ramwalk proves that a machine holds as much memory as it says, at one
// time, fast enough to be memory.
//
// # The proof
//
//  1. A seed opens a window. The worker fills its memory with cells of 4 KiB. Cell
//     i is a chain of hashes that begins with
//     SHA-256(domain || seed || byte(len(operator)) || operator || be64(window) || be64(i))
//     and goes on with SHA-256 of the last; every Spec.Rounds-th value is 32 bytes
//     of the cell. Cells cannot be compressed, and no cell serves another worker or
//     window.
//  2. At a moment that the worker does not know, a verifier sends a seed for a walk
//     and takes the time. The walk is Spec.Steps dependent steps: the state names a
//     cell (the high word of the product of its first word and the number of
//     cells), and the whole cell is mixed into the state. The answer is the root of
//     a Merkle tree over the states after every Spec.Interval steps.
//  3. The verifier, having the answer and the time, draws segments; the worker
//     reveals the states before and after them, and the verifier takes the steps
//     again, making the few cells that they need. It needs no memory.
//
// The whole cell is read, so that to leave out any part of each cell costs as much
// as to leave out as many cells, and keyed by the state, so that no digest of a
// cell stands for it.
//
// # Soundness
//
// A worker that holds 1-m of its memory has, in every step, to make the m of a cell
// that it misses: Spec.Rounds * 128 * m hashes. A walk takes longer by
//
//	added = Steps * m * Rounds * 128 * h
//
// where h is the time of a hash: 80 ns with crypto/sha256, 35 ns in C with SHA
// instructions, and 16 ns where one core makes three parts of a cell by turns, from
// states that it keeps for the purpose (3 x 32 bytes a cell). With 2^20 steps, 4
// rounds and 16 ns, 5 % of missing memory add 0.43 s to a walk of 0.5 to 0.8 s; an
// NVMe disk (60 us a read) adds 3 s, memory behind a network (3 us) 0.16 s. What a
// deadline tells from is Resolution: with DefaultTiming and steps of 800 ns, 2 % of
// missing memory against crypto/sha256, 10 % against 16 ns, and a quarter of that
// with 16 rounds.
//
// P idle cores that share the work of each step divide what is added by P, less
// what it costs them to meet in every step (0.2 us and more). Two bounds remain: each
// core needs a state to begin from, which is memory again, and between two states
// that are kept, every f-th of the 128, the hashes wait for each other: a worker
// that holds the part f so adds at least
//
//	Steps * (1/f - 1) * Rounds * 35 ns
//
// whatever its cores: for f = 1/2, 0.15 s at 4 rounds and 0.6 s at 16. So verifiers
// of machines with many cores should ask for 16 rounds, at four times the cost of
// filling, and hold windows of memory and computing power at the same time, when
// the cores are wanted elsewhere.
//
// To guess a state instead of making a cell is to fake the segment: with m of the
// memory missing, 1-(1-m)^Interval of the segments, of which S are opened, without
// anybody seeing it with probability (1-m)^(Interval*S): 0.14 % for m = 5 %, Interval
// 8 and S = 16.
//
// # What it does not show
//
// Where the memory is: a machine near by with a fast network has to be paid for in
// every window all the same. And memory that is in use cannot be shown; the walk is
// over what is free.
//
// # Not here
//
// Who measures, what a round trip is, how many verifiers make a verdict.
package ramwalk
