// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package kernels

// GasVersion is the version of the detwasm profile that Gas is of.
const GasVersion = 1

// Gas is what one step of the kernel costs in Module under the profile detwasm, in
// gas: the same for every state, because no kernel's control flow depends on its
// data. It is 0 for an unknown kernel.
func (k Kernel) Gas() uint64 {
	switch k {
	case Mix:
		return 5_308_569
	case Chase:
		return 13_436_456
	case MatMul:
		return 1_953_078
	}
	return 0
}
