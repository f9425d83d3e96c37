// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Bits counted, searched and rotated: pieces of what games, compressors and
// hash functions do.

#include "kernel.h"

static inline uint64_t rotl(uint64_t x, int n) { return x << n | x >> (64 - n); }

// One step: 1,024 words.
uint64_t run(uint32_t n) {
	uint64_t x = 88172645463325252, y = 0x9e3779b97f4a7c15, sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		for (int i = 0; i < 1024; i++) {
			x = rotl(x, 13) + y;
			y = rotl(y ^ x, 29);
			sum += __builtin_popcountll(x) + __builtin_clzll(y | 1);
			sum += rotl(y, __builtin_ctzll(x | 1 << 30));
		}
	}
	return sum;
}
