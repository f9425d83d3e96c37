// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package message

import "time"

// CommitteeBook is every window of a class that peers attest which this Xnode
// stands in, or has a seat in, as the chain had it at a height. What is missing
// in it is over.
type CommitteeBook struct {
	// Height at which the book was read, and the time of that block, UTC.
	Height int64
	Time   time.Time
	// ChainID is part of what is signed.
	ChainID string
	// Stands are those in which this Xnode is measured, Seats those in which it
	// measures others.
	Stands, Seats []Committee
}

// Committee measures one subject in one window.
type Committee struct {
	// Class is the number of the class in x/por, Window that of its window.
	Class  uint32
	Window uint64
	// Subject is the operator that is measured, bech32, and SubjectAddress its
	// address.
	Subject        string
	SubjectAddress []byte
	// SubjectKey is the subject's signer, a compressed secp256k1 key, and Source
	// where its daemon listens.
	SubjectKey []byte
	Source     Source
	// Challenge is the subject's own in this window, 32 bytes.
	Challenge []byte
	// Draw is the seed with which the window was drawn, 32 bytes; empty before it
	// is, when the subject makes ready.
	Draw []byte
	// Claimed is what the subject claims and Allocated what of it is in use, in
	// the unit of the class.
	Claimed, Allocated uint64
	// Until is the last block in which attestations are taken; 0 before the draw.
	Until int64
	// Terms are those of the window.
	Terms AttestTerms
	// Members by seat; empty before the draw.
	Members []CommitteeMember
	// Seat of this Xnode; -1 where it is the subject.
	Seat int
	// Start is when a measurement that all members make at once begins, UTC; zero
	// while that is not settled.
	Start time.Time
	// Closed says that the verdict is final, and Audited which seat has to show
	// what its attestation rests on, counted from 1; 0 for none.
	Closed  bool
	Audited uint32
}

// CommitteeMember is a seat of a committee.
type CommitteeMember struct {
	// Operator, bech32, and its address.
	Operator string
	Address  []byte
	// PubKey of its signer, a compressed secp256k1 key.
	PubKey []byte
	// Source is where its daemon listens.
	Source Source
	// Reported says that the chain has its attestation.
	Reported bool
}

// AttestTerms say how a class is measured in a window; those of other classes are 0.
type AttestTerms struct {
	// Samples is how many items are opened.
	Samples int
	// Rounds, Steps and Interval are those of a walk through memory, which may take
	// StepNanos a step and SlackNanos besides, in nanoseconds.
	Rounds                uint32
	Steps, Interval       uint64
	StepNanos, SlackNanos uint64
	// MeasureMillis is how long the network is measured, in milliseconds.
	MeasureMillis uint64
}

// Attested is what is to be posted of a committee: attestations that the chain may
// not have yet. The newest one about a committee replaces those before.
type Attested struct {
	// Class, Window and Subject (bech32) name the committee.
	Class   uint32
	Window  uint64
	Subject string
	// Attestations by ascending seat.
	Attestations []Attestation
}

// Attestation is what a seat found, signed.
type Attestation struct {
	// Seat in the committee.
	Seat uint32
	// Result is 1 for ok, 2 for mismatch, 3 for unknown.
	Result uint32
	// Value in the unit of the class; 0 unless ok.
	Value uint64
	// Evidence is the id of the subject's statement, 32 bytes.
	Evidence []byte
	// Signature r||s, 64 bytes.
	Signature []byte
}

// StatementShown is to be posted by an audited seat: what its attestation rests on.
type StatementShown struct {
	// Class, Window and Subject (bech32) name the committee.
	Class   uint32
	Window  uint64
	Subject string
	// Seat that asked, with Nonce; Body is the answer, Signature the subject's.
	Seat                   uint32
	Nonce, Body, Signature []byte
}

// Equivocated is to be posted: one seat has signed two things.
type Equivocated struct {
	// Class, Window and Subject (bech32) name the committee.
	Class   uint32
	Window  uint64
	Subject string
	// First and Second attestation of the seat.
	First, Second Attestation
}
