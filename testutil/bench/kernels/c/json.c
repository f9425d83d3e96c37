// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// A JSON text (RFC 8259) taken apart into tokens.

#include "kernel.h"

enum { RECORDS = 4000, SIZE = RECORDS * 160 };

static char text[SIZE];

static size_t put(size_t at, const char *s) {
	while (*s) text[at++] = *s++;
	return at;
}

static size_t number(size_t at, uint64_t v) {
	char digits[20];
	int i = 0;
	do digits[i++] = '0' + v % 10, v /= 10; while (v);
	while (i) text[at++] = digits[--i];
	return at;
}

static size_t make(void) {
	uint64_t seed = 88172645463325252;
	size_t at = put(0, "[");
	for (int i = 0; i < RECORDS; i++) {
		at = put(at, i ? ",\n  {\"id\": " : "\n  {\"id\": ");
		at = number(at, i);
		at = put(at, ", \"name\": \"user ");
		at = number(at, next(&seed) % 100000);
		at = put(at, " \\\"quoted\\\"\", \"score\": -");
		at = number(at, next(&seed) % 100);
		at = put(at, ".");
		at = number(at, next(&seed) % 1000);
		at = put(at, "e2, \"active\": ");
		at = put(at, next(&seed) & 64 ? "true" : "false");
		at = put(at, ", \"tags\": [");
		for (uint64_t k = next(&seed) >> 9 & 3; k; k--) at = put(at, k & 1 ? "\"alpha\", " : "\"be\", ");
		at = put(at, next(&seed) & 128 ? "null]}" : "12]}");
	}
	return put(at, "\n]");
}

typedef struct { uint32_t objects, arrays, strings, numbers, words, escapes, depth, deepest; } counts;

static NOINLINE const char *string(const char *s, const char *end, counts *c) {
	for (; s < end && *s != '"'; s++)
		if (*s == '\\') s++, c->escapes++;
	c->strings++;
	return s + 1;
}

static NOINLINE int tokens(const char *s, const char *end, counts *c) {
	while (s < end) {
		switch (*s) {
		case ' ': case '\n': case '\t': case '\r': case ',': case ':': s++; break;
		case '{': case '[':
			if (*s == '{') c->objects++; else c->arrays++;
			if (++c->depth > c->deepest) c->deepest = c->depth;
			s++;
			break;
		case '}': case ']': c->depth--, s++; break;
		case '"': s = string(s + 1, end, c); break;
		case '-': case '0': case '1': case '2': case '3': case '4':
		case '5': case '6': case '7': case '8': case '9':
			c->numbers++;
			do s++;
			while (s < end && ((*s >= '0' && *s <= '9') || *s == '.' || *s == 'e' || *s == 'E' || *s == '+' || *s == '-'));
			break;
		case 't': case 'f': case 'n':
			c->words++;
			while (s < end && *s >= 'a' && *s <= 'z') s++;
			break;
		default: return -1;
		}
	}
	return c->depth == 0 ? 0 : -1;
}

// One step: a text of half a megabyte.
uint64_t run(uint32_t n) {
	static size_t size;
	if (!size) size = make();
	uint64_t sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		counts c = {0};
		text[size - 2] = step & 1 ? ' ' : '\n';
		if (tokens(text, text + size, &c)) return 0;
		sum = mix(sum, c.objects + c.arrays + c.strings + c.numbers + c.words + c.escapes + c.deepest);
	}
	return sum;
}
