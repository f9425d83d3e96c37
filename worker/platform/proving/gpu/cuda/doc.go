// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package cuda finds NVIDIA's devices and proves with them. It loads the driver's
// two libraries at run time, libnvidia-ml.so.1 (what devices there are) and
// libcuda.so.1 (computing), and no other software: kernels are embedded as PTX,
// which the driver translates for its device. Where the libraries are missing,
// or the system is none that they exist for, there are no devices and no error.
//
// A program with this package is linked against the C library of the machine (on
// Linux glibc's libdl.so.2), even without cgo: libraries cannot be loaded otherwise.
// It does not run on systems with another one. Keep it out of programs that have
// to be static.
//
// The kernels have not run on hardware yet. Their source gave the CPU's bytes when it
// was compiled for a CPU with the warp's instructions emulated, and the calls of the
// driver were made to a stand-in library; the PTX itself and its speed are untried.
// The test that must pass on a machine that has a device, and that prints what it
// can do, is
//
//	make gpu && bin/gpu.test -test.v -test.run CUDA
//
// Nothing relies on it unseen: xworker-gpu compares a device with the CPU, bit by
// bit, whenever it takes one (gpu.SelfTest), and does not prove with one that differs.
//
// # The kernels
//
// The folder kernel has one source, kernel.cu, its build script and the PTX that
// is made of it with clang: step for compute capability 8.0 and above (tensor
// cores, mma.sync m16n8k32), step for 6.1 and above (dp4a), and digest (SHA-256
// of rows). Products of int8 and their sums in int32 are exact, so both kernels and
// the CPU give the same bytes.
//
// # Not here
//
// No test of the device's memory: what a device says of its memory is believed.
//
// # Faults
//
// Every call of the driver is checked. An error of the driver is gpu.ErrDevice with
// its name; most of them (a lost device, a failed launch) stay until the device is
// opened again, in a new process at best. A crash within the driver ends the
// process, another reason to give it one of its own.
package cuda
