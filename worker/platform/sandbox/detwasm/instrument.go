// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// Instrument validates the module code and rewrites it. It is a pure function:
// the same code gives the same bytes or the same *Error, always and everywhere.
// Its time and memory are linear in the size of the module.
func Instrument(code []byte, o Options) (out *Module, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			out, err = nil, e
		default:
			panic(e)
		}
	}()
	return instrument(code, o), nil
}

func instrument(code []byte, o Options) *Module {
	if len(code) > MaxModuleSize {
		fail("module", 0, "%d bytes exceed the limit of %d", len(code), MaxModuleSize)
	}
	secs := splitSections(code)
	m := &module{}
	m.readTypes(code, secs[secType])
	m.readImports(code, secs[secImport], o.Import)
	m.readFunctions(code, secs[secFunction])
	m.declared = make([]bool, len(m.funcs))
	m.readTables(code, secs[secTable])
	m.readMemories(code, secs[secMemory])
	m.readGlobals(code, secs[secGlobal])
	m.readExports(code, secs[secExport])
	m.readElements(code, secs[secElement])
	m.readDataCount(code, secs[secDataCount])
	w := &writer{code: code, secs: &secs, m: m}
	w.bodies()
	m.readData(code, secs[secData])
	return w.module()
}
