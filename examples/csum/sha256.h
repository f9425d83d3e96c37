// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// SHA-256 as FIPS 180-4 defines it.
#ifndef CSUM_SHA256_H
#define CSUM_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64, SHA256_DIGEST = 32 };

struct sha256 {
	uint32_t state[8];
	uint64_t length;             // bytes so far
	uint8_t block[SHA256_BLOCK]; // of which length % SHA256_BLOCK are filled
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const uint8_t *data, size_t size);
void sha256_end(struct sha256 *s, uint8_t digest[SHA256_DIGEST]);

#endif
