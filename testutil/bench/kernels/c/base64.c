// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Base64 (RFC 4648) of a buffer, and back.

#include "kernel.h"

enum { SIZE = 3 << 12 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t plain[SIZE], again[SIZE], values[256];
static char coded[SIZE / 3 * 4];

// One step: 12 KiB there and back.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252, sum = 0;
	for (int i = 0; i < SIZE; i++) plain[i] = (uint8_t)next(&seed);
	for (int i = 0; i < 64; i++) values[(uint8_t)alphabet[i]] = (uint8_t)i;
	for (uint32_t step = 0; step < n; step++) {
		char *out = coded;
		for (int i = 0; i < SIZE; i += 3) {
			uint32_t v = (uint32_t)plain[i] << 16 | plain[i + 1] << 8 | plain[i + 2];
			*out++ = alphabet[v >> 18];
			*out++ = alphabet[v >> 12 & 63];
			*out++ = alphabet[v >> 6 & 63];
			*out++ = alphabet[v & 63];
		}
		const char *in = coded;
		for (int i = 0; i < SIZE; i += 3, in += 4) {
			uint32_t v = (uint32_t)values[(uint8_t)in[0]] << 18 | values[(uint8_t)in[1]] << 12 |
				values[(uint8_t)in[2]] << 6 | values[(uint8_t)in[3]];
			again[i] = v >> 16, again[i + 1] = v >> 8, again[i + 2] = v;
		}
		plain[step % SIZE] ^= again[(step * 7) % SIZE];
		sum = mix(sum, again[step % SIZE]);
	}
	return sum;
}
