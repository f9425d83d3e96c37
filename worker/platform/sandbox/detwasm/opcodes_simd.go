// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// simd are the instructions that follow prefixSIMD and whose type is fixed: all
// but v128.const and i8x16.shuffle.
var simd = func() (t [256]opcode) {
	s := t[:]
	for i, a := range []struct {
		name  string
		align uint8
	}{
		{"v128.load", 4}, {"v128.load8x8_s", 3}, {"v128.load8x8_u", 3}, {"v128.load16x4_s", 3}, {"v128.load16x4_u", 3},
		{"v128.load32x2_s", 3}, {"v128.load32x2_u", 3}, {"v128.load8_splat", 0}, {"v128.load16_splat", 1},
		{"v128.load32_splat", 2}, {"v128.load64_splat", 3},
	} {
		t[i] = row(a.name, "i:v", classVecLoad).access(a.align)
	}
	t[0x0b] = row("v128.store", "iv:", classVecStore).access(4)
	rows(s, 0x0e, "vv:v", classVecLane, "i8x16.swizzle")
	rows(s, 0x0f, "i:v", classVecLane, "i8x16.splat", "i16x8.splat", "i32x4.splat")
	rows(s, 0x12, "l:v", classVecLane, "i64x2.splat")
	rows(s, 0x13, "f:v", classVecLane, "f32x4.splat")
	rows(s, 0x14, "d:v", classVecLane, "f64x2.splat")
	for i, a := range []struct {
		name, sig string
		lanes     uint8
	}{
		{"i8x16.extract_lane_s", "v:i", 16}, {"i8x16.extract_lane_u", "v:i", 16}, {"i8x16.replace_lane", "vi:v", 16},
		{"i16x8.extract_lane_s", "v:i", 8}, {"i16x8.extract_lane_u", "v:i", 8}, {"i16x8.replace_lane", "vi:v", 8},
		{"i32x4.extract_lane", "v:i", 4}, {"i32x4.replace_lane", "vi:v", 4},
		{"i64x2.extract_lane", "v:l", 2}, {"i64x2.replace_lane", "vl:v", 2},
		{"f32x4.extract_lane", "v:f", 4}, {"f32x4.replace_lane", "vf:v", 4},
		{"f64x2.extract_lane", "v:d", 2}, {"f64x2.replace_lane", "vd:v", 2},
	} {
		o := row(a.name, a.sig, classVecLane)
		o.imm, o.limit = immLane, a.lanes<<4
		t[0x15+i] = o
	}
	comparisons := []string{"eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"}
	for i, shape := range []string{"i8x16.", "i16x8.", "i32x4."} {
		for j, c := range comparisons {
			t[0x23+10*i+j] = row(shape+c, "vv:v", classVec)
		}
	}
	for i, shape := range []string{"f32x4.", "f64x2."} {
		for j, c := range []string{"eq", "ne", "lt", "gt", "le", "ge"} {
			t[0x41+6*i+j] = row(shape+c, "vv:v", classVecFloat).float(floatNone, floatF32x4+float(i))
		}
	}
	rows(s, 0x4d, "v:v", classVec, "v128.not")
	rows(s, 0x4e, "vv:v", classVec, "v128.and", "v128.andnot", "v128.or", "v128.xor")
	rows(s, 0x52, "vvv:v", classVec, "v128.bitselect")
	rows(s, 0x53, "v:i", classVecLane, "v128.any_true")
	for i, n := range []string{"8", "16", "32", "64"} {
		load := row("v128.load"+n+"_lane", "iv:v", classVecLoad)
		store := row("v128.store"+n+"_lane", "iv:", classVecStore)
		for j, o := range []opcode{load, store} {
			o.imm, o.limit = immMemLane, uint8(i)|uint8(16>>i)<<4
			t[0x54+4*j+i] = o
		}
	}
	rows(s, 0x5c, "i:v", classVecLoad, "v128.load32_zero", "v128.load64_zero")
	t[0x5c], t[0x5d] = t[0x5c].access(2), t[0x5d].access(3)
	rows(s, 0x5e, "v:v", classVecFloat, "f32x4.demote_f64x2_zero", "f64x2.promote_low_f32x4")
	integerVectors(s)
	floatVectors(s)
	return t
}()

// integerVectors fills the rows of integer shapes.
func integerVectors(s []opcode) {
	rows(s, 0x60, "v:v", classVec, "i8x16.abs", "i8x16.neg")
	rows(s, 0x62, "v:v", classVecSlow, "i8x16.popcnt")
	rows(s, 0x63, "v:i", classVecLane, "i8x16.all_true", "i8x16.bitmask")
	rows(s, 0x65, "vv:v", classVec, "i8x16.narrow_i16x8_s", "i8x16.narrow_i16x8_u")
	rows(s, 0x6b, "vi:v", classVecSlow, "i8x16.shl", "i8x16.shr_s", "i8x16.shr_u")
	rows(s, 0x6e, "vv:v", classVec, "i8x16.add", "i8x16.add_sat_s", "i8x16.add_sat_u",
		"i8x16.sub", "i8x16.sub_sat_s", "i8x16.sub_sat_u")
	rows(s, 0x76, "vv:v", classVec, "i8x16.min_s", "i8x16.min_u", "i8x16.max_s", "i8x16.max_u")
	rows(s, 0x7b, "vv:v", classVec, "i8x16.avgr_u")
	rows(s, 0x7c, "v:v", classVecMul, "i16x8.extadd_pairwise_i8x16_s", "i16x8.extadd_pairwise_i8x16_u",
		"i32x4.extadd_pairwise_i16x8_s", "i32x4.extadd_pairwise_i16x8_u")
	rows(s, 0x80, "v:v", classVec, "i16x8.abs", "i16x8.neg")
	rows(s, 0x82, "vv:v", classVecMul, "i16x8.q15mulr_sat_s")
	rows(s, 0x83, "v:i", classVecLane, "i16x8.all_true", "i16x8.bitmask")
	rows(s, 0x85, "vv:v", classVec, "i16x8.narrow_i32x4_s", "i16x8.narrow_i32x4_u")
	rows(s, 0x87, "v:v", classVec, "i16x8.extend_low_i8x16_s", "i16x8.extend_high_i8x16_s",
		"i16x8.extend_low_i8x16_u", "i16x8.extend_high_i8x16_u")
	rows(s, 0x8b, "vi:v", classVec, "i16x8.shl", "i16x8.shr_s", "i16x8.shr_u")
	rows(s, 0x8e, "vv:v", classVec, "i16x8.add", "i16x8.add_sat_s", "i16x8.add_sat_u",
		"i16x8.sub", "i16x8.sub_sat_s", "i16x8.sub_sat_u")
	rows(s, 0x95, "vv:v", classVecMul, "i16x8.mul")
	rows(s, 0x96, "vv:v", classVec, "i16x8.min_s", "i16x8.min_u", "i16x8.max_s", "i16x8.max_u")
	rows(s, 0x9b, "vv:v", classVec, "i16x8.avgr_u")
	rows(s, 0x9c, "vv:v", classVecMul, "i16x8.extmul_low_i8x16_s", "i16x8.extmul_high_i8x16_s",
		"i16x8.extmul_low_i8x16_u", "i16x8.extmul_high_i8x16_u")
	rows(s, 0xa0, "v:v", classVec, "i32x4.abs", "i32x4.neg")
	rows(s, 0xa3, "v:i", classVecLane, "i32x4.all_true", "i32x4.bitmask")
	rows(s, 0xa7, "v:v", classVec, "i32x4.extend_low_i16x8_s", "i32x4.extend_high_i16x8_s",
		"i32x4.extend_low_i16x8_u", "i32x4.extend_high_i16x8_u")
	rows(s, 0xab, "vi:v", classVec, "i32x4.shl", "i32x4.shr_s", "i32x4.shr_u")
	rows(s, 0xae, "vv:v", classVec, "i32x4.add")
	rows(s, 0xb1, "vv:v", classVec, "i32x4.sub")
	rows(s, 0xb5, "vv:v", classVecMul, "i32x4.mul")
	rows(s, 0xb6, "vv:v", classVec, "i32x4.min_s", "i32x4.min_u", "i32x4.max_s", "i32x4.max_u")
	rows(s, 0xba, "vv:v", classVecMul, "i32x4.dot_i16x8_s")
	rows(s, 0xbc, "vv:v", classVecMul, "i32x4.extmul_low_i16x8_s", "i32x4.extmul_high_i16x8_s",
		"i32x4.extmul_low_i16x8_u", "i32x4.extmul_high_i16x8_u")
	rows(s, 0xc0, "v:v", classVec, "i64x2.abs", "i64x2.neg")
	rows(s, 0xc3, "v:i", classVecLane, "i64x2.all_true", "i64x2.bitmask")
	rows(s, 0xc7, "v:v", classVec, "i64x2.extend_low_i32x4_s", "i64x2.extend_high_i32x4_s",
		"i64x2.extend_low_i32x4_u", "i64x2.extend_high_i32x4_u")
	rows(s, 0xcb, "vi:v", classVec, "i64x2.shl")
	rows(s, 0xcc, "vi:v", classVecSlow, "i64x2.shr_s")
	rows(s, 0xcd, "vi:v", classVec, "i64x2.shr_u")
	rows(s, 0xce, "vv:v", classVec, "i64x2.add")
	rows(s, 0xd1, "vv:v", classVec, "i64x2.sub")
	rows(s, 0xd5, "vv:v", classVecSlow, "i64x2.mul")
	rows(s, 0xd6, "vv:v", classVec, "i64x2.eq", "i64x2.ne", "i64x2.lt_s", "i64x2.gt_s", "i64x2.le_s", "i64x2.ge_s")
	rows(s, 0xdc, "vv:v", classVecMul, "i64x2.extmul_low_i32x4_s", "i64x2.extmul_high_i32x4_s",
		"i64x2.extmul_low_i32x4_u", "i64x2.extmul_high_i32x4_u")
}

// floatVectors fills the rows of float shapes.
func floatVectors(s []opcode) {
	rows(s, 0x67, "v:v", classVecSlow, "f32x4.ceil", "f32x4.floor", "f32x4.trunc", "f32x4.nearest")
	rows(s, 0x74, "v:v", classVecSlow, "f64x2.ceil", "f64x2.floor")
	rows(s, 0x7a, "v:v", classVecSlow, "f64x2.trunc")
	rows(s, 0x94, "v:v", classVecSlow, "f64x2.nearest")
	for i, shape := range []string{"f32x4.", "f64x2."} {
		first := 0xe0 + 0x0c*i
		rows(s, first, "v:v", classVec, shape+"abs", shape+"neg")
		rows(s, first+3, "v:v", classVecDiv, shape+"sqrt")
		rows(s, first+4, "vv:v", classVecFloat, shape+"add", shape+"sub", shape+"mul")
		rows(s, first+7, "vv:v", classVecDiv, shape+"div")
		rows(s, first+8, "vv:v", classVecSlow, shape+"min", shape+"max")
		rows(s, first+10, "vv:v", classVecFloat, shape+"pmin", shape+"pmax")
		f := floatF32x4 + float(i)
		floats(s, f, f, span(first+3, first+9)...)
	}
	rows(s, 0xf8, "v:v", classVecSlow, "i32x4.trunc_sat_f32x4_s", "i32x4.trunc_sat_f32x4_u",
		"f32x4.convert_i32x4_s", "f32x4.convert_i32x4_u",
		"i32x4.trunc_sat_f64x2_s_zero", "i32x4.trunc_sat_f64x2_u_zero",
		"f64x2.convert_low_i32x4_s", "f64x2.convert_low_i32x4_u")
	floats(s, floatF32x4, floatF32x4, span(0x67, 0x6a)...)
	floats(s, floatF64x2, floatF64x2, 0x74, 0x75, 0x7a, 0x94)
	floats(s, floatF32x4, floatF64x2, 0x5e)
	floats(s, floatF64x2, floatF32x4, 0x5f)
	floats(s, floatNone, floatF32x4, 0xf8, 0xf9)
	floats(s, floatNone, floatF64x2, 0xfc, 0xfd)
}
