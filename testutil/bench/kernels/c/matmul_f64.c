// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// The product of two matrices of doubles, by the plain triple loop.

#include "kernel.h"

enum { N = 96 };

static double a[N][N], b[N][N], c[N][N];

// One step: one product.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252, sum = 0;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) a[i][j] = next(&seed) % 1000, b[i][j] = next(&seed) % 1000;
	for (uint32_t step = 0; step < n; step++) {
		a[0][0] = step % 1000;
		for (int i = 0; i < N; i++) {
			for (int j = 0; j < N; j++) c[i][j] = 0;
			for (int k = 0; k < N; k++)
				for (int j = 0; j < N; j++) c[i][j] += a[i][k] * b[k][j];
		}
		sum = mix(sum, (uint64_t)c[step % N][step % N]);
	}
	return sum;
}
