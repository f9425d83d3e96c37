// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package possession proves that who holds an object still has its bytes.
//
// # Definition
//
// An object is a row of bytes, 1 to 2^50. It is cut into leaves of 1024 bytes, the last one as
// long as what is left; the root is that of x/por/merkle over them, with leaf hashes
// Leaf(index, bytes). What a deal fixes is root and size.
//
// A challenge is 32 bytes that nobody knew before, for one holder. It draws n leaves, as
// x/por/sampling does it, with the topic
//
//	SHA-256 over each of "openmesh/por/v1/possession", holder, root, size (8 bytes, big endian)
//	behind its length in 4 bytes, big endian
//
// The proof is, for each drawn leaf in ascending order: the leaf's bytes, then the siblings of
// its path (32 bytes each) from the lowest level up. The lengths of all of these follow from
// size and index, so a proof has one encoding, whose exact length is known beforehand.
//
// # Soundness
//
// Who lost the part f of an object's leaves is found out with probability 1 - (1-f)^n at least:
//
//	n       f = 1 %   10 %    1/3    50 %
//	5         4.9 %   41 %   87 %    97 %
//	20         18 %   88 %  99.97 % 100 %
//	80         55 %  100 %  100 %   100 %
//	460        99 %  100 %  100 %   100 %
//
// With an erasure code that survives the loss of a third of the shards, an adversary has to drop
// more than a third: 5 leaves, 4 times a day, find that out with 99.97 % a day. What it does not
// show: that the holder has the bytes nearby, or alone: two holders of one object hold the same
// bytes, and either could ask the other.
//
// # Cost
//
// On one core, for an object of 1 GiB: 1,664 bytes and some 3 µs a leaf to check. To prove needs one
// pass over the object (220 MB/s measured, on a busy machine) or a kept tree (64 bytes a leaf).
package possession
