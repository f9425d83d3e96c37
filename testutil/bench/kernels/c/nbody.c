// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Five bodies under gravity: divisions and square roots of doubles.

#include <math.h>

#include "kernel.h"

enum { N = 5 };

static double x[N], y[N], z[N], vx[N], vy[N], vz[N], mass[N];

// One step: 100 steps of time.
uint64_t run(uint32_t n) {
	uint64_t seed = 88172645463325252;
	for (int i = 0; i < N; i++) {
		x[i] = (double)(next(&seed) % 1000) / 50, y[i] = (double)(next(&seed) % 1000) / 50, z[i] = i;
		vx[i] = (double)(next(&seed) % 100) / 1000, vy[i] = (double)(next(&seed) % 100) / 1000, vz[i] = 0;
		mass[i] = i ? 0.01 : 30;
	}
	const double dt = 0.001;
	for (uint32_t step = 0; step < n * 100; step++) {
		for (int i = 0; i < N; i++)
			for (int j = i + 1; j < N; j++) {
				double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
				double d2 = dx * dx + dy * dy + dz * dz + 0.01;
				double mag = dt / (d2 * __builtin_sqrt(d2));
				vx[i] -= dx * mass[j] * mag, vy[i] -= dy * mass[j] * mag, vz[i] -= dz * mass[j] * mag;
				vx[j] += dx * mass[i] * mag, vy[j] += dy * mass[i] * mag, vz[j] += dz * mass[i] * mag;
			}
		for (int i = 0; i < N; i++) x[i] += dt * vx[i], y[i] += dt * vy[i], z[i] += dt * vz[i];
	}
	double energy = 0;
	for (int i = 0; i < N; i++) energy += mass[i] * (vx[i] * vx[i] + vy[i] * vy[i] + vz[i] * vz[i]);
	uint64_t bits;
	memcpy(&bits, &energy, 8);
	return bits;
}
