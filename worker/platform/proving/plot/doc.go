// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package plot keeps a storage plot on disk and proves it: the daemon's side of x/por/cellpost.
//
// A plot lies in a folder of its own:
//
//	plot.json            what the plot is: format, key, N, size of a unit, units, size of a segment
//	plot.lock            held (flock) by the one process that has the plot open
//	seg-000000.cells     the cells of segment 0, one behind the other; all segments but the last
//	                     have the same size
//	seg-000000.log       how far segment 0 is: records of 16 bytes, appended after the cells before
//	                     have reached the disk
//
// # Crashes
//
// A record of a log is written and synced only after the cells it speaks of were synced. Whatever
// the moment at which the process or the machine dies, Open finds the last record that holds:
// it recomputes the last cell and some others of what the record added, and goes back a record
// where one differs. Fill goes on from there. plot.json is replaced as a whole, and Open brings
// the files in line with it, so growing and shrinking may be interrupted as well.
//
// # Disks that rot, fill up or are read-only
//
// Scrub recomputes cells at random and puts right what is wrong, together with its
// neighbourhood; Prove drops labels that do not hold, remembers where they were for Scrub, and
// skips what cannot be read. Fill stops before the disk has less than Options.Reserve left
// (ErrDiskFull), and goes on when called again after there is room. ErrReadOnly says that nothing
// can be written.
//
// # Being a good neighbour
//
// Fill and Scrub keep to Options.Duty, run at the lowest priority, and stand still between
// Pause and Resume. They and Prove read and write in order, once, and tell the kernel to forget
// the pages, so that the page cache stays with the programs that need it. Prove does not stand
// still: it has a deadline.
//
// # Speed
//
// On one core, busy with other work (go test -bench .): Fill 34 MB a second of processor time at
// N = 16, Prove 380 MB, with reading from the disk; so a disk below that is what a proof waits for.
//
// # Not here
//
// The package is not responsible for when to prove, for whom and what happens with a proof:
// that is worker/modules/proofs.
package plot
