// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// What all kernels share. A kernel is one C file that defines run: n steps of its
// work, and a checksum of what came out, so that nothing of it can be left out
// and all builds can be seen to agree.

#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __wasm__
#define EXPORT __attribute__((export_name("run")))
#else
#define EXPORT
#endif

EXPORT uint64_t run(uint32_t n);

// Calls stay calls.
#define NOINLINE __attribute__((noinline))

// next is a step of Marsaglia's xorshift64 (J. Stat. Softw. 8(14), 2003).
static inline uint64_t next(uint64_t *state) {
	uint64_t x = *state;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

// mix adds a value to a checksum, by FNV-1a's multiplier.
static inline uint64_t mix(uint64_t sum, uint64_t value) { return (sum ^ value) * 0x100000001b3; }

#endif
