// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

// What calls cost, in gas: 1 is about 0.05 ns of one core, and 0.1 ns here, since
// measured costs differ more than those of instructions do. Every call costs
// gasCall and the Gas of its Function before anything else happens; the rest is
// charged as soon as the amount is known and before the work is done. Constants
// are part of the protocol.
const (
	// gasCall is a call from the guest to the host and back.
	gasCall = 4_000
	// gasFile is a read or a write as such: the host may have to be asked for
	// the bytes, or a page to be found for them.
	gasFile = 8_000
	// gasEntry is a look at one name of a folder that may then be added or taken out.
	gasEntry = 12_000
	// gasVector is one buffer of a read or write.
	gasVector = 150
	// gasByte is a byte that is moved between memory and anything else.
	gasByte = 2
	// gasGrowth is a byte by which stdout or a file of /out grows, a hole
	// included: it is kept, delivered and hashed.
	gasGrowth = 8
	// gasRandomByte is a random byte.
	gasRandomByte = 8
	// gasPathByte is a byte of a path.
	gasPathByte = 60
	// gasName is one element of a path looked up.
	gasName = 500
	// gasSnapshot is an entry of a folder when a listing begins.
	gasSnapshot = 2_000
	// gasListed is an entry of a listing looked at.
	gasListed = 1_500
	// gasMoved is an entry of /out when a folder is renamed.
	gasMoved = 300
	// gasString is an argument or an environment entry.
	gasString = 100
	// gasSubscription is a subscription of a poll.
	gasSubscription = 300
)
