// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// A walk along a linked list whose nodes are in random order, and which
// fits a core's second cache (256 KiB). Every load waits for the one before it.

#include "kernel.h"

enum { N = 1 << 14 };

typedef struct { uint32_t next, value, more[2]; } node;

static node nodes[N];
static uint32_t order[N];

// link makes one ring of all nodes, by Sattolo's shuffle; once.
static void link_all(void) {
	uint64_t seed = 88172645463325252;
	for (uint32_t i = 0; i < N; i++) order[i] = i, nodes[i].value = i;
	for (uint32_t i = N - 1; i > 0; i--) {
		uint32_t j = (uint32_t)(next(&seed) % i), t = order[i];
		order[i] = order[j], order[j] = t;
	}
	for (uint32_t i = 0; i < N; i++) nodes[order[i]].next = order[(i + 1) % N];
}

// One step: 1,024 nodes.
uint64_t run(uint32_t n) {
	static int linked;
	if (!linked) link_all(), linked = 1;
	uint64_t sum = 0;
	uint32_t at = 0;
	for (uint32_t step = 0; step < n; step++)
		for (int i = 0; i < 1024; i++) sum += nodes[at].value, at = nodes[at].next;
	return sum;
}
