// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519/extra/ecvrf"

	"github.com/openmesh-network/openmesh/x/por"
)

// ErrNoSuchKey is returned when the node does not hold the key that is asked for.
var ErrNoSuchKey = errors.New("the node does not hold this beacon key")

// Signer holds the beacon keys of a node: one, or two while it changes from one to the next.
// A nil signer holds none. It is immutable and safe for concurrent use.
type Signer struct {
	keys []ed25519.PrivateKey
}

// NewSigner makes a signer of 32-byte secret seeds.
func NewSigner(secrets ...[]byte) (*Signer, error) {
	s := &Signer{}
	for _, secret := range secrets {
		if len(secret) != ed25519.SeedSize {
			return nil, fmt.Errorf("a beacon key has %d secret bytes, not %d", ed25519.SeedSize, len(secret))
		}
		s.keys = append(s.keys, ed25519.NewKeyFromSeed(secret))
	}
	return s, nil
}

// PubKeys returns the public keys, in the order of the secrets.
func (s *Signer) PubKeys() [][]byte {
	if s == nil {
		return nil
	}
	out := make([][]byte, len(s.keys))
	for i, key := range s.keys {
		out[i] = bytes.Clone(key[ed25519.SeedSize:])
	}
	return out
}

// Has says whether the signer holds a key.
func (s *Signer) Has(pubKey []byte) bool {
	return s.find(pubKey) != nil
}

// Prove makes the VRF proof of alpha with the key. The same input gives the same proof.
func (s *Signer) Prove(pubKey, alpha []byte) ([]byte, error) {
	key := s.find(pubKey)
	if key == nil {
		return nil, fmt.Errorf("%w: %X", ErrNoSuchKey, pubKey)
	}
	return ecvrf.Prove(key, alpha), nil
}

// Possession makes the proof that MsgRegisterBeaconKey asks for. The operator is the bytes of
// the validator's operator address.
func (s *Signer) Possession(pubKey []byte, chainID string, operator []byte) ([]byte, error) {
	return s.Prove(pubKey, por.PossessionAlpha(chainID, operator))
}

func (s *Signer) find(pubKey []byte) ed25519.PrivateKey {
	if s == nil {
		return nil
	}
	for _, key := range s.keys {
		if bytes.Equal(key[ed25519.SeedSize:], pubKey) {
			return key
		}
	}
	return nil
}
