// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux || !(amd64 || arm64)

package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

var errPlatform = fmt.Errorf("sandbox: %s/%s is not supported: tasks run on linux/amd64 and linux/arm64 only",
	runtime.GOOS, runtime.GOARCH)

const openFlags = 0

type limits struct{ data, cpu, fileSize uint64 }

func supported() error                       { return errPlatform }
func childAttributes() *syscall.SysProcAttr  { return nil }
func (limits) apply() error                  { return errPlatform }
func reserve(uint64) ([]byte, error)         { return nil, errors.ErrUnsupported }
func commit([]byte) error                    { return errors.ErrUnsupported }
func release([]byte) error                   { return errors.ErrUnsupported }
func maxRSS(any) uint64                      { return 0 }
func signalOf(any) syscall.Signal            { return 0 }
func overCPU(_ time.Duration, _ uint64) bool { return false }
