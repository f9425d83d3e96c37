// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux || !(amd64 || arm64)

package cuda

import (
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
)

// Devices lists the machine's devices: none on this system.
func Devices() ([]gpu.Device, error) { return nil, nil }

// Open is not to be had on this system.
func Open(int, Options) (gpu.Engine, error) { return nil, gpu.ErrNone }
