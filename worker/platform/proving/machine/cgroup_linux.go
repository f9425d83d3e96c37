// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"path"
	"strconv"
	"strings"
)

const groups = "sys/fs/cgroup"

// folders are those of this process's control groups for one controller, from its
// own up to the root: limits of all of them hold. Within a container the process's
// path is often one that only the host has; then the root is what there is.
func (p probe) folders(controller string) (folders []string, unified bool) {
	text, _ := p.read("proc/self/cgroup")
	base, at := "", ""
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		if parts[0] == "0" && base == "" {
			base, at, unified = groups, parts[2], true
		}
		for name := range strings.SplitSeq(parts[1], ",") {
			if name == controller {
				base, at, unified = path.Join(groups, parts[1]), parts[2], false
				if _, err := p.read(path.Join(base, "cgroup.procs")); err != nil {
					base = path.Join(groups, controller)
				}
			}
		}
	}
	if base == "" {
		return nil, false
	}
	for at = path.Join("/", at); ; at = path.Dir(at) {
		folders = append(folders, path.Join(base, at))
		if at == "/" {
			return folders, unified
		}
	}
}

// cpuQuota is the least quota in thousandths of a processor, 0 for none.
func (p probe) cpuQuota() uint64 {
	folders, unified := p.folders("cpu")
	least := uint64(0)
	for _, f := range folders {
		var quota, period uint64
		if unified {
			text, err := p.read(path.Join(f, "cpu.max")) // "max 100000" or "150000 100000"
			fields := strings.Fields(text)
			if err != nil || len(fields) != 2 {
				continue
			}
			quota, _ = strconv.ParseUint(fields[0], 10, 64)
			period, _ = strconv.ParseUint(fields[1], 10, 64)
		} else {
			quota, _ = p.number(path.Join(f, "cpu.cfs_quota_us")) // -1: none
			period, _ = p.number(path.Join(f, "cpu.cfs_period_us"))
		}
		if quota == 0 || period == 0 || quota > 1<<50 {
			continue
		}
		if millis := max(1, quota*1000/period); least == 0 || millis < least {
			least = millis
		}
	}
	return least
}

// memoryLimit is the least limit of memory, 0 for none, and how much is used where
// it holds. Files that can be dropped are not counted as used.
func (p probe) memoryLimit() (limit, used uint64) {
	folders, unified := p.folders("memory")
	names := [3]string{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
	if unified {
		names = [3]string{"memory.max", "memory.current", "inactive_file"}
	}
	for _, f := range folders {
		l, err := p.number(path.Join(f, names[0])) // "max" is no number
		if err != nil || l == 0 || limit != 0 && l >= limit {
			continue
		}
		limit = l
		used, _ = p.number(path.Join(f, names[1]))
		text, _ := p.read(path.Join(f, "memory.stat"))
		for line := range strings.Lines(text) {
			fields := strings.Fields(line)
			if len(fields) == 2 && fields[0] == names[2] {
				cached, _ := strconv.ParseUint(fields[1], 10, 64)
				used -= min(used, cached)
			}
		}
	}
	return limit, used
}
