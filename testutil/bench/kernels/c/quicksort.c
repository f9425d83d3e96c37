// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Quicksort of 64-bit integers (Hoare's partition), small parts by insertion.

#include "kernel.h"

enum { N = 1 << 14 };

static uint64_t data[N];

static void sort(uint64_t *v, int low, int high) {
	while (high - low > 12) {
		uint64_t pivot = v[low + (high - low) / 2];
		int i = low - 1, j = high + 1;
		for (;;) {
			do i++; while (v[i] < pivot);
			do j--; while (v[j] > pivot);
			if (i >= j) break;
			uint64_t t = v[i];
			v[i] = v[j], v[j] = t;
		}
		sort(v, low, j);
		low = j + 1;
	}
	for (int i = low + 1; i <= high; i++) {
		uint64_t x = v[i];
		int j = i - 1;
		for (; j >= low && v[j] > x; j--) v[j + 1] = v[j];
		v[j + 1] = x;
	}
}

// One step: 16,384 random numbers are made and sorted.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252, sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		for (int i = 0; i < N; i++) data[i] = next(&seed);
		sort(data, 0, N - 1);
		sum = mix(sum, data[step % N]);
	}
	return sum;
}
