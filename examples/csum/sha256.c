// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "sha256.h"

#include <string.h>

// Section 4.2.2: fractional parts of the cube roots of the first 64 primes.
static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

// Section 6.2.2.
static void compress(uint32_t state[8], const uint8_t *block) {
	uint32_t w[64], v[8];
	for (int t = 0; t < 16; t++) {
		const uint8_t *b = block + 4 * t;
		w[t] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	}
	for (int t = 16; t < 64; t++) {
		uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
		uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
		w[t] = s1 + w[t - 7] + s0 + w[t - 16];
	}
	memcpy(v, state, sizeof v);
	for (int t = 0; t < 64; t++) {
		uint32_t a = v[0], e = v[4];
		uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
		uint32_t choice = (e & v[5]) ^ (~e & v[6]);
		uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
		uint32_t majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
		uint32_t t1 = v[7] + s1 + choice + K[t] + w[t];
		memmove(v + 1, v, 7 * sizeof v[0]);
		v[4] += t1;
		v[0] = t1 + s0 + majority;
	}
	for (int i = 0; i < 8; i++) state[i] += v[i];
}

void sha256_start(struct sha256 *s) {
	// Section 5.3.3: fractional parts of the square roots of the first 8 primes.
	static const uint32_t first[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	memcpy(s->state, first, sizeof first);
	s->length = 0;
}

void sha256_add(struct sha256 *s, const uint8_t *data, size_t size) {
	while (size > 0) {
		size_t filled = s->length % SHA256_BLOCK;
		if (filled == 0 && size >= SHA256_BLOCK) {
			compress(s->state, data);
			data += SHA256_BLOCK, size -= SHA256_BLOCK, s->length += SHA256_BLOCK;
			continue;
		}
		size_t n = SHA256_BLOCK - filled;
		if (n > size) n = size;
		memcpy(s->block + filled, data, n);
		data += n, size -= n, s->length += n;
		if (s->length % SHA256_BLOCK == 0) compress(s->state, s->block);
	}
}

void sha256_end(struct sha256 *s, uint8_t digest[SHA256_DIGEST]) {
	// Section 5.1.1: a one, zeros, and the length in bits at the end of a block.
	uint64_t bits = s->length * 8;
	uint8_t tail[SHA256_BLOCK + 8] = {0x80};
	size_t zeros = (SHA256_BLOCK + 55 - s->length % SHA256_BLOCK) % SHA256_BLOCK;
	for (int i = 0; i < 8; i++) tail[1 + zeros + i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_add(s, tail, 1 + zeros + 8);
	for (int i = 0; i < SHA256_DIGEST; i++) digest[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}
