// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// New fails here before any of these is called.

const openFlags = 0

func maxRSS(any) uint64                                         { return 0 }
func signalOf(any) syscall.Signal                               { return 0 }
func overCPU(_ time.Duration, _ uint64) bool                    { return false }
func smallBinary() (string, error)                              { return "", nil }
func launch()                                                   {}
func (*process) launchApart(context.Context) error              { return errors.ErrUnsupported }
func (*codeCache) lock(context.Context, string) (func(), error) { return nil, errors.ErrUnsupported }
