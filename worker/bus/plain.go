// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package bus

import (
	"fmt"
	"reflect"
	"time"
)

// mustBePlain panics when t could carry shared state between modules. time.Time
// is plain although it points to its zone, which nobody changes.
func mustBePlain(p *Port, t reflect.Type) {
	if where := notPlain(t, t.String(), map[reflect.Type]bool{}); where != "" {
		panic(fmt.Sprintf("bus: %s declares %s, which is no plain value: %s", p.name, t, where))
	}
}

func notPlain(t reflect.Type, path string, seen map[reflect.Type]bool) string {
	if seen[t] || t == reflect.TypeFor[time.Time]() {
		return ""
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Func, reflect.Interface, reflect.Uintptr:
		return fmt.Sprintf("%s is a %s", path, t.Kind())
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if where := notPlain(f.Type, path+"."+f.Name, seen); where != "" {
				return where
			}
		}
	case reflect.Slice, reflect.Array:
		return notPlain(t.Elem(), path+"[]", seen)
	case reflect.Map:
		if where := notPlain(t.Key(), path+" key", seen); where != "" {
			return where
		}
		return notPlain(t.Elem(), path+"[]", seen)
	}
	return ""
}
