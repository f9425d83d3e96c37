// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package cuda

import (
	"fmt"
	"unsafe"

	"github.com/ebitengine/purego"
)

// bind loads a library and sets each function variable to the symbol of its name.
func bind(library string, functions map[string]any) (err error) {
	defer func() { // RegisterFunc panics on what it cannot translate
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", library, r)
		}
	}()
	handle, err := purego.Dlopen(library, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return err
	}
	for name, f := range functions {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return fmt.Errorf("%s: %w", library, err)
		}
		purego.RegisterFunc(f, symbol)
	}
	return nil
}

// text is a C string in a buffer.
func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// address is where something is that the garbage collector must leave there: what
// is pinned.
func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
