// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package kernels holds the three standard programs in whose steps computing power
// is measured in gas, the unit that tasks are paid in.
//
// A kernel is a function of 32 bytes to 32 bytes. It is defined twice, and the two
// are equal bit by bit: in Go (Machine), for the chain and for whoever verifies,
// and as a WASI command (Module), which the sandbox runs like any task. No kernel's
// control flow depends on its data, so a step costs the same gas whatever it works
// on (Kernel.Gas), and steps in a time are gas in a time:
//
//	gas a second = steps * Kernel.Gas() / seconds
//
//	kernel  what it does in a step                                  gas         Go      sandbox
//	mix     65,536 dependent rounds of 64-bit arithmetic            5,308,569   0.31 ms 0.30 ms
//	chase   fills 1 MiB, then 65,536 dependent reads and writes     13,436,456  0.59 ms 0.79 ms
//	matmul  64 x 64 x 64 multiplications of 32 bits, in vectors     1,953,078   0.07 ms 0.07 ms
//
// (CPU time on a server of 2024; go test -bench Kernels ./worker/platform/proving/cpu.)
//
// # What a prover can gain
//
// Only the steps are proven, not that the sandbox took them. Code made for one
// machine takes them faster than the sandbox. Measured on one core of the same
// machine, best of several compilers and options, and with several chains taken by
// turns on one core, so that each waits for the others' latencies:
//
//	kernel  Go    C, one chain  C, several chains
//	mix     1.0x  1.1x          1.9x
//	chase   1.35x 1.55x         about 1.7x
//	matmul  1.0x  4.8x          4.8x (AVX-512)
//
// So a rating from kernels alone is right to a factor of two, and of five for
// matmul, against a prover who writes code for it; a graphics card runs matmul
// faster still. A rating should therefore be that of the worst kernel, and the
// check that counts is continuous: the gas a second that a worker achieves on real
// tasks, which nobody can prepare for.
//
// The kernels are no hash functions. They are hard to shorten, not proven to be:
// every round multiplies and rotates, the result of a matrix product goes into the
// state word by word through multiplications, so that no product of a matrix and a
// vector stands for it.
package kernels
