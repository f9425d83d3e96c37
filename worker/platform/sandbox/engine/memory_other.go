// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package engine

import "errors"

func reserve(uint64) ([]byte, error) { return nil, errors.ErrUnsupported }
func commit([]byte) error            { return errors.ErrUnsupported }
func release([]byte) error           { return errors.ErrUnsupported }
