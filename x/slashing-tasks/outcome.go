// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

const (
	// DigestSize is the length of digests and commitments, in bytes.
	DigestSize = sha256.Size
	// SaltSize is the length of a salt, in bytes.
	SaltSize = 32
)

// The domains keep the module's hashes and signatures apart from each other and
// from everybody else's.
const (
	outcomeDomain   = "openmesh/outcome/1"
	commitDomain    = "openmesh/commit/1"
	statementDomain = "openmesh/commit-statement/1"
	drawDomain      = "openmesh/draw/1"
	auditCoinDomain = "openmesh/audit/1"
)

// Digest is what votes are counted by:
//
//	SHA-256("openmesh/outcome/1" || u32be status || u32be exit_code || u64be gas || lp(output_root))
//
// where lp is a u32be length, then the bytes.
func (o Outcome) Digest() [DigestSize]byte {
	b := []byte(outcomeDomain)
	b = binary.BigEndian.AppendUint32(b, uint32(o.Status))
	b = binary.BigEndian.AppendUint32(b, o.ExitCode)
	b = binary.BigEndian.AppendUint64(b, o.Gas)
	return sha256.Sum256(appendPrefixed(b, []byte(o.OutputRoot)))
}

// Validate refuses what no program's end can be: an unknown status, an exit code
// without EXIT, an INVALID_MODULE that ran, a malformed root (ErrInvalidOutcome).
func (o Outcome) Validate() error {
	if err := o.check(); err != nil {
		return ErrInvalidOutcome.Wrap(err.Error())
	}
	return nil
}

// ValidateFor refuses besides what this program cannot have ended with: more gas
// than its limit, and OUT_OF_GAS with less (ErrInvalidOutcome). Every outcome that
// the module takes or keeps has passed it.
func (o Outcome) ValidateFor(p Program) error {
	switch {
	case o.Gas > p.GasLimit:
		return ErrInvalidOutcome.Wrapf("gas %d, but the program ends at its limit of %d", o.Gas, p.GasLimit)
	case o.Status == OUTCOME_STATUS_OUT_OF_GAS && o.Gas != p.GasLimit:
		return ErrInvalidOutcome.Wrapf("gas %d with status %s: it is the limit, %d", o.Gas, o.Status, p.GasLimit)
	}
	return o.Validate()
}

func (o Outcome) check() error {
	if o.Status < OUTCOME_STATUS_OK || o.Status > OUTCOME_STATUS_INVALID_MODULE {
		return fmt.Errorf("unknown status %d", o.Status)
	}
	if (o.ExitCode != 0) != (o.Status == OUTCOME_STATUS_EXIT) {
		return fmt.Errorf("exit_code %d with status %s: only EXIT has one, and never 0", o.ExitCode, o.Status)
	}
	if o.Status == OUTCOME_STATUS_INVALID_MODULE && (o.Gas != 0 || o.OutputRoot != "") {
		return fmt.Errorf("gas or output with status %s: nothing has run", o.Status)
	}
	if o.OutputRoot == "" {
		return nil
	}
	return ValidateCID(o.OutputRoot)
}

// Commitment hides an outcome until it is revealed:
//
//	SHA-256("openmesh/commit/1" || lp(chain id) || u64be task id || lp(operator) || outcome digest || salt)
//
// The operator is its address in bytes; a copied commitment opens for nobody else.
// The salt is SaltSize secret random bytes.
func Commitment(chainID string, taskID uint64, operator []byte, outcome Outcome, salt []byte) []byte {
	b := appendPrefixed([]byte(commitDomain), []byte(chainID))
	b = binary.BigEndian.AppendUint64(b, taskID)
	b = appendPrefixed(b, operator)
	digest := outcome.Digest()
	b = append(b, digest[:]...)
	sum := sha256.Sum256(append(b, salt...))
	return sum[:]
}

// CommitSignBytes is what an Xnode's signer signs to state a commitment to its
// fellow seats:
//
//	"openmesh/commit-statement/1" || lp(chain id) || u64be task id || lp(operator) || commitment
//
// Two such statements with different commitments prove equivocation.
func CommitSignBytes(chainID string, taskID uint64, operator, commitment []byte) []byte {
	b := appendPrefixed([]byte(statementDomain), []byte(chainID))
	b = binary.BigEndian.AppendUint64(b, taskID)
	b = appendPrefixed(b, operator)
	return append(b, commitment...)
}

// DrawSeed expands a beacon seed into the seed of one draw:
//
//	SHA-256("openmesh/draw/1" || lp(seed) || u64be task id || u32be stage || u32be redraw || u32be round)
//
// Redraw is 0 for the first committee of a stage; round counts on where a drawn
// Xnode could not be seated.
func DrawSeed(seed []byte, taskID uint64, stage, redraw, round uint32) []byte {
	b := appendPrefixed([]byte(drawDomain), seed)
	b = binary.BigEndian.AppendUint64(b, taskID)
	b = binary.BigEndian.AppendUint32(b, stage)
	b = binary.BigEndian.AppendUint32(b, redraw)
	sum := sha256.Sum256(binary.BigEndian.AppendUint32(b, round))
	return sum[:]
}

// AuditCoin says whether a quorum is escalated for audit: the first eight bytes,
// big-endian, of
//
//	SHA-256("openmesh/audit/1" || lp(seed) || u64be task id || u32be stage)
//
// modulo 10,000 are below auditBps.
func AuditCoin(seed []byte, taskID uint64, stage, auditBps uint32) bool {
	b := appendPrefixed([]byte(auditCoinDomain), seed)
	b = binary.BigEndian.AppendUint64(b, taskID)
	sum := sha256.Sum256(binary.BigEndian.AppendUint32(b, stage))
	return binary.BigEndian.Uint64(sum[:8])%BasisPoints < uint64(auditBps)
}

func appendPrefixed(b, value []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}
