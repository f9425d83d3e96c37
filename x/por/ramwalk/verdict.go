// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package ramwalk

import (
	"errors"
	"math"
	"math/bits"
)

// Timing is how long a walk may take. All are nanoseconds.
type Timing struct {
	// Step is allowed for every step: more than the slowest honest memory takes.
	Step uint64
	// Slack is allowed for everything else: scheduling, hashing the answer's tree.
	Slack uint64
}

// DefaultTiming allows twice what a step takes on a virtual machine whose
// neighbours keep its memory bus busy (770 ns; 200 ns of it are the mixing), and
// 100 ms.
var DefaultTiming = Timing{Step: 1500, Slack: 100_000_000}

// Allowance is the time from the arrival of the seed to the departure of the
// answer that a worker may take, in nanoseconds.
func (t Timing) Allowance(spec Spec) uint64 {
	hi, lo := bits.Mul64(t.Step, spec.Steps)
	sum, carry := bits.Add64(lo, t.Slack, 0)
	if hi > 0 || carry > 0 {
		return math.MaxInt64
	}
	return min(sum, math.MaxInt64)
}

// Verdict is what a verifier says.
type Verdict uint8

// The verdicts.
const (
	// Unknown says that the verifier has not seen enough to say anything.
	Unknown Verdict = iota
	// OK says that the memory was there.
	OK
	// Mismatch says that it was not.
	Mismatch
)

// String names the verdict.
func (v Verdict) String() string {
	switch v {
	case Unknown:
		return "unknown"
	case OK:
		return "ok"
	case Mismatch:
		return "mismatch"
	}
	return "invalid"
}

// Observation is what a verifier saw of a walk. Times are nanoseconds.
type Observation struct {
	// Answered says whether an answer came at all.
	Answered bool
	// Elapsed is the time from sending the seed to receiving the answer.
	Elapsed uint64
	// RTT is the least round trip measured around the walk, Jitter the difference
	// between the greatest and the least.
	RTT, Jitter uint64
	// Opened is what Verify said of the proof, or the error that there was none.
	Opened error
}

// Judge turns an observation into a verdict and the bytes of memory that it is
// worth. In time and opened right is OK, and the whole fill; wrong steps or an
// answer later than the network explains are Mismatch, and nothing. No answer, a
// proof that was not given, and a delay that jitter explains are Unknown: the
// network is no fault of the worker, so silence is nothing but the lack of a proof.
func (t Timing) Judge(spec Spec, f Fill, o Observation) (Verdict, uint64) {
	if !o.Answered {
		return Unknown, 0
	}
	if errors.Is(o.Opened, ErrMismatch) {
		return Mismatch, 0
	}
	if o.Opened != nil {
		return Unknown, 0
	}
	latest := t.Allowance(spec) + min(o.RTT, math.MaxInt64)
	switch {
	case o.Elapsed <= latest:
		return OK, f.Bytes()
	case o.Elapsed-latest <= o.Jitter:
		return Unknown, 0
	}
	return Mismatch, 0
}

// Added is by how many nanoseconds a walk takes longer at least if missingBps of
// 10,000 parts of the memory are missing and are made in every step by so many
// cores that need hash picoseconds of one of them for a hash. It is
// Steps * missing * Rounds * 128 * hash / cores, rounded down; what it costs the
// cores to meet in every step comes on top.
func Added(spec Spec, missingBps, hashPicos, cores uint64) uint64 {
	if cores == 0 {
		return math.MaxInt64
	}
	missingBps = min(missingBps, 10_000)
	hashes := spec.Steps * uint64(spec.Rounds) * chunks // below 2^41
	hi, lo := bits.Mul64(hashes*missingBps, hashPicos)  // hashes * missingBps is below 2^55
	div := min(cores, 1<<32) * 10_000 * 1000
	if hi >= div {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, div)
	return min(q, math.MaxInt64)
}

// Resolution is the least part of the memory, in 10,000 parts, that a worker cannot
// be without and in time, if its own memory takes step nanoseconds a step; see
// Added. It is 10,000 where the deadline does not tell.
func Resolution(spec Spec, t Timing, step, hashPicos, cores uint64) uint64 {
	own := Timing{Step: step}.Allowance(spec)
	allowed := t.Allowance(spec)
	if own >= allowed {
		return 0
	}
	spare := allowed - own
	lo, hi := uint64(0), uint64(10_000)
	for lo < hi {
		if mid := (lo + hi) / 2; Added(spec, mid, hashPicos, cores) > spare {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
