// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package gpu proves the throughput of an accelerator: it runs the chain of
// x/por/gemm on a device until a deadline and opens drawn rows of it afterwards.
//
// A Prover does the bookkeeping (trees, checkpoints, openings); an Engine does
// the arithmetic. The engine of this package is the CPU. Package gpu/cuda has the
// one for NVIDIA's devices. It is not part of xworker, which is static: a program
// that loads libraries at run time is bound to the machine's C library. It is in
// xworker-gpu, a small program beside it, and a Process is the Prover that speaks
// with that over pipes: Find, List, Start. A driver that crashes or hangs ends that
// process, and the verdict is "unknown".
//
// # What is kept
//
// A chain's matrices are far more than a memory (67 MB a step at order 8192), so
// a Run keeps all step roots, 32 bytes each, and a matrix every so many steps
// within Options.Memory. To open a row the prover goes on from the matrix before.
//
// # Faults
//
// A device is used only after SelfTest: it must agree with the CPU in every bit.
//
// The prover checks itself: the steps that it repeats must have the roots that it
// committed to, and the rows that it opens, computed again by the CPU, must be the
// device's. Where they are not, the device is not sound, and Open answers
// ErrDevice rather than a proof that would fail.
package gpu
