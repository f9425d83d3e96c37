// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package sandbox

import (
	"runtime"
	"strings"
	"testing"
)

func TestOtherPlatformsAreRefusedByName(t *testing.T) {
	ChildMain()
	_, err := New(Config{CacheDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), runtime.GOOS+"/"+runtime.GOARCH) {
		t.Errorf("got %v", err)
	}
}
