// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package attestation is what is signed when peers measure each other: the texts of a verifier's
// attestation and of its subject's statement, and the question that the statement answers. The
// chain checks them (x/por) and the worker makes them.
//
// join(domain, part…) writes each of its arguments behind its length (4 bytes, big endian) and H(…)
// is the SHA-256 of it, as everywhere in x/por. A text begins with the length of its domain, whose
// first byte is 0: no protobuf (a sign doc) and no JSON begins so, and no text of libp2p.
package attestation

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/merkle"
)

const (
	domainQuestion    = "openmesh/por/v1/question"
	domainAnswer      = "openmesh/por/v1/answer"
	domainAttestation = "openmesh/por/v1/attestation"
	domainStatement   = "openmesh/por/v1/statement"
)

// NonceSize is the length of a verifier's nonce, and HashSize that of evidence and questions, in bytes.
const (
	NonceSize = 32
	HashSize  = sha256.Size
)

// The numbers of the classes that are attested and of the results, as in x/por.
const (
	ClassMemory    = 3
	ClassBandwidth = 4
	ClassGPU       = 5

	OK       = 1
	Mismatch = 2
	Unknown  = 3
)

// ErrAnswer says that the body of a statement is malformed.
var ErrAnswer = errors.New("malformed answer")

// Place names a seat of a window on a chain. What is signed for one place is of no use in any other.
type Place struct {
	// ChainID of the chain.
	ChainID string
	// Class and number of the window.
	Class  uint32
	Window uint64
	// Challenge is the seed with which the window was drawn, 32 bytes: nothing can be signed before it
	// is known.
	Challenge []byte
	// Subject is the address of the operator that is measured.
	Subject []byte
	// Seat is the index in the committee.
	Seat uint32
	// Verifier is the address of the operator that sits there.
	Verifier []byte
}

// Parts are the parts of a text that name the place.
func (p Place) Parts() [][]byte {
	return [][]byte{
		[]byte(p.ChainID), be32(p.Class), be64(p.Window), p.Challenge, p.Subject, be32(p.Seat), p.Verifier,
	}
}

// Report is what a verifier found: a result (OK, Mismatch, Unknown), the value in the unit of the
// class, 0 unless OK, and the id of the statement that it rests on.
type Report struct {
	Result   uint32
	Value    uint64
	Evidence []byte
}

// SignBytes is what a verifier signs, with secp256k1 over its SHA-256:
//
//	join("openmesh/por/v1/attestation", chain id, class, window, challenge, subject, seat, verifier,
//	     result, value, evidence)
//
// Class, seat and result are 4, window and value 8 bytes, big endian; subject and verifier are
// the bytes of their addresses.
func SignBytes(p Place, r Report) []byte {
	return join(domainAttestation, append(p.Parts(), be32(r.Result), be64(r.Value), r.Evidence)...)
}

// StatementSignBytes is what a subject signs to answer the challenge of a seat, with secp256k1
// over its SHA-256:
//
//	join("openmesh/por/v1/statement", chain id, class, window, challenge, subject, seat, verifier, nonce, body)
func StatementSignBytes(p Place, nonce, body []byte) []byte {
	return join(domainStatement, append(p.Parts(), nonce, body)...)
}

// Question is what a seat asks its subject. The verifier keeps its nonce until its clock runs, so
// that no answer can be prepared; and no answer to one seat is of use to another.
//
//	H("openmesh/por/v1/question", chain id, class, window, challenge, subject, seat, verifier, nonce)
func Question(p Place, nonce []byte) [HashSize]byte {
	return hash(domainQuestion, append(p.Parts(), nonce)...)
}

// StatementID is what the verifier attests as evidence: the hash of the signed answer.
//
//	H("openmesh/por/v1/answer", sign bytes, signature)
func StatementID(p Place, nonce, body, signature []byte) [HashSize]byte {
	return hash(domainAnswer, StatementSignBytes(p, nonce, body), signature)
}

// MemoryAnswer is the body of the statement that answers a walk: the number of cells (8 bytes, big
// endian) and the root.
func MemoryAnswer(cells uint64, root merkle.Hash) []byte {
	return append(binary.BigEndian.AppendUint64(nil, cells), root[:]...)
}

// ParseMemoryAnswer reads what MemoryAnswer wrote (ErrAnswer).
func ParseMemoryAnswer(body []byte) (cells uint64, root merkle.Hash, err error) {
	if len(body) != 8+len(root) {
		return 0, root, fmt.Errorf("%w: %d bytes", ErrAnswer, len(body))
	}
	copy(root[:], body[8:])
	return binary.BigEndian.Uint64(body), root, nil
}

// Quorum is the least number of seats that is more than two thirds of n.
func Quorum(n int) int { return 2*n/3 + 1 }

func be32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func be64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func join(domain string, parts ...[]byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(domain)))
	out = append(out, domain...)
	for _, part := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

func hash(domain string, parts ...[]byte) [HashSize]byte {
	return sha256.Sum256(join(domain, parts...))
}
