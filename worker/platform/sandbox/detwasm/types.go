// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// module is the decoded module: what validation needs to know of it.
type module struct {
	types     []FuncType
	funcs     []uint32 // type index of each function, imported ones first
	nImported int      // imported functions
	tables    []tableType
	memories  []limits
	globals   []globalType
	// nGlobalImports is the number of imported globals, the only ones that
	// constant expressions may read.
	nGlobalImports int
	elems          []ValType // type of each element segment
	nData          int       // data segments, by the DataCount section if there is one
	hasDataCount   bool
	// declared marks the functions that ref.func in a body may name: those that
	// occur outside of function bodies.
	declared []bool
	exports  map[string]Export
}

type limits struct {
	min, max uint32
	hasMax   bool
}

type tableType struct {
	elem ValType
	limits
}

type globalType struct {
	t       ValType
	mutable bool
}

// funcType returns the type of function i.
func (m *module) funcType(i uint32) *FuncType { return &m.types[m.funcs[i]] }
