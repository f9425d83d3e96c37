// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a World. They decide outcomes, so they are part of the protocol.
const (
	// MaxDescriptors is the largest number of descriptors open at once, the
	// standard streams and preopened folders included.
	MaxDescriptors = 1024
	// MaxEntries is the largest number of files and folders below /out.
	MaxEntries = 4096
	// MaxDepth is how many folders deep /out may be: /out/a has depth 1.
	MaxDepth = 32
	// MaxName is the longest file name in bytes.
	MaxName = 255
	// MaxPath is the longest path in bytes.
	MaxPath = 4096
	// MaxVectors is the largest number of buffers in one read or write.
	MaxVectors = 1024
	// MaxSubscriptions is the largest number of subscriptions in one poll.
	MaxSubscriptions = 1024
)

// CheckName says whether a name can be a file of a World: one element of a
// path, UTF-8, the same on every host.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("empty file name")
	case len(name) > MaxName:
		return fmt.Errorf("file name of %d bytes, at most %d", len(name), MaxName)
	case name == "." || name == "..":
		return fmt.Errorf("file name %q", name)
	case strings.ContainsAny(name, "/\x00"):
		return fmt.Errorf("file name %q with a slash or NUL byte", name)
	case !utf8.ValidString(name):
		return fmt.Errorf("file name %q is not UTF-8", name)
	}
	return nil
}
