// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

// access is an instruction that reads or writes linear memory at an address.
type access struct {
	name   string
	prefix byte
	code   uint32
	value  ValType // what is read, or written
	align  int     // log2 of the width, the largest alignment that is valid
	lanes  int     // of the instructions on one lane of a vector, else 0
}

var loads = []access{
	{"i32.load", 0, 0x28, I32, 2, 0}, {"i64.load", 0, 0x29, I64, 3, 0}, {"f32.load", 0, 0x2a, F32, 2, 0}, {"f64.load", 0, 0x2b, F64, 3, 0},
	{"i32.load8_s", 0, 0x2c, I32, 0, 0}, {"i32.load8_u", 0, 0x2d, I32, 0, 0}, {"i32.load16_s", 0, 0x2e, I32, 1, 0}, {"i32.load16_u", 0, 0x2f, I32, 1, 0},
	{"i64.load8_s", 0, 0x30, I64, 0, 0}, {"i64.load8_u", 0, 0x31, I64, 0, 0}, {"i64.load16_s", 0, 0x32, I64, 1, 0}, {"i64.load16_u", 0, 0x33, I64, 1, 0},
	{"i64.load32_s", 0, 0x34, I64, 2, 0}, {"i64.load32_u", 0, 0x35, I64, 2, 0},
	{"v128.load", 0xfd, 0, V128, 4, 0},
	{"v128.load8x8_s", 0xfd, 1, V128, 3, 0}, {"v128.load8x8_u", 0xfd, 2, V128, 3, 0}, {"v128.load16x4_s", 0xfd, 3, V128, 3, 0},
	{"v128.load16x4_u", 0xfd, 4, V128, 3, 0}, {"v128.load32x2_s", 0xfd, 5, V128, 3, 0}, {"v128.load32x2_u", 0xfd, 6, V128, 3, 0},
	{"v128.load8_splat", 0xfd, 7, V128, 0, 0}, {"v128.load16_splat", 0xfd, 8, V128, 1, 0}, {"v128.load32_splat", 0xfd, 9, V128, 2, 0}, {"v128.load64_splat", 0xfd, 10, V128, 3, 0},
	{"v128.load32_zero", 0xfd, 92, V128, 2, 0}, {"v128.load64_zero", 0xfd, 93, V128, 3, 0},
	{"v128.load8_lane", 0xfd, 84, V128, 0, 16}, {"v128.load16_lane", 0xfd, 85, V128, 1, 8}, {"v128.load32_lane", 0xfd, 86, V128, 2, 4}, {"v128.load64_lane", 0xfd, 87, V128, 3, 2},
}

var stores = []access{
	{"i32.store", 0, 0x36, I32, 2, 0}, {"i64.store", 0, 0x37, I64, 3, 0}, {"f32.store", 0, 0x38, F32, 2, 0}, {"f64.store", 0, 0x39, F64, 3, 0},
	{"i32.store8", 0, 0x3a, I32, 0, 0}, {"i32.store16", 0, 0x3b, I32, 1, 0},
	{"i64.store8", 0, 0x3c, I64, 0, 0}, {"i64.store16", 0, 0x3d, I64, 1, 0}, {"i64.store32", 0, 0x3e, I64, 2, 0},
	{"v128.store", 0xfd, 11, V128, 4, 0},
	{"v128.store8_lane", 0xfd, 88, V128, 0, 16}, {"v128.store16_lane", 0xfd, 89, V128, 1, 8}, {"v128.store32_lane", 0xfd, 90, V128, 2, 4}, {"v128.store64_lane", 0xfd, 91, V128, 3, 2},
}

// accessOf lists the instructions of a table that move a value of type t.
func accessOf(table []access, t ValType) []access {
	var all []access
	for _, a := range table {
		if a.value == t {
			all = append(all, a)
		}
	}
	return all
}
