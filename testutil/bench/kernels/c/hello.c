// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// The smallest program that people would write: what a task costs beside its work.

#include <stdio.h>

int main(void) {
	puts("hello");
	return 0;
}
