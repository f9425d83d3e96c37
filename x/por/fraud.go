// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import "cosmossdk.io/errors"

const (
	// MaxEvidenceSize bounds a proof that is questioned, in bytes.
	MaxEvidenceSize = 64 << 10
	// MaxStatementSize bounds the body of a statement, in bytes.
	MaxStatementSize = 1 << 10
)

// Case is the question that a Judge decides: whether one item of what an operator showed is wrong.
type Case struct {
	// Place of the proof; seat and verifier only where a statement is questioned.
	Place Place
	// Window in which it was given, with the terms of the class.
	Window Window
	// Measurement is what the chain holds of the proof (STORAGE, CPU); empty where statements are questioned.
	Measurement Measurement
	// Question that the statement answers; empty otherwise.
	Question []byte
}

// Judge recomputes one item of the proofs of a class. It has no state.
type Judge interface {
	// Gas is what Judge will cost, charged before it is called. ErrInvalidEvidence where the evidence
	// is malformed.
	Gas(c Case, e FraudEvidence) (uint64, error)
	// Judge says whether the item is wrong. ErrInvalidEvidence where the evidence is malformed, or not of
	// what was committed to.
	Judge(c Case, e FraudEvidence) (wrong bool, err error)
}

// Judges of the classes whose proofs have items that a chain can recompute; nil: none yet.
type Judges struct {
	Storage, CPU, Memory, GPU Judge
}

// Of returns the judge of a class; nil if it has none.
func (j Judges) Of(class Class) Judge {
	switch class {
	case CLASS_STORAGE:
		return j.Storage
	case CLASS_CPU:
		return j.CPU
	case CLASS_MEMORY:
		return j.Memory
	case CLASS_GPU:
		return j.GPU
	default:
		return nil
	}
}

// Validate checks the sizes and that there is what the class asks for, no more (ErrInvalidEvidence).
func (e FraudEvidence) Validate(class Class) error {
	if len(e.Proof) == 0 || len(e.Proof) > MaxEvidenceSize {
		return errors.Wrapf(ErrInvalidEvidence, "a proof of %d bytes, must be 1 to %d", len(e.Proof), MaxEvidenceSize)
	}
	if class.Attested() != (e.Statement != nil) {
		return errors.Wrapf(ErrInvalidEvidence, "a statement belongs to what committees attest, and to nothing else")
	}
	if e.Statement == nil {
		return nil
	}
	return e.Statement.Validate()
}

// Validate checks the sizes of a statement (ErrInvalidEvidence).
func (s Statement) Validate() error {
	switch {
	case len(s.Body) == 0 || len(s.Body) > MaxStatementSize:
		return errors.Wrapf(ErrInvalidEvidence, "a statement of %d bytes, must be 1 to %d", len(s.Body), MaxStatementSize)
	case len(s.Nonce) != NonceSize || len(s.Signature) != SignatureSize:
		return errors.Wrapf(ErrInvalidEvidence, "nonce of %d and signature of %d bytes, must be %d and %d",
			len(s.Nonce), len(s.Signature), NonceSize, SignatureSize)
	case s.Seat >= MaxSeats:
		return errors.Wrapf(ErrInvalidEvidence, "seat %d", s.Seat)
	}
	return nil
}

// ID names evidence, 32 bytes:
//
//	H("openmesh/por/v1/fraud", chain id, class, window, challenge, subject, seat, verifier,
//	  proof, position, nonce, body, signature)
func (e FraudEvidence) ID(p Place) []byte {
	var s Statement
	if e.Statement != nil {
		s = *e.Statement
	}
	return hash(domainFraud, append(p.parts(), e.Proof, u64(e.Position), s.Nonce, s.Body, s.Signature)...)
}

// Hashed is how many bytes of evidence have to be hashed.
func (e FraudEvidence) Hashed() int {
	n := len(e.Proof)
	if e.Statement != nil {
		n += len(e.Statement.Body)
	}
	return n
}
