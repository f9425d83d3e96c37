// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm_test

import "github.com/openmesh-network/openmesh/x/por/gemm"

// vectors are of challenge(256, "window 1", "node 1").
var vectors = struct {
	b0, b255, a7, requant, root, opened string
	key                                 gemm.StepKey
	samples                             []gemm.Sample
}{
	b0:      "b252b05608879047888782f22c4ef824",
	b255:    "9bd95e3ceeaf182342790aa885df6d32",
	a7:      "b0a3e4091b54e33118a92c6e8487a753",
	key:     gemm.StepKey{Row: 0xb3337988, Column: 0x7cd58387, Mul: 0x17899509, Add: 0xbdff5191},
	requant: "381cadd505755614",
	root:    "a67f170172e2199e25087313e36f286037c73c375778edbd3ce4c78d53f33a5d",
	samples: []gemm.Sample{{Step: 0x0, Row: 0xc}, {Step: 0x0, Row: 0x22}, {Step: 0x1, Row: 0xf}, {Step: 0x2, Row: 0xf6}},
	opened:  "9e98bd308dd2fc9ed728b0ef974420c714766367e9d350d7b0dd2ddb3aac8cac",
}
