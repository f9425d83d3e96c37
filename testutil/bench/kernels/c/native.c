// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// The main of a kernel built for this machine: for every n on a line of stdin it
// writes a line with the CPU time that run(n) took in ns, and its checksum.

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "kernel.h"

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int main(void) {
	uint32_t n;
	while (scanf("%" SCNu32, &n) == 1) {
		uint64_t began = now();
		uint64_t sum = run(n);
		printf("%" PRIu64 " %" PRIu64 "\n", now() - began, sum);
		fflush(stdout);
	}
	return 0;
}
