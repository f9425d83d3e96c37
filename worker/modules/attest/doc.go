// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package attest proves what only a clock near by can judge, memory and
// bandwidth, to the peers that the chain draws for it, and judges others in turn.
//
//	hears  message.CommitteeBook, message.Busy
//	says   message.Attested, message.StatementShown, message.Equivocated
//	keeps  what it attested, with the statement that this rests on, until the
//	       chain has forgotten the window: it never attests two things
//
// # As the subject
//
// When a window of MEMORY opens, free memory is filled with its cells and held
// until every seat has attested, the window is over, or others need the memory: at
// most memory_bytes, never what is allocated to customers, and memory_reserve stays
// free. It answers the members of the committees in the book and nobody else, one
// at a time; a seat that has measured lets the others go first, the longer it took
// the longer, so that none can keep it to itself. Where it cannot answer now it says so (busy, with a time to come back),
// which is no fault: verifiers come back until the window ends.
//
// # As a verifier
//
// It measures, signs what it found, sends that to the other members and to the
// subject, and takes theirs. Who holds what more than two thirds agree on has it
// posted: the seats by turns that follow from the draw, some blocks apart, then the
// subject, and in the last blocks everybody whose own attestation is missing on
// chain. So a member that is dead, or silent, or lies, delays and changes nothing.
//
//   - OK: measured, opened, and signed for by the subject.
//   - MISMATCH: wrong steps in a signed answer, or too late three times in a row at
//     different moments, more than the network explains.
//   - UNKNOWN: everything else, from a subject that cannot be reached to one that
//     does not sign; settled only when the window ends.
//
// # The protocol
//
// /openmesh/proof/1. Both ends are known by their signers' keys, which are their
// peer ids. Frames are a kind (1 byte), a length (4 bytes, big endian) and a body,
// at most 8 KiB; every stream has a deadline.
//
//	verifier                                  subject
//	hello (class, window, seat)           ->
//	                                      <-  welcome (cells) or busy (ms) or refuse (reason)
//	... a session of platform/proving/memory, or blocks and their echo ...
//	nonce                                 ->
//	                                      <-  statement (body, signature)
//
//	member                                    member or subject
//	share (committee, attestations)       ->
//	                                      <-  share (those that it knows)
//
// The seed of a walk is the question that follows from the nonce, so that the
// subject's signature binds its answer to the seat that asked; the nonce itself is
// told after the clock has stopped.
//
// # Bandwidth
//
// All members connect before the start, which the chain's blocks settle, and push
// blocks of an unforeseeable stream at once, each at its share of the claim and a
// quarter more; the subject echoes them. A member counts what came back by the
// second, compares one block in a hundred, takes the median second, and attests
// that times the number of members, at most the claim. So each of the values is an
// estimate of the whole, the chain takes the second lowest, and a subject gains
// nothing by serving some members better: for that the others are served worse.
//
// It does not read the chain, does not decide who measures whom, and reports no
// fraud that costs a deposit.
package attest
