// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package jail

// machineCode is nil: an arm64 process makes 32-bit calls only in 32-bit mode,
// which it cannot enter without exec.
var machineCode []byte

func (p *prisoner) foreign() {}

// attemptsHere are by system calls that only this architecture has.
var attemptsHere []attempt
