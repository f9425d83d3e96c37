// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package jail

import "golang.org/x/sys/unix"

// What differs between the architectures.
const (
	auditArch     = unix.AUDIT_ARCH_AARCH64
	sysNewfstatat = unix.SYS_FSTATAT
)
