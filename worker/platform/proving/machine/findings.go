// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"fmt"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
)

// Level says how bad a finding is.
type Level int

// Levels of findings.
const (
	// Fine needs no action.
	Fine Level = iota
	// Warning costs proofs or money sooner or later.
	Warning
	// Failure keeps this machine from proving what it has.
	Failure
)

// String is one of fine, warning, failure.
func (l Level) String() string { return [...]string{"fine", "warning", "failure"}[l] }

// A Finding is a sentence about one subject.
type Finding struct {
	Level   Level
	Subject string // cpu, memory, disk, clock, files, network, gpu, machine
	Text    string
}

// What findings are measured by.
const (
	minFiles   = 8192
	slowFsync  = 100 * time.Millisecond
	clockError = 500 * time.Millisecond
)

// Findings says what is right and wrong with this machine, in the order in which
// a reader wants it.
func (m Machine) Findings() []Finding {
	var f []Finding
	say := func(level Level, subject, format string, args ...any) {
		f = append(f, Finding{Level: level, Subject: subject, Text: fmt.Sprintf(format, args...)})
	}
	m.computing(say)
	for _, d := range m.Disks {
		d.findings(say)
	}
	m.Clock.findings(say)
	if m.Files.Hard > 0 && m.Files.Hard < minFiles {
		say(Warning, "files", "%d files may be open at most; %d are recommended", m.Files.Hard, minFiles)
	}
	up := 0
	for _, l := range m.Links {
		if l.Up {
			up++
		}
	}
	if len(m.Links) > 0 && up == 0 {
		say(Failure, "network", "none of %d network interfaces is up", len(m.Links))
	}
	for _, g := range m.GPUs {
		say(Fine, "gpu", "%s, %d MiB, driver %s", g.Class, g.Memory>>20, g.Driver)
	}
	if m.GPUsSeen > len(m.GPUs) {
		say(Warning, "gpu", "the driver knows %d GPUs, %d of which can be asked: is %s installed?", m.GPUsSeen, len(m.GPUs), gpu.ProgramName)
	}
	for _, u := range m.Unknown {
		say(Warning, "machine", "not known: %s", u)
	}
	return f
}

type sayer func(level Level, subject, format string, args ...any)

func (m Machine) computing(say sayer) {
	if m.CPU.QuotaMillis > 0 && m.CPU.QuotaMillis < uint64(m.CPU.Threads)*1000 {
		say(Warning, "cpu", "%d processors, but a control group leaves %d thousandths of one", m.CPU.Threads, m.CPU.Millis)
	} else {
		say(Fine, "cpu", "%d processors", m.CPU.Threads)
	}
	if m.Memory.Usable > 0 {
		say(Fine, "memory", "%d MiB, %d MiB of them free", m.Memory.Usable>>20, m.Memory.Available>>20)
	}
}

func (d Disk) findings(say sayer) {
	switch {
	case d.Problem != "":
		say(Failure, "disk", "%s: %s", d.Path, d.Problem)
		return
	case d.Storage == StorageMemory:
		say(Failure, "disk", "%s is in memory (%s): it is lost with a restart", d.Path, d.System)
	case d.Storage == StorageOverlay:
		say(Failure, "disk", "%s is in a container's own layer (%s): mount a volume", d.Path, d.System)
	case d.Storage == StorageNetwork:
		say(Warning, "disk", "%s is on the network (%s): proofs have deadlines", d.Path, d.System)
	case d.Storage == StorageUnknown:
		say(Warning, "disk", "%s is on a file system that is not known (%s)", d.Path, d.System)
	default:
		say(Fine, "disk", "%s: %d MiB free, %s at %s", d.Path, d.Free>>20, d.System, d.Mount)
	}
	if d.Fsync > slowFsync {
		say(Warning, "disk", "%s takes %v to write 4 KiB for good", d.Path, d.Fsync.Round(time.Millisecond))
	}
}

func (c Clock) findings(say sayer) {
	switch {
	case !c.Known:
	case !c.Synchronised:
		say(Warning, "clock", "no program keeps the clock: run one for NTP")
	case c.MaxError > clockError:
		say(Warning, "clock", "the clock may be wrong by %v", c.MaxError)
	default:
		say(Fine, "clock", "kept, wrong by %v at most", c.MaxError)
	}
}
