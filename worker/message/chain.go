// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package message

import "time"

// Head says that the chain has a new newest block.
type Head struct {
	// Height of the block.
	Height int64
	// Time of the block, UTC.
	Time time.Time
}

// SeatBook is every seat that this Xnode holds, as the chain had it at a
// height. What is missing in it is over.
type SeatBook struct {
	// Height at which the book was read.
	Height int64
	// Seats in no particular order.
	Seats []Seat
}

// Seat is one place in the committee of a task.
type Seat struct {
	// TaskID names the task.
	TaskID uint64
	// Operator of this Xnode, bech32.
	Operator string
	// Index of the seat in drawing order over the whole task.
	Index uint32
	// State is drawn, committed, revealed...
	State string
	// Phase is where the task stands: committing, revealing...
	Phase string
	// Deadline is the height after which the phase refuses this seat's messages.
	Deadline int64
	// Program is what to run.
	Program Program
	// Origins serve the program's blobs on behalf of the requester.
	Origins []Source
	// Peers are all the other seats of the task in drawing order; one that cannot
	// be reached has no addresses.
	Peers []Peer
}

// Peer is a fellow seat.
type Peer struct {
	// Operator of the Xnode, bech32.
	Operator string
	// Index of its seat in drawing order.
	Index uint32
	// Source is where its daemon listens.
	Source Source
}

// Program is a WASI command with everything that its result depends on.
type Program struct {
	// ModuleCID of the WebAssembly binary.
	ModuleCID string
	// Args are argv[1:].
	Args []string
	// Env are KEY=VALUE pairs.
	Env []string
	// StdinCID of the standard input; empty for none.
	StdinCID string
	// Inputs are the files of /in.
	Inputs []InputFile
	// DetwasmVersion of the deterministic profile that it is run under.
	DetwasmVersion uint32
	// GasLimit in gas units.
	GasLimit uint64
	// MemoryLimit in bytes.
	MemoryLimit uint64
	// OutputLimit in bytes.
	OutputLimit uint64
}

// InputFile is one file of a program's /in.
type InputFile struct {
	// Name below /in.
	Name string
	// CID of the content.
	CID string
}

// Outcome is what a committee votes on.
type Outcome struct {
	// Status is ok, exit, trap, memory_limit, invalid_module...
	Status string
	// ExitCode of the program.
	ExitCode uint32
	// Gas used, in gas units.
	Gas uint64
	// OutputRoot is the CID of the output directory.
	OutputRoot string
}

// SubmitTask asks the chain module to put a task on the chain. It is answered
// by TaskSubmitted once the transaction is included.
type SubmitTask struct {
	// Program to run.
	Program Program
	// Offer is how it is to be verified, and what is paid for it.
	Offer Offer
	// MaxFee in uopen refuses an escrow that is larger; empty for no limit.
	MaxFee string
	// Sources are multiaddrs at which this daemon serves the blobs.
	Sources []string
}

// Offer is how a requester wants a task verified, by whom, and what it pays.
type Offer struct {
	// Verify is committee, sample or none; empty for committee.
	Verify string
	// Seats is the size of the committee; 0 for 7, and for a single seat.
	Seats uint32
	// SeatFee and GasPrice (of 1,000,000 gas) in uopen, as decimal integers; empty
	// for the chain's minimum.
	SeatFee, GasPrice string
	// MinRatingBps is the least rating of the Xnodes in 1/10,000; 0 for the chain's minimum.
	MinRatingBps uint32
}

// GetQuote asks what a task would cost and whom the offer would reach. It is
// answered by Quote.
type GetQuote struct {
	// Offer of the task; GasLimit in gas units and MemoryLimit in bytes of its program.
	Offer                 Offer
	GasLimit, MemoryLimit uint64
}

// Quote answers GetQuote. Amounts are in uopen.
type Quote struct {
	// Offer with the chain's defaults filled in.
	Offer Offer
	// MaxFee goes into escrow. LikelyFee is paid if the first stage agrees and uses
	// all its gas; EscalatedFee if a second one does, which happens with a chance of
	// EscalationBps in 1/10,000 though nobody disagrees.
	MaxFee, LikelyFee, EscalatedFee string
	EscalationBps                   uint32
	// Ladder of committee sizes.
	Ladder []uint32
	// DetwasmVersion that the program would run under.
	DetwasmVersion uint32
	// Of the Registered Xnodes, Sampled ones were looked at: Able ones have the
	// capacity now, Matching ones accept the offer too.
	Registered, Sampled, Able, Matching uint64
	// GasPrices asked by able Xnodes of that rating: least, lower quartile, median,
	// upper quartile and greatest; empty where there are none.
	GasPrices []string
}

// TaskSubmitted answers SubmitTask.
type TaskSubmitted struct {
	// TaskID given by the chain.
	TaskID uint64
	// TxHash in upper-case hex.
	TxHash string
	// Height of the block that included it.
	Height int64
	// Escrow in uopen.
	Escrow string
}

// GetTask asks where a task stands. It is answered by Task.
type GetTask struct {
	// TaskID names the task.
	TaskID uint64
	// Sources says that the seats' addresses are wanted, which takes longer.
	Sources bool
}

// Task is a task as the chain has it.
type Task struct {
	ID        uint64
	Requester string
	Program   Program
	// Offer as the chain pinned it; Seats is the first stage's.
	Offer Offer
	// Phase is drawing, committing, revealing, challengeable, verified or closed.
	Phase string
	// Reason why it was closed; empty otherwise.
	Reason string
	Stage  uint32
	// Seats that vote in the current stage; Quorum of them have to agree.
	Seats, Quorum, Redraws uint32
	// Escrow held and Paid to seats, in uopen.
	Escrow, Paid string
	// Heights; 0 while not reached. ReadHeight is when this was read.
	SubmittedHeight, DrawnHeight, FinishedHeight, Deadline, ReadHeight int64
	// HasOutcome says whether Outcome is set.
	HasOutcome bool
	Outcome    Outcome
	Committee  []TaskSeat
}

// TaskSeat is one seat of a Task.
type TaskSeat struct {
	Operator     string
	Stage, Index uint32
	State        string
	DrawnHeight  int64
	HasOutcome   bool
	Outcome      Outcome
	// Paid in uopen.
	Paid string
	// Source is where the seat's daemon listens, where that was asked for; no
	// addresses when unknown.
	Source Source
}

// GetChainStatus asks how the chain module fares. It is answered by ChainStatus.
type GetChainStatus struct{}

// ChainStatus answers GetChainStatus.
type ChainStatus struct {
	ChainID string
	// Height of the newest block seen and its Time.
	Height int64
	Time   time.Time
	// Error is why the chain cannot be reached now; empty when it can.
	Error string
	// Refused is why the chain refused a message of this Xnode last; empty since
	// one was included.
	Refused string
	// Operator of the Xnode that this signer serves; empty where it serves none.
	Operator string
	// XnodeStatus and Online as the chain has them.
	XnodeStatus string
	Online      bool
	// RatingBps is its record of service in 1/10,000.
	RatingBps uint32
	// Claimed, Verified and Allocated are what the chain counts of its hardware.
	Claimed, Verified, Allocated Hardware
	// Queued are messages that are not yet included.
	Queued int
	// Balance of the signer in uopen.
	Balance string
}

// Hardware is an amount of a machine, as the chain counts it.
type Hardware struct {
	// CPUMillis in thousandths of a core.
	CPUMillis uint64
	// MemoryBytes and StorageBytes in bytes, BandwidthBps in bits per second.
	MemoryBytes, StorageBytes, BandwidthBps uint64
	// GPUs in number, GPUMemoryBytes of all of them, and their model.
	GPUs, GPUMemoryBytes uint64
	GPUClass             string
}
