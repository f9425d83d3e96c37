// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon

import (
	"bytes"
	"encoding/hex"

	"github.com/openmesh-network/openmesh/x/por"
)

// The envelope is a transaction that every decoder reads, so that no explorer, indexer or
// page of queries stumbles over it: a TxRaw without messages and signatures, with the proof
// in its memo. Sent by a user it is refused, for it has no message.
const (
	memoPrefix = "beacon/1:"
	// TxRaw.body_bytes of 172 bytes, in it TxBody.memo of 169 bytes.
	envelopePrefix = "\x0a\xac\x01\x12\xa9\x01" + memoPrefix
	// TxRaw.auth_info_bytes of 2 bytes: AuthInfo with an empty fee.
	envelopeSuffix = "\x12\x02\x12\x00"
	// EnvelopeSize is the size of an envelope in bytes.
	EnvelopeSize = len(envelopePrefix) + 2*por.ProofSize + len(envelopeSuffix)
)

// Encode wraps a proof of por.ProofSize bytes.
func Encode(proof []byte) []byte {
	out := make([]byte, 0, EnvelopeSize)
	out = append(out, envelopePrefix...)
	out = hex.AppendEncode(out, proof)
	return append(out, envelopeSuffix...)
}

// Decode returns the proof in an envelope. Only the exact bytes that Encode makes are one.
func Decode(tx []byte) (proof []byte, ok bool) {
	if len(tx) != EnvelopeSize || !bytes.HasPrefix(tx, []byte(envelopePrefix)) {
		return nil, false
	}
	digits := tx[len(envelopePrefix) : len(tx)-len(envelopeSuffix)]
	proof = make([]byte, por.ProofSize)
	if _, err := hex.Decode(proof, digits); err != nil {
		return nil, false
	}
	// Upper-case digits and another suffix end here.
	return proof, bytes.Equal(Encode(proof), tx)
}

// IsEnvelope says whether a transaction is an envelope, whatever its proof is worth.
func IsEnvelope(tx []byte) bool {
	_, ok := Decode(tx)
	return ok
}

// Judge looks for the contribution that is owed in the first transaction of a block (nil if
// the block is empty). It returns the VRF output, or why there is none.
func Judge(duty por.Duty, first []byte) (output []byte, absence por.Absence) {
	if !duty.Owed() {
		return nil, duty.Excuse
	}
	proof, ok := Decode(first)
	if !ok {
		return nil, por.ABSENCE_MISSING
	}
	output, ok = por.VerifyProof(duty.PubKey, proof, duty.Alpha)
	if !ok {
		return nil, por.ABSENCE_INVALID
	}
	return output, por.ABSENCE_UNSPECIFIED
}
