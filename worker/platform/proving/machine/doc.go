// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package machine says what this machine has, as far as its operating system says
// so: what `xworker init` proposes to claim (Machine.Propose) and what `xworker
// doctor` looks at (Machine.Findings). It believes the system and proves nothing.
//
// On Linux the limits of control groups (versions 1 and 2) and of processor
// affinity are respected, so a container sees what it may use, not what the host
// has. Elsewhere Look tells what Go knows: processors, and for a disk whether it
// can be written to. What is unknown is zero, and why is in Machine.Unknown.
package machine
