// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package gemm is the proof of throughput of an accelerator: a chain of products
// of int8 matrices, committed to row by row, of which drawn rows are opened. It
// holds what prover and verifier have to agree on, and the verifier; integers only,
// no goroutines, no state.
//
// # The chain
//
// All matrices are N x N, N a power of two from MinN to MaxN. Keys are SHA-256 of
// a domain, the beacon, the node (not for B) and N, each part behind its length.
//
//	B        AES-128-CTR(key(beacon)), column by column       int8
//	A_0      AES-128-CTR(key(beacon, node)), row by row       int8
//	C_t      A_t * B                                          int32, exact
//	A_t+1    row Target(i) is Requant(row i of C_t, t, i)     int8
//
// with, from the first 16 bytes of SHA-256(key(beacon, node), t) as four little
// endian words row, column, mul, add, of which column and mul are made odd:
//
//	Target(i)     = mul*i + add                                            mod N
//	mask(i, j)    = scramble(row + i*0x9e3779b9) + j*column                mod 2^32
//	Requant(c)[j] = the top byte of scramble(c[j] xor mask(i, j))
//
// scramble is a fixed bijection of 32 bits in which every bit of c counts. Sums of
// int8 products are exact in int32 in any order (below 2^28), so every device of
// every vendor gets the same bytes, and a lower precision gets others.
//
// The node commits to A_1 .. A_T: the tree of a matrix is over the SHA-256 of its
// rows, the tree of the chain over the roots of the matrices. Only then is a second
// beacon drawn, which names pairs of a step t and a row i (Draw). For each the
// prover shows row i of A_t, row i of C_t and both rows' places; the row of A_t+1
// follows from that of C_t.
//
// # What a verifier does
//
// Sizes (an opening has exactly OpeningSize bytes), then places, then one pass over
// B for all samples together, whatever steps they are of, as B is one for all:
// with secret weights w below the prime p = 2^31 - 1, (w*A)*B must be w*C modulo p
// (Freivalds 1977, from the left). A wrong row passes with probability 1/p at most.
//
// The weights must be unknown to the prover when it sends the opening, for the
// products are not committed to: hence a secret, not a beacon. Two honest verifiers
// differ with probability 2/p. A chain, which has no secrets, judges by Entry or
// Whole instead, exactly.
//
// The short cut of Freivalds' check, to answer A*(B*w) without C, is no way to
// prove: the rows of A_t+1 are functions of all bits of C_t and are committed to
// before anything is drawn.
//
// # What is bound
//
// A sample that passes shows: this committed row of A_t+1 is what the definition
// makes of that committed row of A_t (or of A_0, which nobody can choose). Hence,
// up to collisions of SHA-256:
//
//   - A step cannot be detached from the one before: its input is a committed
//     output, found at the place where the shuffle of the step before has put it.
//   - Node, window, N, t and i enter into each row by the mask, so that a row is
//     of no use to another node, in another window, at another step or place.
//     This is what the mask is for. Without i in it, one wrong step that makes all
//     rows equal would make every later step one row's work; without the node, one
//     wrong step would join a chain that somebody else computes.
//   - Nothing can be computed before the beacon, which B and A_0 depend on.
//
// # What is not bound
//
//   - Rows do not depend on each other: row i of the chain is N*T dependent vector
//     products, and several machines may share the rows. The shuffle does not
//     change that; it makes the place of a row at step t unknown beforehand. Nothing
//     shows that one device did the work (R4 of every proof of this module: it is
//     capacity that is proven, not where it is).
//   - A wrong row can be chosen so that its successor is for nothing: a row of zeros,
//     or one equal to another row, has a product without work, and an honest
//     successor. The successor is uniform again, and to choose a row such that the
//     successor is special too is to solve N equations in N bounded integers with
//     a requantisation in each. So who saves a fraction s of the work has at least
//     s/2 wrong rows. Read soundness with p = s/2.
//   - Algorithms with fewer operations than 2*N^3 (Strassen's: an eighth of the
//     multiplications less per level) count as the operations they replace.
//   - Time: who measures it says so; the deadline is its word.
//
// # Soundness
//
// A chain of which a fraction p of the rows of all steps is wrong survives n
// samples with probability (1-p)^n, wherever the wrong ones are: package sampling's
// Survival. Samples are single rows of independent steps for that reason: 3 steps of
// 16 rows each would catch who fakes a tenth of the steps with 1-0.9^3 = 27 % only,
// 48 rows of 48 steps with 99.4 %. They cost the verifier the same, and the prover
// the repetition of a few steps each.
//
//	n     p = 50 %   20 %      10 %      5 %
//	16    1.5e-5     2.8e-2    1.9e-1    4.4e-1
//	48    3.6e-15    2.2e-5    6.4e-3    8.5e-2
//	96    1.3e-29    5.0e-10   4.0e-5    7.3e-3
//
// # Disputes
//
// Transition is two committed rows. Entry judges one entry of the later one: N
// multiplications and one column of B, tens of microseconds at any N, about 2N bytes.
// It is the proof of fraud. Whole judges the whole row, N^2 multiplications, and
// is the defence of a prover that was judged wrongly; take N of 4096 at most for
// chains that judge it in a block.
package gemm
