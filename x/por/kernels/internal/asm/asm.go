// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package asm writes small WebAssembly modules by hand: the instructions that the
// kernels need, each under its name in the text format, and the sections around
// them. It checks nothing.
package asm

// The value types.
const (
	I32  byte = 0x7f
	I64  byte = 0x7e
	V128 byte = 0x7b
)

// Op is an instruction without immediates.
type Op byte

// The instructions without immediates.
const (
	Unreachable Op = 0x00
	End         Op = 0x0b
	Select      Op = 0x1b
	I32Eq       Op = 0x46
	I32Ne       Op = 0x47
	I64Ne       Op = 0x52
	I64LtU      Op = 0x54
	I32Add      Op = 0x6a
	I32Sub      Op = 0x6b
	I32Mul      Op = 0x6c
	I64Add      Op = 0x7c
	I64Sub      Op = 0x7d
	I64Mul      Op = 0x7e
	I64Xor      Op = 0x85
	I64ShrU     Op = 0x88
	I64Rotl     Op = 0x89
	I32WrapI64  Op = 0xa7
	I64ExtendU  Op = 0xad
)

// Access is a load or store.
type Access byte

// The loads and stores.
const (
	I32Load  Access = 0x28
	I64Load  Access = 0x29
	I32Store Access = 0x36
	I64Store Access = 0x37
)

// VecOp is a vector instruction.
type VecOp uint32

// The vector instructions.
const (
	vecLoad    VecOp = 0x00
	vecSplat32 VecOp = 0x09 // v128.load32_splat
	vecConst   VecOp = 0x0c
	I64x2Lane  VecOp = 0x1d // i64x2.extract_lane
	I32x4Add   VecOp = 0xae
	I32x4Mul   VecOp = 0xb5
	vecPrefix        = 0xfd
	blockVoid        = 0x40
	opLoop           = 0x03
	opIf             = 0x04
	opElse           = 0x05
	opBrIf           = 0x0d
	opCall           = 0x10
	opLocalGet       = 0x20
	opLocalSet       = 0x21
	opLocalTee       = 0x22
	opI32Const       = 0x41
	opI64Const       = 0x42
)

// Code is the body of a function.
type Code struct{ b []byte }

// Get is local.get.
func (c *Code) Get(i uint32) *Code { return c.local(opLocalGet, i) }

// Set is local.set.
func (c *Code) Set(i uint32) *Code { return c.local(opLocalSet, i) }

// Tee is local.tee.
func (c *Code) Tee(i uint32) *Code { return c.local(opLocalTee, i) }

func (c *Code) local(op byte, i uint32) *Code {
	c.b = appendUnsigned(append(c.b, op), uint64(i))
	return c
}

// I32 is i32.const.
func (c *Code) I32(v int32) *Code {
	c.b = appendSigned(append(c.b, opI32Const), int64(v))
	return c
}

// I64 is i64.const.
func (c *Code) I64(v uint64) *Code {
	c.b = appendSigned(append(c.b, opI64Const), int64(v))
	return c
}

// Op adds instructions without immediates.
func (c *Code) Op(ops ...Op) *Code {
	for _, op := range ops {
		c.b = append(c.b, byte(op))
	}
	return c
}

// Mem adds a load or store with an offset, unaligned as far as it says.
func (c *Code) Mem(a Access, offset uint32) *Code {
	c.b = appendUnsigned(append(c.b, byte(a), 0), uint64(offset))
	return c
}

// VecLoad is v128.load.
func (c *Code) VecLoad(offset uint32) *Code { return c.vecMem(vecLoad, offset) }

// VecSplat32 is v128.load32_splat.
func (c *Code) VecSplat32(offset uint32) *Code { return c.vecMem(vecSplat32, offset) }

func (c *Code) vecMem(op VecOp, offset uint32) *Code {
	c.Vec(op)
	c.b = appendUnsigned(append(c.b, 0), uint64(offset))
	return c
}

// VecZero is v128.const 0.
func (c *Code) VecZero() *Code {
	c.Vec(vecConst)
	c.b = append(c.b, make([]byte, 16)...)
	return c
}

// Vec adds a vector instruction without immediates.
func (c *Code) Vec(op VecOp) *Code {
	c.b = appendUnsigned(append(c.b, vecPrefix), uint64(op))
	return c
}

// Lane is i64x2.extract_lane.
func (c *Code) Lane(lane byte) *Code {
	c.Vec(I64x2Lane)
	c.b = append(c.b, lane)
	return c
}

// Loop is loop without results; End closes it, and If and Else.
func (c *Code) Loop() *Code { return c.block(opLoop) }

// If is if without results.
func (c *Code) If() *Code { return c.block(opIf) }

func (c *Code) block(op byte) *Code {
	c.b = append(c.b, op, blockVoid)
	return c
}

// Else is else.
func (c *Code) Else() *Code {
	c.b = append(c.b, opElse)
	return c
}

// BrIf is br_if.
func (c *Code) BrIf(depth uint32) *Code { return c.local(opBrIf, depth) }

// Call is call.
func (c *Code) Call(function uint32) *Code { return c.local(opCall, function) }

// Type is the type of a function.
type Type struct{ Params, Results []byte }

// Import is an imported function.
type Import struct {
	Module, Name string
	Type         uint32
}

// Local is a run of local variables of one type.
type Local struct {
	Count uint32
	Type  byte
}

// Func is a function of the module. End at its end is not part of Code.
type Func struct {
	Type   uint32
	Locals []Local
	Code   *Code
}

// Module is a module with one memory, exported as memory, and the function start,
// counted after the imports, exported as _start.
type Module struct {
	Types   []Type
	Imports []Import
	Funcs   []Func
	Pages   uint32
	Start   uint32
}

// Bytes encodes the module.
func (m Module) Bytes() []byte {
	out := []byte("\x00asm\x01\x00\x00\x00")
	section := func(id byte, items int, body []byte) {
		b := append(appendUnsigned(nil, uint64(items)), body...)
		out = append(appendUnsigned(append(out, id), uint64(len(b))), b...)
	}
	var b []byte
	for _, t := range m.Types {
		b = appendBytes(appendBytes(append(b, 0x60), t.Params), t.Results)
	}
	section(1, len(m.Types), b)
	b = nil
	for _, i := range m.Imports {
		b = appendBytes(appendBytes(b, []byte(i.Module)), []byte(i.Name))
		b = appendUnsigned(append(b, 0), uint64(i.Type))
	}
	section(2, len(m.Imports), b)
	b = nil
	for _, f := range m.Funcs {
		b = appendUnsigned(b, uint64(f.Type))
	}
	section(3, len(m.Funcs), b)
	b = appendUnsigned([]byte{1}, uint64(m.Pages))
	section(5, 1, appendUnsigned(b, uint64(m.Pages)))
	b = append(appendBytes(nil, []byte("memory")), 2, 0)
	b = append(appendBytes(b, []byte("_start")), 0)
	section(7, 2, appendUnsigned(b, uint64(len(m.Imports))+uint64(m.Start)))
	b = nil
	for _, f := range m.Funcs {
		body := appendUnsigned(nil, uint64(len(f.Locals)))
		for _, l := range f.Locals {
			body = append(appendUnsigned(body, uint64(l.Count)), l.Type)
		}
		body = append(append(body, f.Code.b...), byte(End))
		b = appendBytes(b, body)
	}
	section(10, len(m.Funcs), b)
	return out
}

func appendBytes(b, p []byte) []byte {
	return append(appendUnsigned(b, uint64(len(p))), p...)
}

// appendUnsigned appends LEB128.
func appendUnsigned(b []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

// appendSigned appends signed LEB128.
func appendSigned(b []byte, v int64) []byte {
	for {
		low := byte(v) & 0x7f
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}
