// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// CRC-32 (ISO 3309) of a buffer, one byte at a time by a table.

#include "kernel.h"

enum { SIZE = 1 << 15 };

static uint32_t table[256];
static uint8_t buffer[SIZE];

// One step: 32 KiB.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252;
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++) c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
		table[i] = c;
	}
	for (int i = 0; i < SIZE; i++) buffer[i] = (uint8_t)next(&seed);
	uint32_t crc = 0;
	for (uint32_t step = 0; step < n; step++) {
		crc = ~crc;
		for (int i = 0; i < SIZE; i++) crc = table[(crc ^ buffer[i]) & 255] ^ crc >> 8;
		crc = ~crc;
	}
	return crc;
}
