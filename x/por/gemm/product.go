// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm

// chunkBytes is about how much of B a pass over it holds at a time: half of a
// first-level cache or a few columns.
const chunkBytes = 32 << 10

// Dot is the product of two lines of int8 entries of one length, at most MaxN.
func Dot(a, b []byte) int32 {
	b = b[:len(a)]
	var s, t int32
	j := 0
	for ; j+4 <= len(a); j += 4 {
		p, q := a[j:j+4:j+4], b[j:j+4:j+4]
		s += int32(int8(p[0]))*int32(int8(q[0])) + int32(int8(p[1]))*int32(int8(q[1]))
		t += int32(int8(p[2]))*int32(int8(q[2])) + int32(int8(p[3]))*int32(int8(q[3]))
	}
	for ; j < len(a); j++ {
		s += int32(int8(a[j])) * int32(int8(b[j]))
	}
	return s + t
}

// eachColumns runs over all columns of B, a few at a time, until f says stop.
func (s *Streams) eachColumns(f func(first int, columns []byte) bool) {
	count := max(4, chunkBytes/s.n)
	buf := make([]byte, count*s.n)
	for first := 0; first < s.n; first += count {
		s.Columns(buf, first)
		if !f(first, buf) {
			return
		}
	}
}

// Product is one row of C = A*B, exactly, for a row of A: N^2 multiplications.
func (s *Streams) Product(row []byte) []int32 {
	product := make([]int32, 0, s.n)
	wide := make([]int32, s.n)
	for j := range wide {
		wide[j] = int32(int8(row[j]))
	}
	s.eachColumns(func(_ int, columns []byte) bool {
		for ; len(columns) > 0; columns = columns[4*s.n:] {
			product = append(product, dots4(wide, columns)...)
		}
		return true
	})
	return product
}

// dots4 multiplies a row with four columns.
func dots4(row []int32, columns []byte) []int32 {
	n := len(row)
	b0, b1, b2, b3 := columns[0:n], columns[n:2*n], columns[2*n:3*n], columns[3*n:4*n]
	b0, b1, b2, b3 = b0[:n], b1[:n], b2[:n], b3[:n]
	var s0, s1, s2, s3 int32
	for j, a := range row {
		s0 += a * int32(int8(b0[j]))
		s1 += a * int32(int8(b1[j]))
		s2 += a * int32(int8(b2[j]))
		s3 += a * int32(int8(b3[j]))
	}
	return []int32{s0, s1, s2, s3}
}

// Freivalds' check works modulo the prime 2^31 - 1.
const prime = 1<<31 - 1

// reduce brings |x| < 2^62 to 0..prime-1.
func reduce(x int64) int64 {
	x = x&prime + x>>31 // -2^31 .. 2^32
	x = x&prime + x>>31 // -1 .. prime+1
	if x < 0 {
		x += prime
	}
	if x >= prime {
		x -= prime
	}
	return x
}

// freivalds checks that products[i] = rows[i]*B for all i at once: it compares
// (w*rows)*B with w*products for weights w below prime. It answers a column that
// differs, or -1. A wrong product whose entries are in range passes with
// probability 1/prime at most, over the choice of w: entries differ by less than
// prime, so a column with a difference is a linear form in w that is not zero.
func (s *Streams) freivalds(weights []int64, rows [][]byte, products [][]int32) int {
	left, right := make([]int64, s.n), make([]int64, s.n)
	for i, w := range weights {
		row, product := rows[i][:s.n], products[i][:s.n]
		for j := range left {
			left[j] = reduce(left[j] + w*int64(int8(row[j])))
			right[j] = reduce(right[j] + w*int64(product[j]))
		}
	}
	bad := -1
	s.eachColumns(func(first int, columns []byte) bool {
		for k := first; len(columns) > 0; k, columns = k+4, columns[4*s.n:] {
			sums := weigh4(left, columns)
			for i, sum := range sums {
				if reduce(sum) != right[k+i] {
					bad = k + i
					return false
				}
			}
		}
		return true
	})
	return bad
}

// weigh4 multiplies a row of residues with four columns: |sum| < 2^31 * 2^7 * 2^14.
func weigh4(left []int64, columns []byte) [4]int64 {
	n := len(left)
	b0, b1, b2, b3 := columns[0:n], columns[n:2*n], columns[2*n:3*n], columns[3*n:4*n]
	b0, b1, b2, b3 = b0[:n], b1[:n], b2[:n], b3[:n]
	var s0, s1, s2, s3 int64
	for j, w := range left {
		s0 += w * int64(int8(b0[j]))
		s1 += w * int64(int8(b1[j]))
		s2 += w * int64(int8(b2[j]))
		s3 += w * int64(int8(b3[j]))
	}
	return [4]int64{s0, s1, s2, s3}
}
