// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux || (!amd64 && !arm64)

package jail

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// ErrPlatform says that there is no jail for this platform.
var ErrPlatform = fmt.Errorf("jail: %s/%s is not supported; linux/amd64 and linux/arm64 are", runtime.GOOS, runtime.GOARCH)

// Probe fails with ErrPlatform.
func Probe() (Report, error) { return Report{}, ErrPlatform }

// Apply fails with ErrPlatform.
func (l Limits) Apply() error { return ErrPlatform }

// Restrict fails with ErrPlatform.
func Restrict(Paths) (int, error) { return 0, ErrPlatform }

// Seal fails with ErrPlatform.
func Seal(Profile) error { return ErrPlatform }

// Attributes returns none.
func Attributes(bool) *syscall.SysProcAttr { return nil }

// Cgroups are not there.
type Cgroups struct{}

// FindCgroups fails with ErrPlatform.
func FindCgroups(string) (*Cgroups, error) { return nil, ErrPlatform }

// Version returns "".
func (*Cgroups) Version() string { return "" }

// Create fails with ErrPlatform.
func (*Cgroups) Create(string, uint64, uint64) (*Cgroup, error) { return nil, ErrPlatform }

// Cgroup is not there.
type Cgroup struct{}

// Attach does nothing.
func (*Cgroup) Attach(*syscall.SysProcAttr) {}

// Dir is nil.
func (*Cgroup) Dir() *os.File { return nil }

// Add fails with ErrPlatform.
func (*Cgroup) Add(int) error { return ErrPlatform }

// OOMKills fails with ErrPlatform.
func (*Cgroup) OOMKills() (uint64, error) { return 0, ErrPlatform }

// Remove fails with ErrPlatform.
func (*Cgroup) Remove() error { return ErrPlatform }
