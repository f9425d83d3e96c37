// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Memory set and copied in pieces of many sizes, small ones more often.

#include "kernel.h"

enum { SIZE = 1 << 16, PIECES = 256 };

static uint8_t from[SIZE], to[SIZE];
static struct { uint32_t size, at; } pieces[PIECES];

// One step: 128 copies and 128 sets, 1.3 KiB each on average.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252;
	for (int i = 0; i < PIECES; i++) {
		pieces[i].size = (uint32_t)(next(&seed) >> 20 & ((1u << (4 + i % 10)) - 1));
		pieces[i].at = (uint32_t)(next(&seed) >> 20 & (SIZE / 2 - 1));
	}
	for (int i = 0; i < SIZE; i++) from[i] = (uint8_t)next(&seed);
	uint64_t sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		for (int i = 0; i < PIECES; i++) {
			if (i & 1) __builtin_memset(from + pieces[i].at, (int)step, pieces[i].size);
			else __builtin_memcpy(to + pieces[i].at, from + pieces[i].at, pieces[i].size);
		}
		sum = mix(sum + 1, to[pieces[step % PIECES].at]);
	}
	return sum;
}
