// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"crypto/sha256"
	"errors"

	"github.com/openmesh-network/openmesh/x/por/gemm"
)

// ErrDevice says that the device failed or answered nonsense. It means nothing
// about the claim that was to be proven: the verdict is "unknown".
var ErrDevice = errors.New("the device failed")

// ErrMemory says that the device has too little memory for the order.
var ErrMemory = errors.New("the device has too little memory")

// A Digest is the SHA-256 of a row.
type Digest = [sha256.Size]byte

// Info is what a device says of itself. Nobody has to believe it.
type Info struct {
	// Kind is "cpu" or "cuda".
	Kind string
	// Class is the normalised name, such as "nvidia-h200".
	Class string
	// Name is the vendor's.
	Name string
	// UUID names one device of all; it is empty where there is none.
	UUID string
	// Memory is the total memory in bytes, 0 if unknown.
	Memory uint64
	// Free is the free memory in bytes when the device was opened, 0 if unknown.
	Free uint64
	// Driver is the driver's version.
	Driver string
	// Compute is the compute capability: "9.0".
	Compute string
	// Units is the number of multiprocessors, or of threads of a CPU.
	Units int
}

// An Engine computes the steps of one chain at a time on one device. Its methods
// are called one after the other. An error of any of them, other than ErrMemory,
// is ErrDevice; after one only Load and Close are called.
type Engine interface {
	// Info describes the device.
	Info() Info
	// Load makes B and A_0 of a challenge; A_0 becomes the current matrix.
	Load(s *gemm.Streams) error
	// Step makes the next matrix current and writes the digests of its N rows.
	Step(key gemm.StepKey, digests []Digest) error
	// Read copies rows of the current matrix, from first on, until dst is full.
	Read(dst []byte, first int) error
	// Write makes N*N bytes the current matrix.
	Write(matrix []byte) error
	// Close releases what the engine holds.
	Close() error
}
