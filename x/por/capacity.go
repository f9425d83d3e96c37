// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import "slices"

const (
	// MaxScore is the best score, and the whole in basis points.
	MaxScore = 10_000
	// unknownLapse is how many times lapse_windows unknown windows in a row lapse what is verified.
	unknownLapse = 4
)

// Finding is what a window found out about an Xnode.
type Finding struct {
	Verdict Verdict
	// Value is what was proven, in the class's unit.
	Value uint64
	// Function is the step function of a CPU window, 0 in other classes.
	Function uint32
	// GasPerSecond is what a CPU window with a kernel showed.
	GasPerSecond uint64
	// Evidence is the id of what it rests on, 32 bytes; empty if there is nothing.
	Evidence []byte
	// Declared says that a value lower than before is the Xnode's own statement: it counts at
	// once. Measured values are lowered by the second one in a row.
	Declared bool
	// Confirms says that the value may confirm what is verified, and not raise it.
	Confirms bool
	// Allocated is how much of the class is in use: it need not be proven to be kept, in its unit.
	Allocated uint64
}

// Conclude ends a window for the Xnode: score, readings and what follows from them.
//
// OK takes the value as the new reading. MISSED leaves what is verified for the first time,
// halves it for the second; WITHHELD and MISMATCH end it; MISSED, WITHHELD and ABSENT together
// let it lapse after lapse_windows windows. UNKNOWN changes nothing, until there are too many.
func (c *Capacity) Conclude(w Window, height int64, f Finding) {
	switch f.Verdict {
	case VERDICT_OK:
		c.Score += part(MaxScore-c.Score, w.Terms.Score.GainBps)
		c.Misses, c.Stale, c.Unknowns = 0, 0, 0
		c.LastOkWindow, c.LastOkHeight = w.Number, height
		c.read(w, f)
	case VERDICT_UNKNOWN:
		c.Unknowns++
	case VERDICT_ABSENT:
		c.Stale++
	case VERDICT_MISSED:
		c.Score -= part(c.Score, w.Terms.Score.MissedBps)
		c.Misses++
		c.Stale++
	case VERDICT_WITHHELD:
		c.Score -= part(c.Score, w.Terms.Score.MissedBps)
		c.Misses++
		c.Stale++
		c.Readings = nil
	case VERDICT_MISMATCH:
		c.Score -= part(c.Score, w.Terms.Score.MismatchBps)
		c.Misses++
		c.Stale++
		c.Readings = nil
	}
	c.LastWindow, c.LastVerdict = w.Number, f.Verdict
	c.Tally.Add(f.Verdict)
	before := c.Verified
	c.derive(w.Terms.LapseWindows)
	if c.Verified != before && len(f.Evidence) > 0 {
		c.Evidence = f.Evidence
	}
}

// Claim changes the claim, at height. A new one begins without readings; the score, the misses
// and the tally stay the operator's.
func (c *Capacity) Claim(amount uint64, height int64, lapse uint32) {
	if amount > 0 && c.Claimed == 0 {
		c.ClaimedHeight = height
	}
	c.Claimed = amount
	if amount == 0 {
		c.Readings = nil
	}
	c.derive(lapse)
}

// Counted is how much of the claim counts in a mode.
func (c Capacity) Counted(mode Mode) uint64 {
	if mode == MODE_ENFORCED {
		return min(c.Claimed, c.Verified)
	}
	return c.Claimed
}

// read takes a proven value as the reading of its function.
func (c *Capacity) read(w Window, f Finding) {
	if w.Terms.Cpu != nil { // readings of functions that are no longer asked for say nothing
		c.Readings = slices.DeleteFunc(c.Readings, func(r Reading) bool { return !w.Terms.Cpu.asks(r.Function) })
	}
	at, found := slices.BinarySearchFunc(c.Readings, f.Function, func(r Reading, function uint32) int {
		return int(r.Function) - int(function)
	})
	if !found {
		if f.Confirms {
			return
		}
		c.Readings = slices.Insert(c.Readings, at, Reading{Function: f.Function, Value: f.Value, GasPerSecond: f.GasPerSecond, Window: w.Number})
		return
	}
	r := &c.Readings[at]
	value := max(f.Value, min(saturatingAdd(f.Value, f.Allocated), r.Value))
	switch {
	case value >= r.Value && f.Confirms:
		value, r.Low, r.LowValue = r.Value, false, 0
	case value >= r.Value || f.Declared:
		r.Low, r.LowValue = false, 0
	case !r.Low: // measured again before it counts
		value, r.Low, r.LowValue = r.Value, true, value
	default:
		value, r.Low, r.LowValue = max(value, r.LowValue), false, 0
	}
	r.Value, r.Window = value, w.Number
	if f.GasPerSecond > 0 {
		r.GasPerSecond = f.GasPerSecond
	}
}

// derive is what is verified: the least reading of all functions, as far as it is claimed and
// not missed or lapsed.
func (c *Capacity) derive(lapse uint32) {
	c.Verified = 0
	if len(c.Readings) == 0 {
		return
	}
	if lapse > 0 && (c.Stale >= lapse || c.Unknowns >= unknownLapse*lapse) {
		c.Readings = nil
		return
	}
	least := c.Claimed
	for _, r := range c.Readings {
		least = min(least, r.Value)
	}
	if c.Misses >= 2 {
		least >>= min(c.Misses-1, 63)
	}
	c.Verified = least
}

// asks says whether windows with these terms ask for a function.
func (t CpuTerms) asks(function uint32) bool {
	return slices.ContainsFunc(t.Functions, func(f CpuFunction) bool { return f.Function == function })
}

// part is bps/10,000 of n, rounded up; n and bps are at most 10,000.
func part(n, bps uint32) uint32 { return (n*bps + MaxScore - 1) / MaxScore }

func saturatingAdd(a, b uint64) uint64 {
	if a+b < a {
		return 1<<64 - 1
	}
	return a + b
}
