// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

// statements appends code that leaves the stack as it was.
func (f *function) statements(depth int) {
	for range f.n(5) {
		if f.left <= 0 {
			return
		}
		for range 4 {
			if f.statement(depth - 1) {
				break
			}
		}
	}
}

// statement appends one statement, unless the one that was drawn does not fit
// the module.
func (f *function) statement(depth int) bool {
	if depth <= 0 {
		f.emit("nop", 0, 0x01)
		return true
	}
	switch f.n(20) {
	case 0:
		f.emit("nop", 0, 0x01)
	case 1, 2:
		f.block(nil, depth)
	case 3:
		results := []ValType{choose(f.source, f.value)}
		if f.Features.has(MultiValue) {
			results = f.some(4)
		}
		f.block(results, depth)
		f.enter(results)
	case 4, 5, 6:
		return f.store(depth)
	case 7:
		return f.bulk(depth)
	case 8:
		return f.tableStatement(depth)
	case 9, 10:
		return f.callStatement(depth)
	case 11:
		to, types := f.target()
		left := f.surplus(depth)
		f.exprs(types, depth)
		f.expr(I32, depth)
		f.indexed("br_if", 0x0d, uint32(to))
		f.enter(types)
		f.enter(left)
	case 12:
		return f.again(depth)
	case 13, 14:
		return f.wasiStatement(depth)
	case 15:
		t := choose(f.source, f.value)
		f.expr(t, depth)
		f.observe(t)
	case 16:
		t := choose(f.source, f.value)
		all := f.globalsOf(t, true)
		if len(all) == 0 {
			return false
		}
		f.expr(t, depth)
		f.indexed("global.set", 0x24, choose(f.source, all))
	default:
		t := choose(f.source, f.value)
		all := f.localsOf(t)
		if len(all) == 0 {
			return false
		}
		f.expr(t, depth)
		f.set(choose(f.source, all))
	}
	return true
}

func (f *function) callStatement(depth int) bool {
	if f.oneIn(3) {
		s, ok := f.callIndirect(func(signature) bool { return true }, depth)
		f.enter(s.results)
		return ok
	}
	callee := f.n(len(f.functions))
	if !f.mayCall(callee) {
		return false
	}
	s := f.typeOf(callee)
	f.exprs(s.params, depth)
	f.call(callee)
	f.enter(s.results)
	return true
}

// again goes on with a loop around here, if the budget allows.
func (f *function) again(depth int) bool {
	for i := len(f.labels) - 1; i >= 0; i-- {
		if !f.labels[i].loop || f.oneIn(4) {
			continue
		}
		f.exprs(f.labels[i].types, depth)
		f.spend(2)
		f.i32(0)
		f.plain("i32.gt_s")
		f.expr(I32, depth)
		f.plain("i32.and")
		f.indexed("br_if", 0x0d, uint32(len(f.labels)-1-i))
		f.enter(f.labels[i].types)
		return true
	}
	return false
}

// dead appends code that is never reached, and whose operands come from
// nowhere: after a branch the stack holds whatever is asked for.
func (f *function) dead(depth int) {
	for range f.n(6) {
		t := choose(f.source, f.value)
		switch f.n(14) {
		case 0:
			f.drop()
		case 1, 2, 3:
			o := choose(f.source, operations)
			if !f.allows(o) || o.out == V128 && !f.Features.has(Vectors) || (o.out == F32 || o.out == F64) && !f.Features.has(Floats) {
				continue
			}
			f.exprs(o.in[f.n(len(o.in)+1):], 1)
			f.apply(o)
			f.drop()
		case 4:
			f.emit("select", 0, 0x1b)
			f.drop()
		case 5:
			f.emit("select t", 0, 0x1c)
			f.code.byte(1, byte(t))
			f.drop()
		case 6:
			f.jump(1)
		case 7:
			to, types := f.target()
			f.exprs(types[f.n(len(types)+1):], 1)
			f.expr(I32, 1)
			f.indexed("br_if", 0x0d, uint32(to))
			for range types {
				f.drop()
			}
		case 8:
			f.emit("unreachable", 0, 0x00)
		case 9:
			f.emit("return", 0, 0x0f)
		case 10:
			if locals := f.localsOf(t); len(locals) > 0 {
				f.tee(choose(f.source, locals))
				f.set(choose(f.source, locals))
			}
		case 11:
			callee := f.n(len(f.functions))
			f.call(callee)
			for range f.typeOf(callee).results {
				f.drop()
			}
		case 12:
			f.accessed(choose(f.source, accessOf(stores, I32)), f.bits(32))
			f.accessed(choose(f.source, accessOf(loads, I64)), f.bits(32))
			f.drop()
		default:
			f.block([]ValType{t}, min(depth, 2))
			f.observe(t)
		}
	}
}
