// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package message

import "time"

// Classes of resources that are proven, each by itself. In brackets: the unit in
// which amounts of it are counted.
const (
	// ClassStorage is disk space [bytes].
	ClassStorage = "storage"
	// ClassCPU is processor time [thousandths of a core].
	ClassCPU = "cpu"
	// ClassMemory is main memory [bytes].
	ClassMemory = "memory"
	// ClassBandwidth is the network [bits per second].
	ClassBandwidth = "bandwidth"
	// ClassGPU is GPUs [number].
	ClassGPU = "gpu"
)

// What a ProofDuty asks for.
const (
	// ActionNone asks for nothing: the answer is there, or it is too late.
	ActionNone = "unspecified"
	// ActionProveStorage asks for a ProofAnswer with Units and Proof.
	ActionProveStorage = "prove_storage"
	// ActionCommitCPU asks for one with Segments and Root.
	ActionCommitCPU = "commit_cpu"
	// ActionRevealCPU asks for one with Proof.
	ActionRevealCPU = "reveal_cpu"
	// ActionWait asks for nothing yet: a draw is waited for.
	ActionWait = "wait"
)

// ProofBook is what the chain asks this Xnode to prove, as it had it at a height.
// What is missing in it is over.
type ProofBook struct {
	// Height at which the book was read, and its block's Time.
	Height int64
	Time   time.Time
	// BlockTime is how long a block takes, as seen lately.
	BlockTime time.Duration
	// ChainID and Operator (the account's bytes) are what proofs are bound to;
	// Operator is empty where this signer speaks for no Xnode.
	ChainID  string
	Operator []byte
	// Classes are what is known of each class, in no particular order.
	Classes []ProofClass
	// Plot is how plots are made; no units where storage is not proven.
	Plot PlotTerms
	// Duties of the windows that run, in no particular order.
	Duties []ProofDuty
}

// ProofClass is what the chain knows of one class of this Xnode, in its unit.
type ProofClass struct {
	Class string
	// Mode is off, shadow or enforced.
	Mode string
	// Claimed, Verified by proofs, and Allocated to work.
	Claimed, Verified, Allocated uint64
	// Score is the record of windows, 0 to 10,000.
	Score uint32
	// Misses is the number of windows missed or withheld since the last proof.
	Misses uint32
	// LastWindow that was concluded, and its LastVerdict: ok, missed, mismatch...
	LastWindow  uint64
	LastVerdict string
	// NextHeight is the first block at whose end the next regular window may open;
	// 0 where that is not known.
	NextHeight int64
}

// PlotTerms say how a plot is made and how much of it a claim takes.
type PlotTerms struct {
	// UnitBytes of the claim are proven by UnitCells cells of 4096 bytes.
	UnitBytes, UnitCells uint64
	// MinUnits is the least number of units that can be proven.
	MinUnits uint64
	// CostN is the N of a cell's scrypt.
	CostN uint32
}

// ProofDuty is what a window that runs asks of this Xnode.
type ProofDuty struct {
	Class  string
	Window uint64
	// Action is what it asks for now, Until the last block that takes it.
	Action string
	Until  int64
	// OpenedHeight and OpenedTime are those of the block that opened the window.
	OpenedHeight int64
	OpenedTime   time.Time
	// Challenge is this Xnode's own in this window, 32 bytes.
	Challenge []byte
	// Claimed and Allocated in the class's unit: what is allocated need not be proven.
	Claimed, Allocated uint64
	// Owed says that not answering is a miss.
	Owed bool
	// Enforced says that what the window finds out counts.
	Enforced bool
	// Storage is set for ClassStorage, CPU for ClassCPU.
	Storage StorageDuty
	CPU     CPUDuty
}

// StorageDuty is the part of a storage window's duty.
type StorageDuty struct {
	// Terms of the plot, pinned when the window opened.
	Terms PlotTerms
	// K1 and K2 of the proof.
	K1, K2 uint32
	// MaxUnits is the most units that can be proven.
	MaxUnits uint64
}

// CPUDuty is the part of a CPU window's duty.
type CPUDuty struct {
	// Function is the step function's number, Interval the steps of a segment.
	Function uint32
	Interval uint64
	// CoreStepsPerSecond is the speed of one core of the reference,
	// MinLaneStepsPerSecond the least with which a lane counts.
	CoreStepsPerSecond, MinLaneStepsPerSecond uint64
	// WorkMillis is the time that steps are counted over, MaxLanes the most lanes.
	WorkMillis uint64
	MaxLanes   uint32
	// Drawn are the leaves to reveal, ascending.
	Drawn []uint64
}

// ProofAnswer answers a duty. What it rests on is on disk before it is said, and
// it is said again after a restart while the chain still asks for it.
type ProofAnswer struct {
	Class  string
	Window uint64
	// Action is the duty's.
	Action string
	// Units that a storage proof proves.
	Units uint64
	// Proof of storage, or the drawn segments of core chains.
	Proof []byte
	// Segments of each lane, and the Root over their ends.
	Segments []uint64
	Root     []byte
}

// GetProofsStatus asks how proving fares. It is answered by ProofsStatus.
type GetProofsStatus struct{}

// ProofsStatus answers GetProofsStatus.
type ProofsStatus struct {
	// Classes that this daemon proves, in the order of their names.
	Classes []ClassStatus
	Plot    PlotStatus
	// Problems are why less is proven than is claimed, in words; empty where all is well.
	Problems []string
}

// ClassStatus is how the proofs of one class fare.
type ClassStatus struct {
	ProofClass

	// Height at which ProofClass was read.
	Height int64
	// Running tells what is done just now; empty for nothing.
	Running string
	// Window that was dealt with last by this run of the daemon, and its Outcome: answered,
	// missed..., with the Reason where it was not answered.
	Window          uint64
	Outcome, Reason string
	// Answered and Missed windows since the start of the daemon.
	Answered, Missed uint64
}

// PlotStatus is how the plot on disk is.
type PlotStatus struct {
	Dir string
	// State is none, filling, paused, full, waiting, or failed.
	State string
	// Bytes that are filled, of TargetBytes.
	Bytes, TargetBytes uint64
	// Rate in bytes a second while it is filled, and the time Left at that rate.
	Rate uint64
	Left time.Duration
	// Units that can be proven, and the bytes of the claim that they stand for.
	Units, ProvenBytes uint64
	// Error is why it does not grow; empty where it does or need not.
	Error string
}
