// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Greatest common divisors by Euclid: one division of 64-bit integers after another.

#include "kernel.h"

// One step: 256 pairs.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252, sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		for (int i = 0; i < 256; i++) {
			int64_t a = (int64_t)(next(&seed) >> 4), b = (int64_t)(next(&seed) >> 4);
			while (b) {
				int64_t t = a % b;
				a = b, b = t;
			}
			sum += a;
		}
	}
	return sum;
}
