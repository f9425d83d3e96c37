// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// The product of two matrices of single precision, four at a time: vectors of 128 bits.

#include "kernel.h"

enum { N = 96 };

typedef float four __attribute__((vector_size(16)));

static float a[N][N];
static four b[N][N / 4], c[N][N / 4];

// One step: one product.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252, sum = 0;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) a[i][j] = next(&seed) % 100, b[i][j / 4][j % 4] = next(&seed) % 100;
	for (uint32_t step = 0; step < n; step++) {
		a[0][0] = step % 100;
		for (int i = 0; i < N; i++) {
			for (int j = 0; j < N / 4; j++) c[i][j] = (four){0, 0, 0, 0};
			for (int k = 0; k < N; k++) {
				float f = a[i][k];
				four v = {f, f, f, f};
				for (int j = 0; j < N / 4; j++) c[i][j] += v * b[k][j];
			}
		}
		sum = mix(sum, (uint64_t)c[step % N][step % N / 4][step % 4]);
	}
	return sum;
}
