// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import "cosmossdk.io/errors"

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
)

// DefaultParams suit blocks of about a second: changes of keys take some minutes, seeds are
// kept for some five and a half hours.
func DefaultParams() Params {
	return Params{
		ActivationDelay:  100,
		MinContributions: 2,
		RetentionBlocks:  20_000,
		MaxItemsPerBlock: 20,
	}
}

// Validate returns ErrInvalidParams if a param is out of bounds.
func (p Params) Validate() error {
	for _, b := range []struct {
		name             string
		value, low, high int64
	}{
		{"activation_delay", p.ActivationDelay, MinActivationDelay, MaxActivationDelay},
		{"min_contributions", int64(p.MinContributions), 1, MaxMinContributions},
		{"retention_blocks", p.RetentionBlocks, MinRetentionBlocks, MaxRetentionBlocks},
		{"max_items_per_block", int64(p.MaxItemsPerBlock), MinItemsPerBlock, MaxItemsPerBlock},
	} {
		if b.value < b.low || b.value > b.high {
			return errors.Wrapf(ErrInvalidParams, "%s is %d, must be %d to %d", b.name, b.value, b.low, b.high)
		}
	}
	return nil
}
