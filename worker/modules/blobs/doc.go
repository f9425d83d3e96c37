// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package blobs brings blobs from peers into the local store, and gives those in
// the store to peers.
//
//	answers  message.FetchBlob with message.BlobFetched
//	says     message.BlobStored
//	keeps    blocks, in the block store; nothing else survives a restart
//
// The protocol is /openmesh/dag/1. A request names a CID and how many blocks of
// the depth-first order the asker has; the answer is the blocks that follow, in
// that order, each block once:
//
//	request:  uvarint length, then CID length and CID, skip, depth, wait in ms
//	answer:   a status byte, then for each block uvarint length+1 and its bytes;
//	          a length field of 0 says that the sender itself waits for the block
//
// No CIDs travel: the receiver knows from the blocks it has which is due, and
// hashes each as it comes, so a wrong byte is noticed in the block it is in. A
// peer serves a blob while it is still fetching it, so fetchers can form a tree
// and the provider sends little more than the files of its own children. A
// source that is dead, slow or lying is replaced by the next one, which goes on
// where the walk stopped; after a restart the walk begins with what is on disk.
//
// It does not decide which peers are sources, does not import files, and does
// not delete blobs.
package blobs
