// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// The Mandelbrot set in single precision.

#include "kernel.h"

enum { WIDTH = 64, HEIGHT = 48, MOST = 64 };

// One step: a picture of 64 x 48.
uint64_t run(uint32_t n) {
	uint64_t sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		float zoom = 1 + (float)(step & 7) / 8;
		for (int py = 0; py < HEIGHT; py++)
			for (int px = 0; px < WIDTH; px++) {
				float cx = (px * 3.0f / WIDTH - 2) / zoom, cy = (py * 2.0f / HEIGHT - 1) / zoom, x = 0, y = 0;
				int i = 0;
				for (; i < MOST; i++) {
					float xx = x * x, yy = y * y;
					if (xx + yy > 4) break;
					y = 2 * x * y + cy, x = xx - yy + cx;
				}
				sum += i;
			}
	}
	return sum;
}
