// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"path"
	"strings"
)

// match says whether a package path fits a pattern. In a pattern, `*` stands
// for anything within one element, and a last element `...` for the path
// before it and everything below it.
func match(pattern, name string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(name, "/")
	for i, element := range want {
		if element == "..." {
			return true
		}
		if i >= len(have) {
			return false
		}
		if ok, err := path.Match(element, have[i]); err != nil || !ok {
			return false
		}
	}
	return len(want) == len(have)
}

// matchAny says whether one of the patterns fits.
func matchAny(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if match(pattern, name) {
			return true
		}
	}
	return false
}
