// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// read is a file of the system's.
func (p probe) read(path string) (string, error) {
	b, err := os.ReadFile(filepath.Join(p.root, path))
	return strings.TrimSpace(string(b)), err
}

// number is a file of the system's that holds one.
func (p probe) number(path string) (uint64, error) {
	s, err := p.read(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(s, 10, 64)
}

func (p probe) system() {
	m := p.m
	m.Kernel, _ = p.read("proc/sys/kernel/osrelease")
	p.processors()
	p.memory()
	p.clock()
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		p.unknown("open files", err)
	}
	m.Files = Files{Soft: files.Cur, Hard: files.Max}
	devices, _ := os.ReadDir(filepath.Join(p.root, "proc/driver/nvidia/gpus"))
	m.GPUsSeen = len(devices)
}

func (p probe) processors() {
	c := &p.m.CPU
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		p.unknown("processors", err)
		return
	}
	c.Threads = set.Count()
	c.Millis = uint64(c.Threads) * 1000
	if c.QuotaMillis = p.cpuQuota(); c.QuotaMillis > 0 {
		c.Millis = min(c.Millis, c.QuotaMillis)
	}
	text, err := p.read("proc/cpuinfo")
	if err != nil {
		p.unknown("processors", err)
	}
	cores := map[string]bool{}
	socket := ""
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "model name":
			c.Model = value
		case "physical id":
			socket = value
		case "core id":
			cores[socket+"/"+value] = true
		}
	}
	c.Cores = len(cores)
}

func (p probe) memory() {
	text, err := p.read("proc/meminfo")
	if err != nil {
		p.unknown("memory", err)
	}
	m := &p.m.Memory
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, err := strconv.ParseUint(fields[1], 10, 54)
		if err != nil {
			continue
		}
		switch fields[0] {
		case "MemTotal:":
			m.Total = kib << 10
		case "MemAvailable:":
			m.Available = kib << 10
		}
	}
	m.Usable = m.Total
	limit, used := p.memoryLimit()
	if limit == 0 || limit >= m.Total {
		return
	}
	m.Limit, m.Usable = limit, limit
	m.Available = min(m.Available, limit-min(used, limit))
}

// clock asks the kernel, which is told by the program that keeps it: adjtimex(2).
func (p probe) clock() {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		if !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.ENOSYS) {
			p.unknown("clock", err)
		}
		return
	}
	p.m.Clock = Clock{
		Known:        true,
		Synchronised: state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0,
		MaxError:     time.Duration(t.Maxerror) * time.Microsecond,
		Estimate:     time.Duration(t.Esterror) * time.Microsecond,
	}
}

func (p probe) links() []Link {
	entries, err := os.ReadDir(filepath.Join(p.root, "sys/class/net"))
	if err != nil {
		p.unknown("network", err)
		return nil
	}
	const loopback = 0x8 // IFF_LOOPBACK
	var links []Link
	for _, e := range entries {
		dir := filepath.Join("sys/class/net", e.Name())
		text, err := p.read(filepath.Join(dir, "flags"))
		if err != nil {
			continue // no interface: bonding_masters
		}
		flags, err := strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 32)
		if err != nil || flags&loopback != 0 {
			continue
		}
		state, _ := p.read(filepath.Join(dir, "operstate"))
		l := Link{Name: e.Name(), Up: state == "up" || state == "unknown" && flags&1 != 0}
		if speed, err := p.number(filepath.Join(dir, "speed")); err == nil { // -1 and errors: unknown
			l.BitsPerSecond = speed * 1_000_000
		}
		links = append(links, l)
	}
	return links
}
