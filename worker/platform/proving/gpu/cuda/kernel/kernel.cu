// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// The device's side of package gemm. One kernel makes A_t+1 of A_t: the int8
// product with B, exactly, and the requantisation and shuffle of its rows as they
// leave the registers, so that the int32 product never goes to memory. Another
// digests the rows of a matrix by SHA-256.
//
// a:   n rows of n int8, A_t
// b:   n columns of n int8, B, one column behind the other
// out: n rows of n int8, A_t+1
// n is a power of two, at least 256, and lg its exponent less 7: the number of
// tiles of 128 along a side is 1 << lg.
//
// The PTX beside this file is made of it by build.sh.

typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;

#define GLOBAL extern "C" __attribute__((global))
#define DEVICE static inline __attribute__((device, always_inline))
#define SHARED __attribute__((shared))

DEVICE u32 tid() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE u32 bid() { return __nvvm_read_ptx_sreg_ctaid_x(); }

#if defined(TENSOR) || defined(DP4A)

// x/por/gemm: scramble.
DEVICE u32 scramble(u32 x) {
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

// x/por/gemm: StepKey.Requant for one entry, with the mask of its row.
DEVICE u32 requant(int c, u32 mask, u32 column, u32 j) {
	return scramble((u32)c ^ (mask + j * column)) >> 24;
}

DEVICE u32 rowmask(u32 key, u32 i) { return scramble(key + i * 0x9e3779b9u); }

// The tile of this block. Blocks that run at the same time share rows and
// columns: they go down 16 tiles before they go to the right.
DEVICE void tile(u32 lg, u32 &m, u32 &n) {
	u32 down = lg < 4 ? lg : 4;
	u32 in = bid() & ((1u << (lg + down)) - 1);
	m = (bid() >> (lg + down) << down) + (in & ((1u << down) - 1));
	n = in >> down;
}

#endif

#if defined(TENSOR)

// 128 x 128 outputs a block of 4 warps, 64 x 64 a warp; 64 of the inner
// dimension at a time, three such slices in shared memory, two of them on the way.
#define SLICES 3
#define SLICE 8192 // bytes of one operand's slice: 128 lines of 64

static SHARED __attribute__((aligned(128))) s8 smem[SLICES * 2 * SLICE];

DEVICE u32 shared_at(const void *p) {
	u64 a;
	asm("cvta.to.shared.u64 %0, %1;" : "=l"(a) : "l"(p));
	return (u32)a;
}

DEVICE void copy16(u32 to, const s8 *from) {
	u64 g;
	asm("cvta.to.global.u64 %0, %1;" : "=l"(g) : "l"(from));
	asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(g) : "memory");
}

// Where 16-byte piece p (0..3) of a line stands in a slice: pieces are swapped
// about so that 8 lines' pieces of one place are in 8 different bank groups.
DEVICE u32 place(u32 line, u32 p) { return line * 64 + ((p ^ (line >> 1 & 3)) << 4); }

// Copies 128 lines of 64 bytes: 512 pieces, 4 a thread.
DEVICE void slice(u32 to, const s8 *from, u32 n) {
#pragma unroll
	for (u32 r = 0; r < 4; r++) {
		u32 piece = tid() + r * 128;
		copy16(to + place(piece >> 2, piece & 3), from + (u64)(piece >> 2) * n + (piece & 3) * 16);
	}
}

DEVICE void matrices(u32 *r, u32 at) {
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
	             : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
	             : "r"(at)
	             : "memory");
}

DEVICE void mma(int *c, const u32 *a, const u32 *b) {
	asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
	             : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
	             : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

GLOBAL __attribute__((launch_bounds(128, 2))) void step(const s8 *a, const s8 *b, s8 *out, u32 lg, u32 krow, u32 kcol,
                                                         u32 mul, u32 add) {
	const u32 n = 128u << lg, lane = tid() & 31, warp = tid() >> 5;
	const u32 wm = (warp & 1) * 64, wn = (warp >> 1) * 64;
	u32 tm, tn;
	tile(lg, tm, tn);
	const s8 *ga = a + (u64)tm * 128 * n, *gb = b + (u64)tn * 128 * n;
	const u32 base = shared_at(smem);

	int acc[4][8][4];
#pragma unroll
	for (u32 i = 0; i < 4; i++)
#pragma unroll
		for (u32 j = 0; j < 8; j++)
#pragma unroll
			for (u32 r = 0; r < 4; r++) acc[i][j][r] = 0;

	const u32 count = n >> 6; // slices, at least 4
#pragma unroll
	for (u32 s = 0; s < SLICES - 1; s++) {
		slice(base + s * 2 * SLICE, ga + s * 64, n);
		slice(base + s * 2 * SLICE + SLICE, gb + s * 64, n);
		asm volatile("cp.async.commit_group;" ::: "memory");
	}

	// Lines and pieces that this lane addresses for ldmatrix: of A, the four
	// 8 x 16 matrices are (lines 0-7, piece 0), (8-15, 0), (0-7, 1), (8-15, 1);
	// of B (0-7, 0), (0-7, 1), (8-15, 0), (8-15, 1).
	const u32 al = wm + (lane & 15), ap = lane >> 4;
	const u32 bl = wn + (lane & 7) + (lane >> 4 << 3), bp = lane >> 3 & 1;

	u32 at = 0, next = SLICES - 1; // the ring's place to read and to fill
#pragma unroll 1
	for (u32 s = 0; s < count; s++) {
		asm volatile("cp.async.wait_group %0;" ::"n"(SLICES - 2) : "memory"); // slice s has come
		asm volatile("bar.sync 0;" ::: "memory");                             // for all; and s-1 is read
		if (s + SLICES - 1 < count) {
			slice(base + next * 2 * SLICE, ga + (s + SLICES - 1) * 64, n);
			slice(base + next * 2 * SLICE + SLICE, gb + (s + SLICES - 1) * 64, n);
		}
		asm volatile("cp.async.commit_group;" ::: "memory"); // also an empty one: counts stay right
		const u32 sa = base + at * 2 * SLICE, sb = sa + SLICE;
#pragma unroll
		for (u32 k = 0; k < 2; k++) { // 32 of the inner dimension: two pieces
			u32 fa[4][4], fb[4][4];
#pragma unroll
			for (u32 i = 0; i < 4; i++) matrices(fa[i], sa + place(al + i * 16, k * 2 + ap));
#pragma unroll
			for (u32 j = 0; j < 4; j++) matrices(fb[j], sb + place(bl + j * 16, k * 2 + bp));
#pragma unroll
			for (u32 i = 0; i < 4; i++)
#pragma unroll
				for (u32 j = 0; j < 8; j++) mma(acc[i][j], fa[i], &fb[j >> 1][(j & 1) * 2]);
		}
		at = at + 1 == SLICES ? 0 : at + 1;
		next = next + 1 == SLICES ? 0 : next + 1;
	}

	// A lane has entries (g, 2t), (g, 2t+1), (g+8, 2t), (g+8, 2t+1) of each 16 x 8.
	const u32 g = lane >> 2, t = lane & 3;
#pragma unroll
	for (u32 i = 0; i < 4; i++)
#pragma unroll
		for (u32 h = 0; h < 2; h++) {
			const u32 row = tm * 128 + wm + i * 16 + h * 8 + g;
			const u32 mask = rowmask(krow, row);
			s8 *to = out + (u64)((mul * row + add) & (n - 1)) * n;
#pragma unroll
			for (u32 j = 0; j < 8; j++) {
				const u32 col = tn * 128 + wn + j * 8 + t * 2;
				u32 lo = requant(acc[i][j][h * 2], mask, kcol, col);
				u32 hi = requant(acc[i][j][h * 2 + 1], mask, kcol, col + 1);
				*(unsigned short *)(to + col) = (unsigned short)(lo | hi << 8);
			}
		}
}

#elif defined(DP4A) // no tensor cores: compute capability 6.1

// 128 x 128 outputs a block of 256 threads, 8 x 8 a thread, 16 of the inner
// dimension (4 words) at a time. Thread (x, y) has rows y + 16 i and columns x + 16 j.
#define LINE 132 // words between inner words: 128 lines and a pad

static SHARED u32 sa[4 * LINE], sb[4 * LINE];

DEVICE int dp4a(u32 a, u32 b, int c) {
	int d;
	asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
	return d;
}

GLOBAL __attribute__((launch_bounds(256, 2))) void step(const s8 *a, const s8 *b, s8 *out, u32 lg, u32 krow, u32 kcol,
                                                         u32 mul, u32 add) {
	const u32 n = 128u << lg, x = tid() & 15, y = tid() >> 4;
	u32 tm, tn;
	tile(lg, tm, tn);
	const u32 *ga = (const u32 *)(a + (u64)tm * 128 * n), *gb = (const u32 *)(b + (u64)tn * 128 * n);
	const u32 words = n >> 2;

	int acc[8][8];
#pragma unroll
	for (u32 i = 0; i < 8; i++)
#pragma unroll
		for (u32 j = 0; j < 8; j++) acc[i][j] = 0;

#pragma unroll 1
	for (u32 s = 0; s < words; s += 4) {
#pragma unroll
		for (u32 r = 0; r < 2; r++) { // 512 words of each operand, 2 a thread
			const u32 e = tid() + r * 256, line = e >> 2, w = e & 3;
			sa[w * LINE + line] = ga[(u64)line * words + s + w];
			sb[w * LINE + line] = gb[(u64)line * words + s + w];
		}
		asm volatile("bar.sync 0;" ::: "memory");
#pragma unroll
		for (u32 w = 0; w < 4; w++) {
			u32 fa[8], fb[8];
#pragma unroll
			for (u32 i = 0; i < 8; i++) fa[i] = sa[w * LINE + y + 16 * i];
#pragma unroll
			for (u32 j = 0; j < 8; j++) fb[j] = sb[w * LINE + x + 16 * j];
#pragma unroll
			for (u32 i = 0; i < 8; i++)
#pragma unroll
				for (u32 j = 0; j < 8; j++) acc[i][j] = dp4a(fa[i], fb[j], acc[i][j]);
		}
		asm volatile("bar.sync 0;" ::: "memory");
	}

#pragma unroll
	for (u32 i = 0; i < 8; i++) {
		const u32 row = tm * 128 + y + 16 * i;
		const u32 mask = rowmask(krow, row);
		s8 *to = out + (u64)((mul * row + add) & (n - 1)) * n;
#pragma unroll
		for (u32 j = 0; j < 8; j++) {
			const u32 col = tn * 128 + x + 16 * j;
			to[col] = (s8)requant(acc[i][j], mask, kcol, col);
		}
	}
}

#else

// SHA-256 of each row, FIPS 180-4; a thread a row, n threads. Digests are written
// as bytes, 32 a row. A row is a whole number of blocks (n >= 256).

DEVICE u32 rotr(u32 x, u32 k) { return x >> k | x << (32 - k); }

DEVICE u32 swap(u32 x) {
	u32 y;
	asm("prmt.b32 %0, %1, 0, 0x0123;" : "=r"(y) : "r"(x));
	return y;
}

// Reads four words, 16-byte aligned, as the big-endian numbers of the hash.
DEVICE void read4(u32 *w, const u32 *from) {
	u64 g;
	asm("cvta.to.global.u64 %0, %1;" : "=l"(g) : "l"(from));
	asm("ld.global.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(w[0]), "=r"(w[1]), "=r"(w[2]), "=r"(w[3]) : "l"(g) : "memory");
#pragma unroll
	for (u32 i = 0; i < 4; i++) w[i] = swap(w[i]);
}


static const __attribute__((constant)) u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

DEVICE void compress(u32 *h, u32 *w) {
	u32 s[8];
#pragma unroll
	for (u32 i = 0; i < 8; i++) s[i] = h[i];
#pragma unroll
	for (u32 r = 0; r < 64; r++) {
		if (r >= 16) {
			const u32 p = w[(r + 1) & 15], q = w[(r + 14) & 15];
			w[r & 15] += (rotr(p, 7) ^ rotr(p, 18) ^ p >> 3) + w[(r + 9) & 15] + (rotr(q, 17) ^ rotr(q, 19) ^ q >> 10);
		}
		const u32 e = s[4], a = s[0];
		const u32 t1 = s[7] + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + K[r] + w[r & 15];
		const u32 t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
		s[7] = s[6], s[6] = s[5], s[5] = e, s[4] = s[3] + t1, s[3] = s[2], s[2] = s[1], s[1] = a, s[0] = t1 + t2;
	}
#pragma unroll
	for (u32 i = 0; i < 8; i++) h[i] += s[i];
}

GLOBAL void digest(const u32 *a, u32 *out, u32 n) {
	const u32 row = bid() * 32 + tid(); // 32 threads a block; n is a multiple
	const u32 *from = a + (u64)row * (n >> 2);
	u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	u32 w[16];
#pragma unroll 1
	for (u32 block = 0; block < n >> 6; block++, from += 16) {
#pragma unroll
		for (u32 i = 0; i < 16; i += 4) read4(w + i, from + i);
		compress(h, w);
	}
	w[0] = 0x80000000;
#pragma unroll
	for (u32 i = 1; i < 15; i++) w[i] = 0;
	w[15] = n << 3; // bits
	compress(h, w);
#pragma unroll
	for (u32 i = 0; i < 8; i++) out[row * 8 + i] = swap(h[i]);
}

#endif
