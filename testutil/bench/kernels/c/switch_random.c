// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Random instructions interpreted: a switch that no branch predictor foresees.

#include "kernel.h"

enum { SIZE = 1 << 12 };

static uint8_t program[SIZE];

// One step: 4,096 instructions.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252;
	for (int i = 0; i < SIZE; i++) program[i] = (uint8_t)(next(&seed) >> 11);
	uint32_t a = 1, b = 2, c = 3, d = 0;
	for (uint32_t step = 0; step < n; step++) {
		for (int i = 0; i < SIZE; i++) {
			uint8_t op = program[i];
			switch (op & 15) {
			case 0: a += b; break;
			case 1: b ^= c; break;
			case 2: c = c << 3 | c >> 29; break;
			case 3: a *= 3; break;
			case 4: d += a > b; break;
			case 5: if (c & 1) b--; break;
			case 6: a = b - c; break;
			case 7: c += op; break;
			case 8: b |= d; break;
			case 9: d = a & c; break;
			case 10: a ^= op; break;
			case 11: if (a < c) c = a; else d++; break;
			case 12: b = ~b; break;
			case 13: c ^= a >> 5; break;
			case 14: d ^= b << 7; break;
			default: a += i; break;
			}
		}
	}
	return mix(mix(a, b), mix(c, d));
}
