// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package jail

import "golang.org/x/sys/unix"

// What differs between the architectures. On amd64 the x32 ABI has the same
// architecture and numbers with bit 30 set, so that none is on a list.
const (
	auditArch     = unix.AUDIT_ARCH_X86_64
	sysNewfstatat = unix.SYS_NEWFSTATAT
)
