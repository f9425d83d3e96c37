// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/openmesh-network/openmesh/x/por/attestation"
)

const (
	// EvidenceSize is the length of an evidence hash, in bytes.
	EvidenceSize = 32
	// NonceSize is the length of a verifier's nonce, in bytes.
	NonceSize = 32
	// SignatureSize is the length of a signature r||s, in bytes.
	SignatureSize = 64
	// MaxValue bounds what can be measured, as x/workers bounds what can be claimed.
	MaxValue = uint64(1) << 62
	// basisPoints is the whole, in basis points.
	basisPoints = 10_000
)

// The domains of what is signed and drawn for committees. Every text that is signed begins with the
// length of its domain, whose first byte is 0: no protobuf (a sign doc) and no JSON begins so,
// and no text of libp2p or of another module of this chain, all of which begin with letters.
const (
	domainCommittee    = "openmesh/por/v1/committee"
	domainVerdict      = "openmesh/por/v1/verdict"
	domainEquivocation = "openmesh/por/v1/equivocation"
	domainAudit        = "openmesh/por/v1/audit"
	domainFraud        = "openmesh/por/v1/fraud"
)

// Place names a seat, or with it left 0 a subject, of a window on a chain. What is signed for
// one place is of no use in any other.
type Place struct {
	// ChainID of the chain.
	ChainID string
	// Class and number of the window.
	Class  Class
	Window uint64
	// Challenge is the window's seed, 32 bytes: nothing can be signed before it is known.
	Challenge []byte
	// Subject is the address of the operator that is measured.
	Subject []byte
	// Seat is the index in the committee.
	Seat uint32
	// Verifier is the address of the operator that sits there.
	Verifier []byte
}

// text is the place as the package of the texts has it.
func (p Place) text() attestation.Place {
	return attestation.Place{
		ChainID: p.ChainID, Class: uint32(p.Class), Window: p.Window, Challenge: p.Challenge,
		Subject: p.Subject, Seat: p.Seat, Verifier: p.Verifier,
	}
}

func (p Place) parts() [][]byte { return p.text().Parts() }

// AttestationSignBytes is what a verifier signs, with secp256k1 over its SHA-256:
//
//	join("openmesh/por/v1/attestation", chain id, class, window, challenge, subject, seat, verifier,
//	     result, value, evidence)
//
// Class, seat and result are 4, window and value 8 bytes, big endian; subject and verifier are
// the bytes of their addresses.
func AttestationSignBytes(p Place, r Report) []byte {
	return attestation.SignBytes(p.text(), attestation.Report{Result: uint32(r.Result), Value: r.Value, Evidence: r.Evidence})
}

// StatementSignBytes is what a subject signs to answer the challenge of a seat, with secp256k1
// over its SHA-256:
//
//	join("openmesh/por/v1/statement", chain id, class, window, challenge, subject, seat, verifier, nonce, body)
func StatementSignBytes(p Place, nonce, body []byte) []byte {
	return attestation.StatementSignBytes(p.text(), nonce, body)
}

// Question is what a seat asks its subject, 32 bytes. The verifier tells its nonce when it starts its
// clock, so that no answer can be prepared; and no answer to one seat is of use to another.
//
//	H("openmesh/por/v1/question", chain id, class, window, challenge, subject, seat, verifier, nonce)
func Question(p Place, nonce []byte) []byte {
	question := attestation.Question(p.text(), nonce)
	return question[:]
}

// ID is what the verifier attests as evidence: the hash of the signed answer.
//
//	H("openmesh/por/v1/answer", sign bytes, signature)
func (s Statement) ID(p Place) []byte {
	id := attestation.StatementID(p.text(), s.Nonce, s.Body, s.Signature)
	return id[:]
}

// Validate checks a report by itself (ErrInvalidAttestation).
func (r Report) Validate() error {
	switch {
	case r.Result != VERDICT_OK && r.Result != VERDICT_MISMATCH && r.Result != VERDICT_UNKNOWN:
		return errors.Wrapf(ErrInvalidAttestation, "result %d", r.Result)
	case (r.Result == VERDICT_OK) != (r.Value > 0):
		return errors.Wrapf(ErrInvalidAttestation, "value %d with %s: it comes with OK, and with nothing else", r.Value, r.Result)
	case r.Value > MaxValue:
		return errors.Wrapf(ErrInvalidAttestation, "value %d, at most %d", r.Value, MaxValue)
	case len(r.Evidence) != EvidenceSize:
		return errors.Wrapf(ErrInvalidAttestation, "evidence of %d bytes, must be %d", len(r.Evidence), EvidenceSize)
	}
	return nil
}

// Validate checks an attestation by itself (ErrInvalidAttestation).
func (a Attestation) Validate() error {
	if a.Seat >= MaxSeats {
		return errors.Wrapf(ErrInvalidAttestation, "seat %d", a.Seat)
	}
	if len(a.Signature) != SignatureSize {
		return errors.Wrapf(ErrInvalidAttestation, "signature of %d bytes, must be %d", len(a.Signature), SignatureSize)
	}
	return a.Report.Validate()
}

// Signed says whether the holder of a key, compressed secp256k1, signed the report for the place.
func (a Attestation) Signed(p Place, key []byte) bool {
	return verify(key, AttestationSignBytes(p, a.Report), a.Signature)
}

// Signed says whether the holder of a key, compressed secp256k1, signed the statement for the place.
func (s Statement) Signed(p Place, key []byte) bool {
	return verify(key, StatementSignBytes(p, s.Nonce, s.Body), s.Signature)
}

func verify(key, text, signature []byte) bool {
	if len(key) != secp256k1.PubKeySize || len(signature) != SignatureSize {
		return false
	}
	pub := secp256k1.PubKey{Key: key}
	return pub.VerifySignature(text, signature)
}

// checkSignerKey refuses what is no compressed secp256k1 key.
func checkSignerKey(key []byte) error {
	if len(key) != secp256k1.PubKeySize || (key[0] != 2 && key[0] != 3) {
		return errors.Wrap(ErrInvalidAttestation, "not a compressed secp256k1 key of 33 bytes")
	}
	return nil
}

func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// greater says whether a*b > c*d, without overflow.
func greater(a, b, c, d uint64) bool {
	high, low := bits.Mul64(a, b)
	otherHigh, otherLow := bits.Mul64(c, d)
	return high > otherHigh || high == otherHigh && low > otherLow
}

// CheckContradiction refuses two attestations that are not of one seat, or malformed
// (ErrInvalidEvidence), or that say the same (ErrNotEquivocation). It does not look at the signatures.
func CheckContradiction(first, second Attestation) error {
	for _, a := range []Attestation{first, second} {
		if err := a.Validate(); err != nil {
			return errors.Wrap(ErrInvalidEvidence, err.Error())
		}
	}
	switch {
	case first.Seat != second.Seat:
		return errors.Wrapf(ErrInvalidEvidence, "of seats %d and %d", first.Seat, second.Seat)
	case first.Report.Result == second.Report.Result && first.Report.Value == second.Report.Value &&
		bytes.Equal(first.Report.Evidence, second.Report.Evidence):
		return ErrNotEquivocation
	}
	return nil
}

// EquivocationID names two attestations of a seat as evidence, 32 bytes:
//
//	H("openmesh/por/v1/equivocation", sign bytes of the first, sign bytes of the second)
func EquivocationID(p Place, first, second Attestation) []byte {
	return hash(domainEquivocation, AttestationSignBytes(p, first.Report), AttestationSignBytes(p, second.Report))
}
