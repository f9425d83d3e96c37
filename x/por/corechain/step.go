// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain

import (
	"crypto/sha256"

	"github.com/openmesh-network/openmesh/x/por/kernels"
)

// Function is a step function. The numbers are part of the protocol.
type Function uint8

// The step functions.
const (
	// SHA256 is x -> SHA-256(x).
	SHA256 Function = 1
	// Mix, Chase and MatMul are the kernels.
	Mix    Function = 2
	Chase  Function = 3
	MatMul Function = 4
)

// Functions lists the step functions.
var Functions = []Function{SHA256, Mix, Chase, MatMul}

// Kernel is the kernel that a function is, 0 for SHA256 and unknown ones.
func (f Function) Kernel() kernels.Kernel {
	switch f {
	case Mix:
		return kernels.Mix
	case Chase:
		return kernels.Chase
	case MatMul:
		return kernels.MatMul
	case SHA256:
	}
	return 0
}

// Interval is the number of steps of a segment that takes about 0.6 ms to verify.
func (f Function) Interval() uint64 {
	switch f {
	case SHA256:
		return 10_000
	case Mix:
		return 2
	case Chase:
		return 1
	case MatMul:
		return 8
	}
	return 0
}

// MaxInterval is the greatest Spec.Interval for a function, 0 for an unknown one.
// It keeps the verification of one segment below about 0.1 s, whatever a parameter
// says.
func (f Function) MaxInterval() uint64 { return 128 * f.Interval() }

// Gas is what a step costs in gas, 0 for SHA256, which is not measured in gas.
func (f Function) Gas() uint64 { return f.Kernel().Gas() }

// String names the function.
func (f Function) String() string {
	if f == SHA256 {
		return "sha256"
	}
	return f.Kernel().String()
}

// Stepper takes steps of one function. It is not for use by several goroutines.
type Stepper struct {
	function Function
	machine  kernels.Machine
}

// NewStepper makes a stepper. One of an unknown function takes no steps.
func NewStepper(f Function) *Stepper { return &Stepper{function: f} }

// Run takes n steps from x on.
func (s *Stepper) Run(x *State, n uint64) {
	if s.function != SHA256 {
		s.machine.Run(s.function.Kernel(), x, n)
		return
	}
	state := *x
	for range n {
		state = sha256.Sum256(state[:])
	}
	*x = state
}
