// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain

import (
	"fmt"
	"math"
	"math/bits"
)

// MilliPerCore is what one core of the reference is worth.
const MilliPerCore = 1000

// Rating says what steps are worth.
type Rating struct {
	// Reference is the steps a second of one core of the reference, which is
	// MilliPerCore.
	Reference uint64
	// MinLane is the least steps a second with which a lane counts.
	MinLane uint64
}

// Rate is what a worker computed, in time.
type Rate struct {
	// Lanes is the number of lanes that met the least speed.
	Lanes uint32
	// Steps is the steps a second of these lanes together, rounded down.
	Steps uint64
	// Millis is the worth: Steps in thousandths of the reference, but no more than
	// MilliPerCore a lane. Rounded down.
	Millis uint64
}

// Rate rates a commitment, which has to be valid, as made in so many milliseconds.
// Slow lanes count for nothing, so that a machine cannot show more lanes than it
// has cores by dividing their time; the cap for each lane keeps one fast core from
// passing for two.
func (r Rating) Rate(spec Spec, c Commitment, elapsedMillis uint64) (Rate, error) {
	if r.Reference == 0 || elapsedMillis == 0 {
		return Rate{}, fmt.Errorf("%w: reference of %d steps a second, %d ms", ErrShape, r.Reference, elapsedMillis)
	}
	least := mulDivUp(r.MinLane, elapsedMillis, 1000)
	var out Rate
	var steps uint64
	for _, n := range c.Segments {
		if s := n * spec.Interval; s >= least {
			out.Lanes++
			steps += s
		}
	}
	out.Steps = mulDiv(steps, 1000, elapsedMillis)
	out.Millis = min(mulDiv(out.Steps, MilliPerCore, r.Reference), uint64(out.Lanes)*MilliPerCore)
	return out, nil
}

// SegmentsFor is how many segments each of the lanes has to make in a window of so
// many milliseconds to be worth millis: what a prover runs, and no more. It is
// never below what the least speed asks for.
func (r Rating) SegmentsFor(spec Spec, lanes uint32, millis, elapsedMillis uint64) uint64 {
	if lanes == 0 || spec.Interval == 0 {
		return 0
	}
	aSecond := mulDivUp(min(millis, uint64(lanes)*MilliPerCore), r.Reference, MilliPerCore)
	each := max((aSecond+uint64(lanes)-1)/uint64(lanes), r.MinLane)
	steps := mulDivUp(each, elapsedMillis, 1000)
	if steps == math.MaxUint64 {
		return MaxSegments
	}
	return min(max((steps+spec.Interval-1)/spec.Interval, 1), MaxSegments)
}

// mulDiv is a*b/c rounded down, or the greatest number if it is beyond.
func mulDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return math.MaxUint64
	}
	q, _ := bits.Div64(hi, lo, c)
	return q
}

// mulDivUp is mulDiv rounded up.
func mulDivUp(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return math.MaxUint64
	}
	q, rest := bits.Div64(hi, lo, c)
	if rest > 0 {
		q++
	}
	return q
}
