// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// Bounds of the params. The minimum delay leaves at least one whole block between the
// announcement of a key and its first use, so that its owner cannot know the seed it will
// work on.
const (
	MinActivationDelay  = 2
	MaxActivationDelay  = 1_000_000
	MaxMinContributions = 100
	MinRetentionBlocks  = 100
	MaxRetentionBlocks  = 1_000_000
	MinItemsPerBlock    = 2
	MaxItemsPerBlock    = 200

	MaxBlockMillis     = 60_000
	MaxMembersPerBlock = 500
	MaxChecksPerBlock  = 50
	MaxFraudBlocks     = 10_000_000
	MaxUnits           = 1 << 32
)

// DefaultParams suit a public chain with blocks of about a second. Storage and processors are
// enforced, for the chain itself checks their proofs, exactly, and whoever proves can check the
// same beforehand; what committees attest begins in the shadow.
func DefaultParams() Params {
	p := Params{
		ActivationDelay:    100,
		MinContributions:   2,
		RetentionBlocks:    20_000,
		MaxItemsPerBlock:   20,
		Classes:            defaultClasses(),
		BlockMillis:        1_000,
		MaxMembersPerBlock: 100,
		MaxChecksPerBlock:  4,
		FraudBlocks:        86_400,
		MinPenalty:         math.NewInt(5_000_000),
	}
	p.setCourtDefaults()
	return p
}

// LocalnetParams suit a network on one small machine: windows come twice a minute, a proof
// takes an instant, and what is proven stands for a thousand times as much.
func LocalnetParams() Params {
	p := DefaultParams()
	p.Trial, p.ActivationDelay = true, 10
	p.MaxMembersPerBlock, p.MaxChecksPerBlock, p.FraudBlocks = 50, 10, 600
	p.setCourtLocal()
	p.Classes = localnetClasses()
	return p
}

// Class returns the params of a class, and whether it has windows. Of a class that is not
// there it is off.
func (p Params) Class(class Class) (ClassParams, bool) {
	for _, c := range p.Classes {
		if c.Class == class {
			return c, c.Mode != MODE_OFF
		}
	}
	return ClassParams{Class: class, Mode: MODE_OFF}, false
}

// Mode is the mode of a class.
func (p Params) Mode(class Class) Mode {
	c, _ := p.Class(class)
	return c.Mode
}

// Validate returns ErrInvalidParams if a param is out of bounds, or if with all of them
// together cheating would pay: see soundness.go.
func (p Params) Validate() error {
	for _, b := range []bound{
		{"activation_delay", p.ActivationDelay, MinActivationDelay, MaxActivationDelay},
		{"min_contributions", int64(p.MinContributions), 1, MaxMinContributions},
		{"retention_blocks", p.RetentionBlocks, MinRetentionBlocks, MaxRetentionBlocks},
		{"max_items_per_block", int64(p.MaxItemsPerBlock), MinItemsPerBlock, MaxItemsPerBlock},
		{"block_millis", clamp(p.BlockMillis), 10, MaxBlockMillis},
		{"max_members_per_block", int64(p.MaxMembersPerBlock), 1, MaxMembersPerBlock},
		{"max_checks_per_block", int64(p.MaxChecksPerBlock), 1, MaxChecksPerBlock},
		{"fraud_blocks", p.FraudBlocks, 1, MaxFraudBlocks},
	} {
		if err := b.check(""); err != nil {
			return err
		}
	}
	if p.MinPenalty.IsNil() || p.MinPenalty.IsNegative() {
		return errors.Wrap(ErrInvalidParams, "min_penalty must not be negative")
	}
	if err := p.validateCourt(); err != nil {
		return err
	}
	last := CLASS_UNSPECIFIED
	for _, c := range p.Classes {
		if c.Class <= last {
			return errors.Wrapf(ErrInvalidParams, "classes: %s is twice or out of order", c.Class)
		}
		last = c.Class
		if err := c.Validate(p); err != nil {
			return err
		}
	}
	return nil
}

// bound is a param with its bounds.
type bound struct {
	name             string
	value, low, high int64
}

func (b bound) check(of string) error {
	if b.value < b.low || b.value > b.high {
		return errors.Wrapf(ErrInvalidParams, "%s%s is %d, must be %d to %d", of, b.name, b.value, b.low, b.high)
	}
	return nil
}

// clamp makes a number that is compared with bounds a signed one.
func clamp(n uint64) int64 { return int64(min(n, 1<<63-1)) }
