// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package corechain proves how fast how many cores of a machine compute, at the
// same time, in one window.
//
// # The proof
//
//  1. A seed opens a window. Lane j of a worker makes segments of Spec.Interval
//     steps, x_{t+1} = Step(x_t). Segment i begins with
//     SHA-256(domain || function || seed || byte(len(operator)) || operator || be64(window) || be32(j) || be64(i) || end of segment i-1)
//     where the end before segment 0 is zero. A chain is sequential: a lane is one
//     core's work. Because every segment begins with the challenge, no segment
//     serves another lane, worker or window: were it only the first one, a chain
//     could be copied for many, and be found out only where the first is drawn.
//  2. Before the deadline the worker commits to Commitment: the number of whole
//     segments of Spec.Interval steps that each lane made, and the root of one
//     Merkle tree over the ends of all segments of all lanes, in order.
//  3. A later seed draws segments, each of all the claimed ones equally likely.
//     The worker reveals the start and the end of each with one path (Proof), and
//     the verifier takes the steps again (Verify). Before a lane's first segment
//     there is no end to reveal.
//
// What is claimed and opened is the same thing, so there is no way to claim
// segments that cannot be drawn.
//
// # Soundness
//
// Fake p of the segments and S are drawn: nobody sees it with probability at most
// (1-p)^S (sampling.Survival).
//
//	p     S=4     S=16     S=40
//	5 %   81.5 %  44.0 %   12.9 %
//	10 %  65.6 %  18.5 %   1.5 %
//	20 %  41.0 %  2.8 %    0.01 %
//	50 %  6.3 %   0.002 %  < 10^-12
//
// A fake adds p to the rate. A worker that fakes p in every window is caught
// after 1/(1-(1-p)^S) windows on average, so a penalty is worth more than the
// claim times p divided by that.
//
// A wrong segment is proof of fraud by itself: the worker committed to a start and
// an end between which the steps do not lead (ErrMismatch). Everything else that
// is refused says only that an answer was not given (ErrShape, ErrPath).
//
// # What it measures
//
// SHA256 measures sequential speed: a core with SHA instructions makes 12 million
// steps a second in Go, and a thread of a graphics card about a tenth of it, so that
// a least speed of a lane (Rating.MinLane) keeps such machines out. The kernels
// measure what tasks pay for: gas a second = steps a second * Function.Gas().
//
// It does not show where the cores are: rented cores are cores, but have to be paid
// in every window. Windows of all workers are at the same time, so that one machine
// under k names has 1/k of its rate under each.
//
// Nor does it show which program took the steps. Measured on one core: SHA256 in C
// with intrinsics makes one chain 2.3 times as fast as crypto/sha256 does (35 ns a
// step instead of 80), and three chains by turns 5 times as fast together (16 ns).
// Package kernels has the same for the kernels: 1.7 to 5. A lane is therefore a
// sequence of steps and no core by itself; the reference of a rating decides how
// many of them a core is taken to make, and what a worker achieves on real tasks is
// the check that cannot be prepared for.
//
// # Not here
//
// When windows are, what seeds are, what a rating is, who is punished.
package corechain
