// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import "strings"

// A Device is what NVIDIA's management library says of one device.
type Device struct {
	Index int
	// Name is the vendor's: "NVIDIA H200".
	Name string
	// Class is the normalised name: "nvidia-h200".
	Class string
	UUID  string
	// Memory and Used are in bytes.
	Memory, Used uint64
	// Driver is the version of the driver.
	Driver string
	// PowerLimit is in milliwatts, 0 if unknown.
	PowerLimit uint64
}

// Class normalises a vendor's name of a device: lower case, words joined by
// hyphens, "nvidia" in front once, and nothing that is not a letter or a digit.
func Class(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	kept := []string{"nvidia"}
	for _, w := range words {
		if w != "nvidia" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, "-")
}
