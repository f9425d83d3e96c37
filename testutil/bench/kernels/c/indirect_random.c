// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Calls through a table of functions, in an order that no branch predictor foresees.

#include "kernel.h"

enum { SIZE = 1 << 12 };

typedef uint64_t (*operation)(uint64_t, uint64_t);

static NOINLINE uint64_t add(uint64_t a, uint64_t b) { return a + b; }
static NOINLINE uint64_t sub(uint64_t a, uint64_t b) { return a - b; }
static NOINLINE uint64_t exclusive(uint64_t a, uint64_t b) { return a ^ b; }
static NOINLINE uint64_t times(uint64_t a, uint64_t b) { return a * (b | 1); }
static NOINLINE uint64_t rotate(uint64_t a, uint64_t b) { return a << 7 | (a >> 57) | (b & 1); }
static NOINLINE uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b + 1; }
static NOINLINE uint64_t shifted(uint64_t a, uint64_t b) { return a ^ b >> 3; }
static NOINLINE uint64_t neither(uint64_t a, uint64_t b) { return ~(a & b); }

static const operation operations[8] = {add, sub, exclusive, times, rotate, least, shifted, neither};

static uint8_t order[SIZE];

// One step: 4,096 calls.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252, a = 1;
	for (int i = 0; i < SIZE; i++) order[i] = next(&seed) >> 17 & 7;
	for (uint32_t step = 0; step < n; step++)
		for (int i = 0; i < SIZE; i++) a = operations[order[i]](a, i);
	return a;
}
