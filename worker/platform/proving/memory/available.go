// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// DefaultReserve is the memory that a Hold leaves free if Options do not say.
const DefaultReserve = 512 << 20

// Available is the memory in bytes that this process can take without anybody's
// being pushed out: the least of what the kernel says is available (memory of files
// that can be read again counts) and of what every control group above this process
// has left.
func Available() (uint64, error) { return available("/proc", "/sys/fs/cgroup") }

func available(proc, cgroup string) (uint64, error) {
	free, err := memAvailable(filepath.Join(proc, "meminfo"))
	if err != nil {
		return 0, fmt.Errorf("free memory: %w", err)
	}
	groups, err := os.ReadFile(filepath.Join(proc, "self", "cgroup"))
	if errors.Is(err, os.ErrNotExist) {
		return free, nil
	}
	if err != nil {
		return 0, fmt.Errorf("free memory: %w", err)
	}
	for line := range strings.Lines(string(groups)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, ok := strings.Cut(rest, ":")
		if !ok {
			continue
		}
		switch {
		case controllers == "": // version 2
			free = min(free, left(cgroup, path, "memory.max", "memory.current", "inactive_file "))
		case strings.Contains(","+controllers+",", ",memory,"):
			free = min(free, left(filepath.Join(cgroup, "memory"), path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "))
		}
	}
	return free, nil
}

// memAvailable reads MemAvailable.
func memAvailable(path string) (uint64, error) {
	info, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(info)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 53)
			if err != nil {
				return 0, err
			}
			return kb << 10, nil
		}
	}
	return 0, fmt.Errorf("%s has no MemAvailable", path)
}

// left is the least that the group at path and those above it have left. A group
// without a limit, or whose files cannot be read, limits nothing: in a container,
// the path may be one of the host's, and then the root is the container's group.
// Memory of files that can be read again, which is what the line of memory.stat
// that begins with files counts, is not in use.
func left(root, path, limit, usage, files string) uint64 {
	least := ^uint64(0)
	for dir := filepath.Join("/", path); ; dir = filepath.Dir(dir) {
		most, err := readUint(filepath.Join(root, dir, limit))
		used, err2 := readUint(filepath.Join(root, dir, usage))
		if err == nil && err2 == nil {
			used -= min(used, stat(filepath.Join(root, dir, "memory.stat"), files))
			least = min(least, most-min(used, most))
		}
		if dir == "/" {
			return least
		}
	}
}

// stat is one number of a file of names and numbers, 0 if it is not there.
func stat(path, name string) uint64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseUint(strings.TrimSpace(rest), 10, 64)
			return n
		}
	}
	return 0
}

func readUint(path string) (uint64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
}
