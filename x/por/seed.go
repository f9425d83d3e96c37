// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"
)

// GenesisSeed is the seed that the first block builds on where the genesis gives none. Anybody
// can compute it; it is no draw's seed.
func GenesisSeed(chainID string, height int64) Seed {
	return Seed{Height: height, Seed: hash(domainGenesis, []byte(chainID))}
}

// Next is the seed of height, after a contribution with this VRF output.
func (s Seed) Next(height int64, contributor string, output []byte) Seed {
	return Seed{
		Height:        height,
		Seed:          hash(domainFresh, s.Seed, output),
		Fresh:         true,
		Contributor:   contributor,
		Contributions: s.Contributions + 1,
	}
}

// NextAbsent is the seed of height, whose block brought no contribution.
func (s Seed) NextAbsent(height int64) Seed {
	return Seed{
		Height:        height,
		Seed:          hash(domainAbsent, s.Seed),
		Contributions: s.Contributions,
	}
}

// Validate checks what can be checked of a seed alone.
func (s Seed) Validate(validators address.Codec) error {
	switch {
	case s.Height < 0:
		return errors.Wrapf(ErrInvalidGenesis, "seed at negative height %d", s.Height)
	case len(s.Seed) != SeedSize:
		return errors.Wrapf(ErrInvalidGenesis, "seed at height %d has %d bytes, not %d", s.Height, len(s.Seed), SeedSize)
	case !s.Fresh && s.Contributor != "":
		return errors.Wrapf(ErrInvalidGenesis, "seed at height %d is not fresh, but has a contributor", s.Height)
	case !s.Fresh:
		return nil
	case s.Contributions == 0:
		return errors.Wrapf(ErrInvalidGenesis, "seed at height %d is fresh, but counts no contribution", s.Height)
	}
	if err := canonical(validators, s.Contributor); err != nil {
		return errors.Wrapf(ErrInvalidGenesis, "contributor of seed at height %d: %s", s.Height, err)
	}
	return nil
}

// follows returns an error unless s can come after previous.
func (s Seed) follows(previous Seed) error {
	want := previous.Contributions
	if s.Fresh {
		want++
	}
	switch {
	case s.Height <= previous.Height:
		return errors.Wrapf(ErrInvalidGenesis, "seed at height %d after height %d", s.Height, previous.Height)
	case s.Contributions != want:
		return errors.Wrapf(ErrInvalidGenesis, "seed at height %d counts %d contributions, must be %d", s.Height, s.Contributions, want)
	}
	return nil
}

// canonical returns an error unless text is the one spelling of an address.
func canonical(codec address.Codec, text string) error {
	bz, err := codec.StringToBytes(text)
	if err != nil {
		return errors.Wrap(ErrInvalidAddress, err.Error())
	}
	spelled, err := codec.BytesToString(bz)
	if err != nil {
		return errors.Wrap(ErrInvalidAddress, err.Error())
	}
	if spelled != text {
		return errors.Wrapf(ErrInvalidAddress, "%q must be spelled %q", text, spelled)
	}
	return nil
}
