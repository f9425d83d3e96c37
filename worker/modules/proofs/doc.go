// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package proofs keeps proving what this Xnode claims to have.
//
// The chain opens windows and asks for proofs (message.ProofBook). For each class
// there is a prover, which prepares for windows (a plot on disk), answers them
// (a scan of the plot, core chains), and says why where it cannot. The module
// decides when: one piece of work a class, none that cannot be ready, and plots
// stand back while programs of customers run.
//
// What an answer rests on is on disk before the answer is said: a commitment's
// record, so that a daemon that was killed can still reveal, and the answer
// itself, so that it is said again, and no other one, after a restart while the
// chain still asks for it.
//
// Nothing that goes wrong here ends the daemon: it is told in the status, and
// tried again while there is time.
//
// Hears: message.ProofBook, message.Busy. Says: message.ProofAnswer. Answers:
// message.GetProofsStatus. Keeps: the plot, records of commitments, the journal
// of answers.
//
// Not here: when windows are and what proofs are worth (the chain), how they get
// there (modules/chain), how they are computed (platform/proving).
package proofs
