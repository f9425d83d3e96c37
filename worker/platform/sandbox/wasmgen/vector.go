// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import "strings"

// vectorRuns lists the instructions on v128 behind the prefix 0xfd that neither
// read memory nor carry more than a lane index.
func vectorRuns() []run {
	const compare = "X.eq X.ne X.lt_s X.lt_u X.gt_s X.gt_u X.le_s X.le_u X.ge_s X.ge_u"
	const floats = "X.eq X.ne X.lt X.gt X.le X.ge"
	const shift = "X.shl X.shr_s X.shr_u"
	const saturating = "X.add X.add_sat_s X.add_sat_u X.sub X.sub_sat_s X.sub_sat_u"
	const extremes = "X.min_s X.min_u X.max_s X.max_u"
	of := func(shape, names string) string { return strings.ReplaceAll(names, "X", shape) }
	extend := func(verb, from string) string {
		return strings.ReplaceAll(strings.ReplaceAll("X.V_low_S_s X.V_high_S_s X.V_low_S_u X.V_high_S_u", "V", verb), "S", from)
	}
	return []run{
		{14, "vv:v", "i8x16.swizzle"},
		{15, "i:v", "i8x16.splat i16x8.splat i32x4.splat"}, {18, "l:v", "i64x2.splat"}, {19, "f:v", "f32x4.splat"}, {20, "d:v", "f64x2.splat"},
		{21, "v:i", "i8x16.extract_lane_s i8x16.extract_lane_u"}, {23, "vi:v", "i8x16.replace_lane"},
		{24, "v:i", "i16x8.extract_lane_s i16x8.extract_lane_u"}, {26, "vi:v", "i16x8.replace_lane"},
		{27, "v:i", "i32x4.extract_lane"}, {28, "vi:v", "i32x4.replace_lane"},
		{29, "v:l", "i64x2.extract_lane"}, {30, "vl:v", "i64x2.replace_lane"},
		{31, "v:f", "f32x4.extract_lane"}, {32, "vf:v", "f32x4.replace_lane"},
		{33, "v:d", "f64x2.extract_lane"}, {34, "vd:v", "f64x2.replace_lane"},
		{35, "vv:v", of("i8x16", compare)}, {45, "vv:v", of("i16x8", compare)}, {55, "vv:v", of("i32x4", compare)},
		{65, "vv:v", of("f32x4", floats)}, {71, "vv:v", of("f64x2", floats)},
		{77, "v:v", "v128.not"}, {78, "vv:v", "v128.and v128.andnot v128.or v128.xor"}, {82, "vvv:v", "v128.bitselect"}, {83, "v:i", "v128.any_true"},
		{94, "v:v", "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4"},
		{96, "v:v", "i8x16.abs i8x16.neg i8x16.popcnt"}, {99, "v:i", "i8x16.all_true i8x16.bitmask"},
		{101, "vv:v", "i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u"}, {103, "v:v", "f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest"},
		{107, "vi:v", of("i8x16", shift)}, {110, "vv:v", of("i8x16", saturating)}, {116, "v:v", "f64x2.ceil f64x2.floor"},
		{118, "vv:v", of("i8x16", extremes)}, {122, "v:v", "f64x2.trunc"}, {123, "vv:v", "i8x16.avgr_u"},
		{124, "v:v", "i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u"},
		{128, "v:v", "i16x8.abs i16x8.neg"}, {130, "vv:v", "i16x8.q15mulr_sat_s"}, {131, "v:i", "i16x8.all_true i16x8.bitmask"},
		{133, "vv:v", "i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u"}, {135, "v:v", of("i16x8", extend("extend", "i8x16"))},
		{139, "vi:v", of("i16x8", shift)}, {142, "vv:v", of("i16x8", saturating)}, {148, "v:v", "f64x2.nearest"}, {149, "vv:v", "i16x8.mul"},
		{150, "vv:v", of("i16x8", extremes)}, {155, "vv:v", "i16x8.avgr_u"}, {156, "vv:v", of("i16x8", extend("extmul", "i8x16"))},
		{160, "v:v", "i32x4.abs i32x4.neg"}, {163, "v:i", "i32x4.all_true i32x4.bitmask"}, {167, "v:v", of("i32x4", extend("extend", "i16x8"))},
		{171, "vi:v", of("i32x4", shift)}, {174, "vv:v", "i32x4.add"}, {177, "vv:v", "i32x4.sub"}, {181, "vv:v", "i32x4.mul"},
		{182, "vv:v", of("i32x4", extremes)}, {186, "vv:v", "i32x4.dot_i16x8_s"}, {188, "vv:v", of("i32x4", extend("extmul", "i16x8"))},
		{192, "v:v", "i64x2.abs i64x2.neg"}, {195, "v:i", "i64x2.all_true i64x2.bitmask"}, {199, "v:v", of("i64x2", extend("extend", "i32x4"))},
		{203, "vi:v", of("i64x2", shift)}, {206, "vv:v", "i64x2.add"}, {209, "vv:v", "i64x2.sub"}, {213, "vv:v", "i64x2.mul"},
		{214, "vv:v", of("i64x2", "X.eq X.ne X.lt_s X.gt_s X.le_s X.ge_s")}, {220, "vv:v", of("i64x2", extend("extmul", "i32x4"))},
		{224, "v:v", "f32x4.abs f32x4.neg"}, {227, "v:v", "f32x4.sqrt"},
		{228, "vv:v", of("f32x4", "X.add X.sub X.mul X.div X.min X.max X.pmin X.pmax")},
		{236, "v:v", "f64x2.abs f64x2.neg"}, {239, "v:v", "f64x2.sqrt"},
		{240, "vv:v", of("f64x2", "X.add X.sub X.mul X.div X.min X.max X.pmin X.pmax")},
		{248, "v:v", "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u"},
		{252, "v:v", "i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u"},
	}
}
