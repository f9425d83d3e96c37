// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import (
	"encoding/binary"
	"math"
)

// constant appends an instruction that pushes a constant. A reference is null;
// ref.func is drawn where functions are known to be declared.
func (g *generator) constant(b *buffer, t ValType) {
	switch t {
	case I32:
		g.count("i32.const")
		b.byte(0x41)
		b.signed(int64(int32(g.integer(32))))
	case I64:
		g.count("i64.const")
		b.byte(0x42)
		b.signed(int64(g.integer(64)))
	case F32:
		g.count("f32.const")
		b.byte(0x43)
		*b = binary.LittleEndian.AppendUint32(*b, g.float32())
	case F64:
		g.count("f64.const")
		b.byte(0x44)
		*b = binary.LittleEndian.AppendUint64(*b, g.float64())
	case V128:
		g.count("v128.const")
		b.byte(0xfd, 12)
		switch g.n(4) {
		case 0:
			for range 4 {
				*b = binary.LittleEndian.AppendUint32(*b, g.float32())
			}
		case 1:
			for range 2 {
				*b = binary.LittleEndian.AppendUint64(*b, g.float64())
			}
		default:
			for range 2 {
				*b = binary.LittleEndian.AppendUint64(*b, g.integer(64))
			}
		}
	case FuncRef, ExternRef:
		g.count("ref.null")
		b.byte(0xd0, byte(t))
	}
}

// integer draws from the edges of a type more than from its middle.
func (g *generator) integer(bits int) uint64 {
	switch g.n(8) {
	case 0:
		return 0
	case 1:
		return uint64(g.n(256))
	case 2:
		return -uint64(g.n(256))
	case 3:
		return 1<<(bits-1) - uint64(g.n(3)) // around the largest and smallest
	case 4:
		return 1<<g.n(bits) - uint64(g.n(3))
	case 5:
		return uint64(g.byte()) * 0x0101010101010101
	case 6:
		return g.bits(16)
	default:
		return g.bits(64)
	}
}

// float32 and float64 draw bit patterns: zeros, denormals, infinities, quiet
// and signalling NaNs with payloads, limits of the integer types, and any.
func (g *generator) float32() uint32 {
	sign := uint32(g.n(2)) << 31
	switch g.n(10) {
	case 0:
		return sign
	case 1:
		return sign | uint32(g.bits(24))>>1 // denormal
	case 2:
		return sign | 0x7f800000
	case 3:
		return sign | 0x7fc00000 | uint32(g.bits(24))>>2
	case 4:
		return sign | 0x7f800001 | uint32(g.bits(24))>>2&^0x400000
	case 5:
		return sign | math.Float32bits(float32(uint64(1)<<g.n(64)))
	case 6:
		return sign | math.Float32bits(float32(g.n(1000))/2)
	case 7:
		return sign | 0x7f7fffff - uint32(g.n(2))
	default:
		return uint32(g.bits(32))
	}
}

func (g *generator) float64() uint64 {
	sign := uint64(g.n(2)) << 63
	switch g.n(10) {
	case 0:
		return sign
	case 1:
		return sign | g.bits(56)>>4 // denormal
	case 2:
		return sign | 0x7ff0000000000000
	case 3:
		return sign | 0x7ff8000000000000 | g.bits(56)>>5
	case 4:
		return sign | 0x7ff0000000000001 | g.bits(56)>>5
	case 5:
		return sign | math.Float64bits(float64(uint64(1)<<g.n(64)))
	case 6:
		return sign | math.Float64bits(float64(g.n(1000))/2)
	case 7:
		return sign | 0x7fefffffffffffff - uint64(g.n(2))
	default:
		return g.bits(64)
	}
}

func (g *generator) count(name string) { g.ops[name]++ }
