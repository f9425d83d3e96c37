// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package dag turns files and directories into UnixFS graphs of blocks and
// back. A CID made here is the CID that `ipfs add --cid-version=1` prints:
// balanced tree, 256 KiB chunks, 174 links a node, raw leaves, SHA-256.
//
// It works on the blocks that are in the store and fetches none; which blocks a
// graph needs is what Links and Walk tell.
package dag
