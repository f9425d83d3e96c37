// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package machine

import (
	"net"
	"runtime"
)

func (p probe) system() {
	n := runtime.NumCPU()
	p.m.CPU = CPU{Threads: n, Millis: uint64(n) * 1000}
	p.m.Unknown = append(p.m.Unknown, "memory, clock and limits: looked at on Linux only")
}

func (p probe) fileSystem(*Disk) {}

func (p probe) links() []Link {
	interfaces, err := net.Interfaces()
	if err != nil {
		p.unknown("network", err)
	}
	var links []Link
	for _, i := range interfaces {
		if i.Flags&net.FlagLoopback == 0 {
			links = append(links, Link{Name: i.Name, Up: i.Flags&net.FlagUp != 0})
		}
	}
	return links
}
