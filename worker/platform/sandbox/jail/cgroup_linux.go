// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Cgroups is a place where a process may make control groups for its children.
// Version 2 is where systemd's Delegate=yes and DelegateSubgroup= left it, or any
// directory that the user owns; version 1 needs root.
type Cgroups struct {
	v2           bool
	memory, pids string // directories; the same in version 2
}

const cgroupRoot = "/sys/fs/cgroup"

// FindCgroups returns the place that dir (of version 2) is, or, if it is empty,
// the one that this process's own cgroup offers. The error says why there is none.
func FindCgroups(dir string) (*Cgroups, error) {
	if dir != "" {
		return newV2(dir)
	}
	own, err := ownCgroups()
	if err != nil {
		return nil, err
	}
	unified, found := own[""]
	memory, hasMemory := own["memory"]
	pids, hasPids := own["pids"]
	switch {
	case hasMemory && hasPids:
		c := &Cgroups{
			memory: filepath.Join(cgroupRoot, "memory", memory),
			pids:   filepath.Join(cgroupRoot, "pids", pids),
		}
		return c, errors.Join(writable(c.memory), writable(c.pids))
	case found:
		// A group with processes of its own cannot limit its children's: take the
		// one above, which DelegateSubgroup= leaves empty.
		return newV2(filepath.Dir(filepath.Join(cgroupRoot, unified)))
	}
	return nil, errors.New("jail: no cgroups of memory and pids")
}

// ownCgroups returns the paths of this process's groups by controller, that of
// version 2 under "" (proc_pid_cgroup(5)).
func ownCgroups() (map[string]string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, fmt.Errorf("jail: own cgroup: %w", err)
	}
	own := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		for controller := range strings.SplitSeq(fields[1], ",") {
			own[controller] = fields[2]
		}
	}
	return own, nil
}

func newV2(dir string) (*Cgroups, error) {
	if err := writable(dir); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "cgroup.subtree_control")
	for _, controller := range []string{"memory", "pids"} {
		on, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("jail: cgroups: %w", err)
		}
		if !bytes.Contains(on, []byte(controller)) {
			if err := write(file, "+"+controller); err != nil {
				return nil, fmt.Errorf("jail: cgroups: %w", err)
			}
		}
	}
	return &Cgroups{v2: true, memory: dir, pids: dir}, nil
}

// writable fails if this process cannot make groups in a directory.
func writable(dir string) error {
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return fmt.Errorf("jail: cgroups in %s: %w", dir, err)
	}
	return nil
}

// write sets a value of a group; such files cannot be created.
func write(file, value string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// Version returns "v1" or "v2".
func (c *Cgroups) Version() string {
	if c.v2 {
		return "v2"
	}
	return "v1"
}

// Cgroup is the control group of one child.
type Cgroup struct {
	memory, pids string
	dir          *os.File // nil in version 1
}

// Create makes a group whose processes have together so many bytes of memory,
// page cache and kernel memory included, and so many threads.
func (c *Cgroups) Create(name string, memory, tasks uint64) (*Cgroup, error) {
	g := &Cgroup{memory: filepath.Join(c.memory, name), pids: filepath.Join(c.pids, name)}
	if err := g.create(c.v2, memory, tasks); err != nil {
		return nil, errors.Join(fmt.Errorf("jail: create a cgroup: %w", err), g.Remove())
	}
	return g, nil
}

func (g *Cgroup) create(v2 bool, memory, tasks uint64) error {
	if err := os.Mkdir(g.memory, 0o755); err != nil {
		return err
	}
	limit := "memory.max"
	if !v2 {
		limit = "memory.limit_in_bytes"
		if err := os.Mkdir(g.pids, 0o755); err != nil {
			return err
		}
	}
	err := errors.Join(
		write(filepath.Join(g.memory, limit), strconv.FormatUint(memory, 10)),
		write(filepath.Join(g.pids, "pids.max"), strconv.FormatUint(tasks, 10)),
	)
	if err != nil || !v2 {
		return err
	}
	// Without a swap there is no such file.
	if err := write(filepath.Join(g.memory, "memory.swap.max"), "0"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	g.dir, err = os.Open(g.memory)
	return err
}

// Attach makes a child that is started with attributes start in the group. In
// version 1 it does nothing, and Add does the work.
func (g *Cgroup) Attach(attributes *syscall.SysProcAttr) {
	if g.dir != nil {
		attributes.UseCgroupFD = true
		attributes.CgroupFD = int(g.dir.Fd())
	}
}

// Dir is the group's directory, which a child may be started in; nil in version
// 1 and for no group.
func (g *Cgroup) Dir() *os.File {
	if g == nil {
		return nil
	}
	return g.dir
}

// Add puts a child that has been started into the group, before it is sent what
// it has to work on. In version 2 it does nothing: see Attach.
func (g *Cgroup) Add(pid int) error {
	if g.dir != nil {
		return nil
	}
	id := strconv.Itoa(pid)
	return errors.Join(
		write(filepath.Join(g.memory, "cgroup.procs"), id),
		write(filepath.Join(g.pids, "cgroup.procs"), id),
	)
}

// OOMKills returns how many processes of the group the kernel has killed for
// want of memory.
func (g *Cgroup) OOMKills() (uint64, error) {
	file := "memory.oom_control"
	if g.dir != nil {
		file = "memory.events"
	}
	f, err := os.Open(filepath.Join(g.memory, file))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // read only
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if count, found := strings.CutPrefix(lines.Text(), "oom_kill "); found {
			return strconv.ParseUint(count, 10, 64)
		}
	}
	return 0, fmt.Errorf("jail: %s has no oom_kill", file)
}

// Remove removes the group, whose processes have ended.
func (g *Cgroup) Remove() error {
	var err error
	if g.dir != nil {
		err = g.dir.Close()
	}
	err = errors.Join(err, remove(g.memory))
	if g.pids != g.memory {
		err = errors.Join(err, remove(g.pids))
	}
	return err
}

// remove removes a directory that may not be there.
func remove(dir string) error {
	if err := unix.Rmdir(dir); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("jail: remove the cgroup %s: %w", dir, err)
	}
	return nil
}
