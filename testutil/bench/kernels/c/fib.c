// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Fibonacci numbers by recursion: calls and returns, and hardly anything else.

#include "kernel.h"

static NOINLINE uint32_t fib(uint32_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

// One step: fib(20), 21,891 calls.
uint64_t run(uint32_t n) {
	uint64_t sum = 0;
	for (uint32_t step = 0; step < n; step++) sum = mix(sum, fib(20 + (step & 1)));
	return sum;
}
