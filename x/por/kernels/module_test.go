// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package kernels

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/kernels/internal/asm"
)

var update = flag.Bool("update", false, "write kernels.wasm")

// Places in the module's memory. What begins a table is a whole page.
const (
	stateAt  = 0  // the state
	inAt     = 64 // what stdin says: kernel, steps, state
	iovecAt  = 128
	countAt  = 144
	tableAt  = 1 << 16
	matrixBt = tableAt + 4*side*side
)

// Functions of the module. Imports come first.
const (
	fnRead = iota
	fnWrite
	fnMix
	fnChase
	fnMatMul
	fnStart
)

// module is the source of kernels.wasm.
func module() asm.Module {
	i4 := bytes.Repeat([]byte{asm.I32}, 4)
	return asm.Module{
		Types: []asm.Type{
			{},
			{Params: i4, Results: []byte{asm.I32}},
			{Params: []byte{asm.I64}},
		},
		Imports: []asm.Import{
			{Module: "wasi_snapshot_preview1", Name: "fd_read", Type: 1},
			{Module: "wasi_snapshot_preview1", Name: "fd_write", Type: 1},
		},
		Funcs: []asm.Func{mixFunc(), chaseFunc(), matMulFunc(), startFunc()},
		Pages: 1 + 8*chaseWords>>16,
		Start: fnStart - fnMix,
	}
}

func loadWord(c *asm.Code, word uint32) *asm.Code {
	return c.I32(stateAt).Mem(asm.I64Load, 8*word)
}

// mix(rounds) works on the state in memory.
func mixFunc() asm.Func {
	const i, a, b, c, d = 0, 1, 2, 3, 4
	f := &asm.Code{}
	for w, local := range []uint32{a, b, c, d} {
		loadWord(f, uint32(w)).Set(local)
	}
	f.Loop()
	f.Get(a).Get(d).I64(29).Op(asm.I64ShrU, asm.I64Xor).I64(k1).Op(asm.I64Mul).Set(a)
	f.Get(b).I64(31).Op(asm.I64Rotl).Get(a).Op(asm.I64Add)
	f.Get(a).Op(asm.I32WrapI64).Get(d).I64(32).Op(asm.I64ShrU, asm.I32WrapI64, asm.I32Mul, asm.I64ExtendU)
	f.Op(asm.I64Xor).Set(b)
	f.Get(c).Get(b).Op(asm.I64Xor).I64(k2).Op(asm.I64Mul).Set(c)
	f.Get(d).Get(c).Op(asm.I64Xor).I64(17).Op(asm.I64Rotl).Get(i).Op(asm.I64Add).Set(d)
	f.Get(b).Get(d).Get(i).Get(a).Get(c).Op(asm.I64LtU, asm.Select, asm.I64Add).Set(b)
	f.Get(i).I64(1).Op(asm.I64Sub).Tee(i).I64(0).Op(asm.I64Ne).BrIf(0)
	f.Op(asm.End)
	for w, local := range []uint32{a, b, c, d} {
		f.I32(stateAt).Get(local).Mem(asm.I64Store, uint32(8*w))
	}
	return asm.Func{Type: 2, Locals: []asm.Local{{Count: 4, Type: asm.I64}}, Code: f}
}

// inlineWord leaves word(s0, s1, i) on the stack; x is a scratch local.
func inlineWord(f *asm.Code, s0, s1, i, x uint32) *asm.Code {
	f.Get(s0).Get(i).I64(k1).Op(asm.I64Mul, asm.I64Add).Get(s1).Op(asm.I64Xor).Tee(x)
	f.Get(x).I64(30).Op(asm.I64ShrU, asm.I64Xor).I64(k4).Op(asm.I64Mul).Tee(x)
	return f.Get(x).I64(27).Op(asm.I64ShrU, asm.I64Xor)
}

// finish puts x and y into the state and mixes it.
func finish(f *asm.Code, s0, s1, x, y uint32) {
	f.I32(stateAt).Get(s0).Get(x).Op(asm.I64Xor).Mem(asm.I64Store, 0)
	f.I32(stateAt).Get(s1).Get(y).Op(asm.I64Xor).Mem(asm.I64Store, 8)
	f.I64(finalRounds).Call(fnMix)
}

func chaseFunc() asm.Func {
	const s0, s1, x, y, i, v, t, at = 0, 1, 2, 3, 4, 5, 6, 7
	f := &asm.Code{}
	for w, local := range []uint32{s0, s1, x, y} {
		loadWord(f, uint32(w)).Set(local)
	}
	f.Loop()
	f.Get(at)
	inlineWord(f, s0, s1, i, t).Mem(asm.I64Store, tableAt)
	f.Get(i).I64(1).Op(asm.I64Add).Set(i)
	f.Get(at).I32(8).Op(asm.I32Add).Tee(at).I32(8 * chaseWords).Op(asm.I32Ne).BrIf(0)
	f.Op(asm.End)
	f.I64(chaseReads).Set(i)
	f.Loop()
	f.Get(x).I64(64-chaseBits).Op(asm.I64ShrU, asm.I32WrapI64).I32(8).Op(asm.I32Mul).Tee(at)
	f.Get(at).Mem(asm.I64Load, tableAt).Tee(v).I64(23).Op(asm.I64Rotl).Get(y).Op(asm.I64Add).Mem(asm.I64Store, tableAt)
	f.Get(y).Get(v).Op(asm.I64Add).Set(y)
	f.Get(x).Get(v).Op(asm.I64Xor).I64(k2).Op(asm.I64Mul).Tee(x).Get(x).I64(31).Op(asm.I64ShrU, asm.I64Xor).Set(x)
	f.Get(i).I64(1).Op(asm.I64Sub).Tee(i).I64(0).Op(asm.I64Ne).BrIf(0)
	f.Op(asm.End)
	finish(f, s0, s1, x, y)
	return asm.Func{Type: 0, Locals: []asm.Local{{Count: 7, Type: asm.I64}, {Count: 1, Type: asm.I32}}, Code: f}
}

func matMulFunc() asm.Func {
	const s0, s1, x, y, i, t = 0, 1, 2, 3, 4, 5
	const at, rowA, endA, colB, b = 6, 7, 8, 9, 10
	const acc = 11 // and the three after it
	f := &asm.Code{}
	for w, local := range []uint32{s0, s1, x, y} {
		loadWord(f, uint32(w)).Set(local)
	}
	f.Loop()
	f.Get(at)
	inlineWord(f, s0, s1, i, t).Mem(asm.I64Store, tableAt)
	f.Get(i).I64(2).Op(asm.I64Add).Set(i)
	f.Get(at).I32(8).Op(asm.I32Add).Tee(at).I32(2 * 4 * side * side).Op(asm.I32Ne).BrIf(0)
	f.Op(asm.End)
	f.Loop() // rows of A: rowA counts bytes
	f.I32(0).Set(colB)
	f.Loop() // 16 columns of B at a time: colB counts bytes
	for v := range uint32(4) {
		f.VecZero().Set(acc + v)
	}
	f.Get(rowA).Set(at)
	f.Get(rowA).I32(4 * side).Op(asm.I32Add).Set(endA)
	f.Get(colB).Set(b)
	f.Loop()
	f.Get(at).VecSplat32(tableAt).Set(acc + 4)
	for v := range uint32(4) {
		f.Get(acc + v).Get(acc + 4).Get(b).VecLoad(matrixBt + 16*v).Vec(asm.I32x4Mul).Vec(asm.I32x4Add).Set(acc + v)
	}
	f.Get(b).I32(4 * side).Op(asm.I32Add).Set(b)
	f.Get(at).I32(4).Op(asm.I32Add).Tee(at).Get(endA).Op(asm.I32Ne).BrIf(0)
	f.Op(asm.End)
	for v := range uint32(4) {
		for lane := range byte(2) {
			f.Get(x).Get(acc + v).Lane(lane).Op(asm.I64Xor).I64(k3).Op(asm.I64Mul).Set(x)
			f.Get(y).I64(29).Op(asm.I64Rotl).Get(x).Op(asm.I64Add).Set(y)
		}
	}
	f.Get(colB).I32(64).Op(asm.I32Add).Tee(colB).I32(4 * side).Op(asm.I32Ne).BrIf(0)
	f.Op(asm.End)
	f.Get(rowA).I32(4 * side).Op(asm.I32Add).Tee(rowA).I32(4 * side * side).Op(asm.I32Ne).BrIf(0)
	f.Op(asm.End)
	finish(f, s0, s1, x, y)
	return asm.Func{
		Type:   0,
		Locals: []asm.Local{{Count: 6, Type: asm.I64}, {Count: 5, Type: asm.I32}, {Count: 5, Type: asm.V128}},
		Code:   f,
	}
}

func startFunc() asm.Func {
	const kernel, steps = 0, 1
	f := &asm.Code{}
	iovec := func(at, size int32) {
		f.I32(iovecAt).I32(at).Mem(asm.I32Store, 0)
		f.I32(iovecAt).I32(size).Mem(asm.I32Store, 4)
	}
	iovec(inAt, inputSize)
	f.I32(0).I32(iovecAt).I32(1).I32(countAt).Call(fnRead).If().Op(asm.Unreachable, asm.End)
	f.I32(countAt).Mem(asm.I32Load, 0).I32(inputSize).Op(asm.I32Ne).If().Op(asm.Unreachable, asm.End)
	for w := range uint32(4) {
		f.I32(stateAt).I32(inAt).Mem(asm.I64Load, 8+8*w).Mem(asm.I64Store, 8*w)
	}
	f.I32(inAt).Mem(asm.I32Load, 0).Set(kernel)
	f.I32(inAt).Mem(asm.I32Load, 4).Tee(steps)
	f.If()
	f.Loop()
	f.Get(kernel).I32(int32(Mix)).Op(asm.I32Eq).If().I64(mixRounds).Call(fnMix)
	f.Else().Get(kernel).I32(int32(Chase)).Op(asm.I32Eq).If().Call(fnChase)
	f.Else().Get(kernel).I32(int32(MatMul)).Op(asm.I32Eq).If().Call(fnMatMul)
	f.Else().Op(asm.Unreachable, asm.End, asm.End, asm.End)
	f.Get(steps).I32(1).Op(asm.I32Sub).Tee(steps).BrIf(0)
	f.Op(asm.End, asm.End)
	iovec(stateAt, StateSize)
	f.I32(1).I32(iovecAt).I32(1).I32(countAt).Call(fnWrite).If().Op(asm.Unreachable, asm.End)
	f.I32(countAt).Mem(asm.I32Load, 0).I32(StateSize).Op(asm.I32Ne).If().Op(asm.Unreachable, asm.End)
	return asm.Func{Type: 0, Locals: []asm.Local{{Count: 2, Type: asm.I32}}, Code: f}
}

func TestTheModuleIsMadeOfItsSource(t *testing.T) {
	t.Parallel()
	want := module().Bytes()
	if *update {
		if err := os.WriteFile("kernels.wasm", want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(Module, want) {
		t.Errorf("kernels.wasm is not what its source gives; run go test -update ./x/por/kernels (it changes the protocol)")
	}
}
