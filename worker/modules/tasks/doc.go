// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package tasks runs the programs of the seats that this Xnode holds.
//
// For each seat it fetches the program's blobs, runs the program in a process
// of its own, stores the output, and says its verdict. A verdict is in the
// journal before it is said, so that a restart can never make a seat commit to
// something else; after a restart it is said again once the chain shows the seat.
// A host failure is no verdict on the program: the seat is declined, and so is
// one whose deadline comes before its verdict.
//
// Hears: message.SeatBook. Says: message.Verdict, message.Draining,
// message.Busy. Asks: message.FetchBlob. Answers: message.SetDraining, message.GetTasksStatus.
// Keeps: the journal of verdicts.
//
// Not here: what is said on chain and when (chain), how blobs travel (blobs),
// and what a program may do (the sandbox).
package tasks
