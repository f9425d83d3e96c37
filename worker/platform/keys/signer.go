// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/types/bech32"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
)

// AddressPrefix is the bech32 prefix of account addresses.
const AddressPrefix = "open"

var errNoScalar = errors.New("signer key: the secret is not a valid secp256k1 scalar")

// Signer is the hot key of a worker. It is safe for concurrent use.
type Signer struct {
	account *secp256k1.PrivKey
	network crypto.PrivKey
	id      peer.ID
}

// Generate makes a new signer in memory.
func Generate() *Signer {
	s, err := FromBytes(secp256k1.GenPrivKey().Key)
	if err != nil { // a key that was generated a line above is valid
		panic(err)
	}
	return s
}

// FromBytes makes a signer of a raw 32-byte secret.
func FromBytes(secret []byte) (*Signer, error) {
	if len(secret) != secp256k1.PrivKeySize {
		return nil, fmt.Errorf("a signer key has %d bytes, not %d", secp256k1.PrivKeySize, len(secret))
	}
	account := &secp256k1.PrivKey{Key: append([]byte(nil), secret...)}
	network, err := crypto.UnmarshalSecp256k1PrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("signer key: %w", err)
	}
	id, err := peer.IDFromPrivateKey(network)
	if err != nil {
		return nil, fmt.Errorf("signer key: %w", err)
	}
	// Both libraries reduce a secret above the group order in silence; then the
	// file would not hold the key that is used.
	if raw, err := network.Raw(); err != nil || !bytes.Equal(raw, secret) {
		return nil, errNoScalar
	}
	addr, err := AddressOfPeer(id)
	if err != nil {
		return nil, fmt.Errorf("signer key: %w", err)
	}
	if string(addr) != string(account.PubKey().Address()) {
		return nil, errNoScalar
	}
	return &Signer{account: account, network: network, id: id}, nil
}

// PrivKey is the key as the chain's transactions need it.
func (s *Signer) PrivKey() *secp256k1.PrivKey { return s.account }

// PeerKey is the key as libp2p needs it.
func (s *Signer) PeerKey() crypto.PrivKey { return s.network }

// PeerID is the libp2p identity.
func (s *Signer) PeerID() peer.ID { return s.id }

// Address is the 20-byte account address.
func (s *Signer) Address() []byte { return s.account.PubKey().Address() }

// Account is the account address as text, with the prefix "open".
func (s *Signer) Account() string { return Bech32(s.Address()) }

// String tells the account and never the secret.
func (s *Signer) String() string { return s.Account() }

// GoString tells the account and never the secret.
func (s *Signer) GoString() string { return s.Account() }

// Bech32 writes an account address as text, with the prefix "open".
func Bech32(address []byte) string {
	text, err := bech32.ConvertAndEncode(AddressPrefix, address)
	if err != nil { // only for addresses longer than any account's
		return fmt.Sprintf("invalid address %x", address)
	}
	return text
}

// PubKeyOfPeer returns the public key inside a peer id. It fails for an id that
// does not carry a secp256k1 key: an ed25519 id would lead to an account that
// is not its owner's.
func PubKeyOfPeer(id peer.ID) (*secp256k1.PubKey, error) {
	pub, err := id.ExtractPublicKey()
	if err != nil {
		return nil, fmt.Errorf("peer %s does not carry its key: %w", id, err)
	}
	if pub.Type() != crypto.Secp256k1 {
		return nil, fmt.Errorf("peer %s has a key of type %s, only Secp256k1 keys are accounts", id, pub.Type())
	}
	raw, err := pub.Raw()
	if err != nil {
		return nil, fmt.Errorf("peer %s: %w", id, err)
	}
	return &secp256k1.PubKey{Key: raw}, nil
}

// AddressOfPeer returns the 20-byte account address of a peer id. It fails as
// PubKeyOfPeer does.
func AddressOfPeer(id peer.ID) ([]byte, error) {
	pub, err := PubKeyOfPeer(id)
	if err != nil {
		return nil, err
	}
	return pub.Address(), nil
}

var purposeForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// RecordBytes returns what is signed for an application record: the domain
// "openmesh/<purpose>/1", a newline and the record. It cannot be the sign bytes
// of a transaction, which never start with that text. The purpose is lower-case
// letters, digits and dashes, at most 32.
func RecordBytes(purpose string, record []byte) ([]byte, error) {
	if !purposeForm.MatchString(purpose) {
		return nil, fmt.Errorf("record purpose %q is not lower-case letters, digits and dashes", purpose)
	}
	return append([]byte("openmesh/"+purpose+"/1\n"), record...), nil
}

// Sign signs an application record for one purpose. The signature is 64 bytes,
// r then s, over the SHA-256 of RecordBytes.
func (s *Signer) Sign(purpose string, record []byte) ([]byte, error) {
	msg, err := RecordBytes(purpose, record)
	if err != nil {
		return nil, err
	}
	return s.account.Sign(msg)
}

// Verify tells whether the peer signed the record for that purpose. The error
// says why the question has no answer: a peer id without account, a purpose
// that is none.
func Verify(id peer.ID, purpose string, record, signature []byte) (bool, error) {
	pub, err := PubKeyOfPeer(id)
	if err != nil {
		return false, err
	}
	msg, err := RecordBytes(purpose, record)
	if err != nil {
		return false, err
	}
	return pub.VerifySignature(msg, signature), nil
}

// ErrNoText says that bytes are not a text of the protocol that may be signed as it is.
var ErrNoText = errors.New("only a text that begins with the length of its domain is signed as it is")

// SignText signs a text of the protocol that brings its own domain, as the chain
// verifies it: it begins with the domain's length in 4 bytes, big endian, so that
// it cannot be the sign bytes of a transaction. The signature is 64 bytes.
func (s *Signer) SignText(text []byte) ([]byte, error) {
	if !isText(text) {
		return nil, ErrNoText
	}
	return s.account.Sign(text)
}

// VerifyText tells whether the holder of a compressed secp256k1 key signed the text.
func VerifyText(key, text, signature []byte) bool {
	if len(key) != secp256k1.PubKeySize || len(signature) != 64 || !isText(text) {
		return false
	}
	pub := secp256k1.PubKey{Key: key}
	return pub.VerifySignature(text, signature)
}

func isText(text []byte) bool {
	return len(text) > 4 && text[0] == 0 && text[1] == 0 && text[2] == 0 && int(text[3]) <= len(text)-4
}
