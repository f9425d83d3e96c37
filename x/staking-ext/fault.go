// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"
	"math/big"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/address"
)

const (
	// BasisPoints is the whole, in basis points.
	BasisPoints = 10_000
	// MaxSubjectLength is the greatest length of a subject, in bytes.
	MaxSubjectLength = 128
	// MaxKindLength is the greatest length of a fault's kind, in bytes.
	MaxKindLength = 64
)

// Validate checks what a fault can be checked for by itself. Subject and kind
// become store keys, so they are held to visible ASCII.
func (f Fault) Validate() error {
	if err := checkName("subject", f.Subject, MaxSubjectLength); err != nil {
		return err
	}
	if err := checkName("kind", f.Kind, MaxKindLength); err != nil {
		return err
	}
	if f.Track != TrackWrongData && f.Track != TrackOffline && f.Track != TrackUnknown {
		return fmt.Errorf("unknown track %d", f.Track)
	}
	if f.Height <= 0 {
		return fmt.Errorf("height %d is not positive", f.Height)
	}
	if len(f.Harmed) > address.MaxAddrLen {
		return fmt.Errorf("harmed has %d bytes, no address has more than %d", len(f.Harmed), address.MaxAddrLen)
	}
	return nil
}

// CheckAge refuses an infraction of the future, ErrInvalidFault, and one older
// than maxAge blocks or below the floor, ErrFaultTooOld. An infraction exactly
// maxAge blocks old is taken.
func (f Fault) CheckAge(now, maxAge, floor int64) error {
	switch {
	case f.Height > now:
		return ErrInvalidFault.Wrapf("its height %d is ahead of the chain at %d", f.Height, now)
	case now-f.Height > maxAge:
		return ErrFaultTooOld.Wrapf("it is %d blocks old, evidence is taken for %d", now-f.Height, maxAge)
	case f.Height < floor:
		return ErrFaultTooOld.Wrapf("it is of height %d, records of faults below %d may be gone", f.Height, floor)
	}
	return nil
}

// Validate checks what a record can be checked for by itself.
func (r FaultRecord) Validate() error {
	if err := r.Fault.Validate(); err != nil {
		return err
	}
	switch {
	case r.FractionBps > BasisPoints:
		return fmt.Errorf("fault %s: fraction above the whole", r.Fault.Subject)
	case isNegative(r.Due) || isNegative(r.Slashed) || r.Slashed.GT(r.Due):
		return fmt.Errorf("fault %s: slashed is not within due", r.Fault.Subject)
	case isNegative(r.ToHarmed) || r.ToHarmed.GT(r.Slashed):
		return fmt.Errorf("fault %s: to_harmed is not within slashed", r.Fault.Subject)
	case r.RecordedHeight < r.Fault.Height || r.PruneHeight <= r.RecordedHeight:
		return fmt.Errorf("fault %s: heights are out of order", r.Fault.Subject)
	}
	return nil
}

// Of returns the counter of a track; nil for an unknown one.
func (c *FaultCounters) Of(track FaultTrack) *FaultCounter {
	switch track {
	case TrackWrongData:
		return &c.WrongData
	case TrackOffline:
		return &c.Offline
	case TrackUnknown:
		return &c.Unknown
	}
	return nil
}

// Add counts a fault. A fault further from the start of the window than the
// window's length, in blocks, opens a new window.
func (c *FaultCounter) Add(height, window int64) {
	if c.Count == 0 || height-c.WindowStart > window {
		c.Count, c.WindowStart = 0, height
	}
	c.Count++
	c.Total++
}

// Forgive forgets the running window, as a jailing does; the total stays.
func (c *FaultCounter) Forgive() { c.Count = 0 }

// Allowance is what may still be slashed at the given height, and the epoch it
// counts in. The base of an epoch is all stake there was before its first slash:
// a base from the epoch's first block would allow nothing on a young chain.
func (e SlashEpoch) Allowance(height int64, stake math.Int, p Params) (SlashEpoch, math.Int) {
	if number := height / p.SlashEpochBlocks; e.Base.IsNil() || number != e.Number || e.Slashed.IsZero() {
		e = SlashEpoch{Number: number, Base: stake, Slashed: math.ZeroInt()}
	}
	left := MulDiv(e.Base, int64(p.MaxSlashPerEpochBps), BasisPoints).Sub(e.Slashed)
	return e, math.MaxInt(left, math.ZeroInt())
}

// Validate checks what the record can be checked for by itself.
func (e SlashEpoch) Validate() error {
	if e.Number < 0 || isNegative(e.Base) || isNegative(e.Slashed) || e.Slashed.GT(e.Base) {
		return fmt.Errorf("slash epoch is out of bounds")
	}
	return nil
}

// MulDiv is floor(a*mul/div) without overflow on the way.
func MulDiv(a math.Int, mul, div int64) math.Int {
	return mulDiv(a, big.NewInt(mul), big.NewInt(div))
}

func mulDiv(a math.Int, mul, div *big.Int) math.Int {
	n := new(big.Int).Mul(a.BigInt(), mul)
	return math.NewIntFromBigInt(n.Quo(n, div))
}

// Apportion splits a slash over pieces of stake in proportion to their size. The
// parts add up to the whole slash, clamped at the sum of the pieces, and none is
// greater than its piece; what rounding leaves over falls on the first pieces.
func Apportion(pieces []math.Int, slash math.Int) []math.Int {
	sum := math.ZeroInt()
	for _, p := range pieces {
		sum = sum.Add(p)
	}
	slash = math.MinInt(slash, sum)
	parts := make([]math.Int, len(pieces))
	rest := slash
	for i, p := range pieces {
		parts[i] = math.ZeroInt()
		if sum.IsPositive() {
			parts[i] = mulDiv(p, slash.BigInt(), sum.BigInt())
		}
		rest = rest.Sub(parts[i])
	}
	for i, p := range pieces {
		more := math.MinInt(rest, p.Sub(parts[i]))
		parts[i] = parts[i].Add(more)
		rest = rest.Sub(more)
	}
	return parts
}

// Backoff is the wait, in blocks, after the given number of failed attempts.
func Backoff(base int64, attempts uint32) int64 {
	const doublings = 6
	if attempts == 0 {
		return base
	}
	return base << min(attempts-1, doublings)
}

// checkName holds a name to 1..limit visible ASCII characters.
func checkName(what, name string, limit int) error {
	if name == "" || len(name) > limit {
		return fmt.Errorf("%s must have 1 to %d characters, got %d", what, limit, len(name))
	}
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' {
			return fmt.Errorf("%s may only have visible ASCII characters", what)
		}
	}
	return nil
}
