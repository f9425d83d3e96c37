// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package host is the worker's place in the peer-to-peer network: one libp2p
// host, whose identity is the signer key.
//
// It authenticates: whoever is connected has proved a secp256k1 key, and
// PeerAccount tells its account. It limits connections, streams and memory. It
// does not decide who may do what, and it finds nobody: modules give addresses.
package host
