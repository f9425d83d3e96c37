// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package message

import "errors"

// Source is a peer that may have a blob.
type Source struct {
	// PeerID is the libp2p peer id as text.
	PeerID string
	// Addrs are its multiaddrs, with or without /p2p/.
	Addrs []string
}

// FetchBlob asks for a blob to be in the local store, whole and on disk. Who
// asks for one that is there already is answered at once.
type FetchBlob struct {
	// CID is the blob's root as text.
	CID string
	// Sources are tried in this order; the next takes over where one fails. For a
	// tree of fetchers the first is the parent and the last the provider.
	Sources []Source
	// MaxBytes limits the sum of all blocks; 0 is the configured limit.
	MaxBytes uint64
}

// BlobFetched answers FetchBlob: the blob is on disk.
type BlobFetched struct {
	CID string
	// Bytes and Blocks are those of the whole blob, each block counted once.
	Bytes, Blocks uint64
	// ReceivedBytes is what came over the network for it; less than Bytes where
	// a part was here before.
	ReceivedBytes uint64
}

// BlobStored says that a blob was fetched and is on disk.
type BlobStored struct {
	CID           string
	Bytes, Blocks uint64
}

// Why a blob could not be fetched.
var (
	// ErrBlobCID: the CID is not one, or of an unknown kind.
	ErrBlobCID = errors.New("not a blob's CID")
	// ErrBlobNotFound: no source has it.
	ErrBlobNotFound = errors.New("no source has the blob")
	// ErrBlobUnreachable: no source answered usefully.
	ErrBlobUnreachable = errors.New("no source gave the blob")
	// ErrBlobTooBig: it is larger than the question allowed.
	ErrBlobTooBig = errors.New("the blob is larger than allowed")
	// ErrBlobMalformed: its blocks are genuine, but no graph we know.
	ErrBlobMalformed = errors.New("the blob is malformed")
	// ErrBlobStopped: the worker is shutting down.
	ErrBlobStopped = errors.New("the worker is shutting down")
)
