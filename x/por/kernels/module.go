// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package kernels

import (
	_ "embed"
	"encoding/binary"
)

// Module is the kernels as a WASI command. It reads an Input from stdin, takes the
// steps and writes the state to stdout; whatever is wrong with the input makes it
// trap. module_test.go is its source.
//
//go:embed kernels.wasm
var Module []byte

// ModuleMemory is the memory that Module needs, in bytes.
const ModuleMemory = 1<<16 + 8*chaseWords

// inputSize is the size of what the module reads.
const inputSize = 8 + StateSize

// Input is what Module reads from stdin to take n steps of a kernel from x on.
func Input(k Kernel, x State, n uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(k))
	b = binary.LittleEndian.AppendUint32(b, n)
	return append(b, x[:]...)
}
