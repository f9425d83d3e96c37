// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519/extra/ecvrf"

	"cosmossdk.io/errors"
)

// Sizes in bytes. The VRF is ECVRF-EDWARDS25519-SHA512-ELL2 of RFC 9381.
const (
	PubKeySize = 32
	SeedSize   = 32
	ProofSize  = ecvrf.ProofSize
	OutputSize = ecvrf.OutputSize
)

// The domains keep every hash and every proof of the module apart from each other.
const (
	domainGenesis    = "openmesh/por/v1/genesis"
	domainFresh      = "openmesh/por/v1/fresh"
	domainAbsent     = "openmesh/por/v1/absent"
	domainAlpha      = "openmesh/por/v1/alpha"
	domainPossession = "openmesh/por/v1/possession"
	domainSurprise   = "openmesh/por/v1/surprise"
	domainChallenge  = "openmesh/por/v1/challenge"
	domainSample     = "openmesh/por/v1/sample"
	domainEvidence   = "openmesh/por/v1/evidence"
)

// ValidatePubKey returns ErrInvalidKey for a key that no contribution could ever verify
// against: wrong length, not on the curve, not canonical, or of small order.
func ValidatePubKey(pubKey []byte) error {
	if len(pubKey) != PubKeySize {
		return errors.Wrapf(ErrInvalidKey, "%d bytes", len(pubKey))
	}
	var (
		compressed curve.CompressedEdwardsY
		point      curve.EdwardsPoint
	)
	if _, err := compressed.SetBytes(pubKey); err != nil {
		return errors.Wrap(ErrInvalidKey, err.Error())
	}
	if !compressed.IsCanonicalVartime() {
		return errors.Wrap(ErrInvalidKey, "not canonical")
	}
	if _, err := point.SetCompressedY(&compressed); err != nil {
		return errors.Wrap(ErrInvalidKey, err.Error())
	}
	if point.IsSmallOrder() {
		return errors.Wrap(ErrInvalidKey, "of small order")
	}
	return nil
}

// VerifyProof returns the VRF output (64 bytes) that the proof shows to belong to the key and
// the input alpha. There is exactly one such output for a key and an alpha.
func VerifyProof(pubKey, proof, alpha []byte) (output []byte, ok bool) {
	if len(pubKey) != PubKeySize || len(proof) != ProofSize {
		return nil, false
	}
	valid, output := ecvrf.Verify(pubKey, proof, alpha)
	return output, valid
}

// Alpha is the VRF input of the proposer of height, whose block follows the seed previous.
func Alpha(chainID string, height int64, previous []byte) []byte {
	var h [8]byte
	binary.BigEndian.PutUint64(h[:], uint64(height))
	return join(domainAlpha, []byte(chainID), h[:], previous)
}

// PossessionAlpha is the VRF input that shows possession of a key. It names the operator, so
// that nobody can register the key of another.
func PossessionAlpha(chainID string, operator []byte) []byte {
	return join(domainPossession, []byte(chainID), operator)
}

// join writes each part behind its length (4 bytes, big endian), so that no two lists of parts
// give the same bytes.
func join(domain string, parts ...[]byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(domain)))
	out = append(out, domain...)
	for _, part := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

func hash(domain string, parts ...[]byte) []byte {
	sum := sha256.Sum256(join(domain, parts...))
	return sum[:]
}
