// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"encoding/binary"
	"math/big"

	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// PossessionDomain opens the bytes that a signer signs at registration.
	PossessionDomain = "openmesh/xnode-possession/1"
	// PossessionLength is the length of a possession proof: r||s, in bytes.
	PossessionLength = 64
)

// PossessionSignBytes is what a signer signs to let an operator use it:
//
//	PossessionDomain || len(chainID) || chainID || len(operator) || operator
//
// where a length is 4 bytes, big-endian, and operator is the address's bytes.
// The signature is secp256k1 over the SHA-256 of it, 64 bytes r||s with a low s,
// as the SDK's secp256k1.PrivKey.Sign makes it.
func PossessionSignBytes(chainID string, operator sdk.AccAddress) []byte {
	out := []byte(PossessionDomain)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chainID)))
	out = append(out, chainID...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(operator)))
	return append(out, operator...)
}

// VerifyPossession checks that the holder of the key signed for this operator on
// this chain (ErrInvalidSigner, ErrBadPossession).
func VerifyPossession(chainID string, operator sdk.AccAddress, pubKey, proof []byte) error {
	if _, err := SignerAddress(pubKey); err != nil {
		return err
	}
	if len(proof) != PossessionLength {
		return errorsmod.Wrapf(ErrBadPossession, "%d bytes, want %d", len(proof), PossessionLength)
	}
	key := secp256k1.PubKey{Key: pubKey}
	if !key.VerifySignature(PossessionSignBytes(chainID, operator), proof) {
		return errorsmod.Wrapf(ErrBadPossession, "chain %q", chainID)
	}
	return nil
}

// SignerAddress is the account of a compressed secp256k1 public key (ErrInvalidSigner).
func SignerAddress(pubKey []byte) (sdk.AccAddress, error) {
	if len(pubKey) != secp256k1.PubKeySize || (pubKey[0] != 2 && pubKey[0] != 3) {
		return nil, errorsmod.Wrap(ErrInvalidSigner, "not a compressed secp256k1 public key of 33 bytes")
	}
	key := secp256k1.PubKey{Key: pubKey}
	return sdk.AccAddress(key.Address()), nil
}

// peerIDHeader is what precedes the key in a libp2p peer id: an identity
// multihash (0x00) of 37 bytes, holding the protobuf {type: secp256k1, data: key}.
var peerIDHeader = []byte{0x00, 0x25, 0x08, 0x02, 0x12, 0x21}

// PeerID is the libp2p peer id of a compressed secp256k1 public key, in base58
// (ErrInvalidSigner). It is a pure function: any peer can compute it.
func PeerID(pubKey []byte) (string, error) {
	if _, err := SignerAddress(pubKey); err != nil {
		return "", err
	}
	return base58(append(append([]byte{}, peerIDHeader...), pubKey...)), nil
}

const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58 encodes in Bitcoin's alphabet; a leading zero byte becomes a "1".
func base58(raw []byte) string {
	var reversed []byte
	n, base, digit := new(big.Int).SetBytes(raw), big.NewInt(58), new(big.Int)
	for n.Sign() > 0 {
		n.DivMod(n, base, digit)
		reversed = append(reversed, base58Digits[digit.Int64()])
	}
	for i := 0; i < len(raw) && raw[i] == 0; i++ {
		reversed = append(reversed, base58Digits[0])
	}
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	return string(reversed)
}
