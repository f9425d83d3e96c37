// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Decompression in the style of LZ77: literals, and copies of what came before,
// byte by byte as they may overlap.

#include "kernel.h"

enum { PACKED = 1 << 17, PLAIN = 1 << 19 };

static uint8_t packed[PACKED], plain[PLAIN];

// pack writes instructions: a byte below 128 is that many literals, which
// follow; any other is a copy of 4 to 35 bytes from 1 to 1,024 bytes back.
static size_t pack(void) {
	uint64_t seed = 88172645463325252;
	size_t at = 0, made = 0;
	while (at < PACKED - 40 && made < PLAIN - 160) {
		uint32_t r = (uint32_t)(next(&seed) >> 16);
		if (made < 1024 || r % 3 == 0) {
			uint32_t count = 1 + (r >> 8) % 24;
			packed[at++] = (uint8_t)count;
			for (uint32_t i = 0; i < count; i++) packed[at++] = (uint8_t)next(&seed);
			made += count;
		} else {
			uint32_t back = 1 + (r >> 8) % 1024, count = 4 + (r >> 20) % 32;
			packed[at++] = (uint8_t)(128 | (count - 4));
			packed[at++] = (uint8_t)(back - 1);
			packed[at++] = (uint8_t)((back - 1) >> 8);
			made += count;
		}
	}
	return at;
}

static NOINLINE size_t unpack(const uint8_t *in, const uint8_t *end, uint8_t *out) {
	uint8_t *to = out;
	while (in < end) {
		uint8_t op = *in++;
		if (op < 128) {
			while (op--) *to++ = *in++;
			continue;
		}
		const uint8_t *from = to - 1 - (in[0] | in[1] << 8);
		in += 2;
		for (uint32_t count = (op & 127) + 4; count; count--) *to++ = *from++;
	}
	return (size_t)(to - out);
}

// One step: 128 KiB, which become about 300 KiB.
uint64_t run(uint32_t n) {
	static size_t size;
	if (!size) size = pack();
	uint64_t sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		packed[1] = (uint8_t)step;
		size_t made = unpack(packed, packed + size, plain);
		sum = mix(sum, plain[step % made]);
	}
	return sum;
}
