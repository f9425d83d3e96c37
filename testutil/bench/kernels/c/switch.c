// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// An interpreter of a small machine with 16 registers, which counts primes by
// trial division: a switch in a loop, as scripting languages have it.

#include "kernel.h"

enum op { LOAD, MOVE, ADD, SUB, MUL, MOD, INC, LESS, EQUAL, JUMP, JUMP_IF, JUMP_UNLESS, PUT, GET, HALT };

typedef struct { uint8_t op, a, b, c; } instruction;

static const instruction program[] = {
	{LOAD, 0, 2, 0},         //  0: candidate = 2
	{LOAD, 1, 0, 0},         //  1: found = 0
	{LOAD, 2, 0, 0},         //  2: i = 0
	{LESS, 3, 2, 1},         //  3: loop: i < found?
	{JUMP_UNLESS, 3, 12, 0}, //  4: if not, it is prime
	{GET, 4, 2, 0},          //  5: p = primes[i]
	{MUL, 5, 4, 4},          //  6: p * p
	{LESS, 6, 0, 5},         //  7: candidate < p * p?
	{JUMP_IF, 6, 12, 0},     //  8: then it is prime
	{MOD, 7, 0, 4},          //  9: candidate % p
	{INC, 2, 0, 0},          // 10: i++
	{JUMP_IF, 7, 3, 0},      // 11: not divisible: next
	{EQUAL, 8, 7, 9},        // 12: divisible? (register 9 is 0)
	{MOVE, 10, 7, 0},        // 13
	{JUMP_UNLESS, 2, 16, 0}, // 14: the first one has no remainder
	{JUMP_IF, 8, 19, 0},     // 15: composite
	{PUT, 0, 1, 0},          // 16: primes[found] = candidate
	{INC, 1, 0, 0},          // 17: found++
	{LOAD, 7, 1, 0},         // 18
	{INC, 0, 0, 0},          // 19: candidate++
	{LESS, 11, 0, 12},       // 20: candidate < most (register 12)?
	{JUMP_IF, 11, 2, 0},     // 21
	{HALT, 0, 0, 0},         // 22
};

static uint32_t primes[1024];

// One step: the primes below 2,000, 106,000 instructions.
uint64_t run(uint32_t n) {
	uint64_t sum = 0;
	for (uint32_t step = 0; step < n; step++) {
		uint32_t r[16] = {0};
		r[7] = 1, r[12] = 2000 + (step & 7);
		for (uint32_t pc = 0;;) {
			instruction i = program[pc++];
			switch (i.op) {
			case LOAD: r[i.a] = i.b; continue;
			case MOVE: r[i.a] = r[i.b]; continue;
			case ADD: r[i.a] = r[i.b] + r[i.c]; continue;
			case SUB: r[i.a] = r[i.b] - r[i.c]; continue;
			case MUL: r[i.a] = r[i.b] * r[i.c]; continue;
			case MOD: r[i.a] = r[i.b] % r[i.c]; continue;
			case INC: r[i.a]++; continue;
			case LESS: r[i.a] = r[i.b] < r[i.c]; continue;
			case EQUAL: r[i.a] = r[i.b] == r[i.c]; continue;
			case JUMP: pc = i.a; continue;
			case JUMP_IF: if (r[i.a]) pc = i.b; continue;
			case JUMP_UNLESS: if (!r[i.a]) pc = i.b; continue;
			case PUT: primes[r[i.b] & 1023] = r[i.a]; continue;
			case GET: r[i.a] = primes[r[i.b] & 1023]; continue;
			}
			break;
		}
		sum = mix(sum, r[1]);
	}
	return sum;
}
