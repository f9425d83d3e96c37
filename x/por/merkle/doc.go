// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package merkle is the Merkle tree under every proof of x/por: SHA-256, any
// number of leaves from 1 to 2^40, short proofs that a run of consecutive leaves
// is in the tree.
//
// # The tree
//
//	leaf hash   Leaf(i, data)  = SHA-256(0x00 || be64(i) || data)
//	node        Node(l, r)     = SHA-256(0x01 || l || r)
//	root        Root           = SHA-256(0x02 || be64(size) || top)
//
// Level 0 is the leaf hashes in order. Two neighbours make a node of the level
// above; a last one without a neighbour rises as it is. The top is the single
// hash of the highest level. This is the shape of RFC 6962, section 2.1.
//
// # What it promises
//
// A root binds the number of its leaves, and size and index fix the shape of a
// proof to the hash: a proof has exactly Length(size, first, count) siblings, and
// which side each one is on is not the prover's to say. Leaves, nodes and roots
// are hashed under different first bytes, so that none passes for another (second
// preimages), a leaf hash binds its index, so that no two leaves of one tree are
// equal, and nothing is doubled to fill a level (CVE-2012-2459). Two different
// answers that verify against one root are a collision of SHA-256.
//
// # Not here
//
// What leaves mean, and who draws which of them to open.
package merkle
