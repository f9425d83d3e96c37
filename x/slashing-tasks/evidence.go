// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"bytes"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
)

// CheckContradiction refuses two statements that are not about one seat
// (ErrInvalidEvidence), or that commit to the same (ErrNotEquivocation). It does
// not look at the signatures.
func CheckContradiction(first, second SignedCommit) error {
	switch {
	case first.TaskId != second.TaskId || first.Operator != second.Operator:
		return ErrInvalidEvidence.Wrap("the statements are about different seats")
	case len(first.Commitment) != DigestSize || len(second.Commitment) != DigestSize:
		return ErrInvalidEvidence.Wrapf("a commitment is %d bytes", DigestSize)
	case bytes.Equal(first.Commitment, second.Commitment):
		return ErrNotEquivocation.Wrap("both statements have the same commitment")
	}
	return nil
}

// Verify says whether one of the keys, compressed secp256k1, signed the statement
// for this chain and operator.
func (c SignedCommit) Verify(chainID string, operator []byte, keys [][]byte) bool {
	text := CommitSignBytes(chainID, c.TaskId, operator, c.Commitment)
	for _, key := range keys {
		pub := secp256k1.PubKey{Key: key}
		if pub.VerifySignature(text, c.Signature) {
			return true
		}
	}
	return false
}
