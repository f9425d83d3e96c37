// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package keys holds the worker's signer key: one secp256k1 key that is its
// account on the chain and its libp2p identity at once.
//
// So a peer id leads to an account by computation alone: AddressOfPeer asks
// nobody. The package also guards the home directory against a second daemon,
// and signs application records in a form that is no transaction and no
// handshake. It does not know the operator's key, which never is on this
// machine.
package keys
