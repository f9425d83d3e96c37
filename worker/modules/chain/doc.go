// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package chain is the daemon's only speaker to the chain.
//
// It polls the newest block and reads the state that concerns this Xnode, all of
// it at that one height; events are never trusted to arrive. A node that is lost,
// behind or of another chain is left for the next one. What is to be said on chain
// follows from that state each time anew: a seat that is drawn and has a
// verdict needs a commit, one that is committed and asked to reveal needs a
// reveal. So a lost node, a lost transaction and a restart all mend themselves,
// and nothing is said twice while a transaction that says it is under way. Nor is
// anything said about seats before the chain knows this run of the daemon by its
// heartbeat: of two daemons with one key only the later one speaks.
//
// All transactions of the signer leave through one queue: unordered ones, each
// with its own timeout, simulated first, batched by kind, written to the store
// before they are broadcast, and looked up until they are included or can never
// be.
//
// Hears: message.Verdict, message.ProofAnswer, message.Draining. Says:
// message.Head, message.SeatBook, message.ProofBook. Answers: message.SubmitTask, message.GetTask,
// message.GetChainStatus. Keeps: transactions under way.
//
// Not here: running programs (tasks) and moving blobs (blobs). No other module
// knows the types of x/*.
package chain
