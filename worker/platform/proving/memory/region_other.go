// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package memory

import (
	"errors"
	"fmt"
)

func mapMemory(bytes uint64) ([]byte, error) {
	return nil, fmt.Errorf("map %d bytes: %w", bytes, errors.ErrUnsupported)
}

func lock([]byte) bool { return false }

func unmap([]byte) error { return nil }
