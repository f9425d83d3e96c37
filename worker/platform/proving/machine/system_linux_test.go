// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// system is a root with these files.
func system(t *testing.T, files map[string]string) probe {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return probe{root: root, m: &Machine{}}
}

func TestControlGroupsLimitProcessorsAndMemory(t *testing.T) {
	const meminfo = "MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:   12582912 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		cpu   uint64 // millis
		limit uint64
		left  uint64 // available
	}{
		"no control group at all": {
			files: map[string]string{},
			left:  12 << 30,
		},
		"version 2, no limit": {
			files: map[string]string{
				"proc/self/cgroup":             "0::/\n",
				"sys/fs/cgroup/cgroup.procs":   "1",
				"sys/fs/cgroup/cpu.max":        "max 100000\n",
				"sys/fs/cgroup/memory.max":     "max\n",
				"sys/fs/cgroup/memory.current": "5\n",
			},
			left: 12 << 30,
		},
		"version 2, the parent is stricter": {
			files: map[string]string{
				"proc/self/cgroup":               "0::/a/b\n",
				"sys/fs/cgroup/a/b/cpu.max":      "400000 100000\n",
				"sys/fs/cgroup/a/cpu.max":        "150000 100000\n",
				"sys/fs/cgroup/a/b/memory.max":   "8589934592\n",
				"sys/fs/cgroup/a/memory.max":     "4294967296\n",
				"sys/fs/cgroup/a/memory.current": "2147483648\n",
				"sys/fs/cgroup/a/memory.stat":    "anon 1\ninactive_file 1073741824\n",
			},
			cpu: 1500, limit: 4 << 30, left: 3 << 30,
		},
		"version 2, a path that only the host has": {
			files: map[string]string{
				"proc/self/cgroup":             "0::/system.slice/docker-0.scope\n",
				"sys/fs/cgroup/cpu.max":        "50000 100000\n",
				"sys/fs/cgroup/memory.max":     "1073741824\n",
				"sys/fs/cgroup/memory.current": "0\n",
			},
			cpu: 500, limit: 1 << 30, left: 1 << 30,
		},
		"version 1": {
			files: map[string]string{
				"proc/self/cgroup":                                     "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n1:name=systemd:/\n",
				"sys/fs/cgroup/cpu,cpuacct/cgroup.procs":               "1",
				"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":           "-1",
				"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us":          "100000",
				"sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us":  "200000",
				"sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000",
				"sys/fs/cgroup/memory/memory.limit_in_bytes":           "9223372036854771712",
				"sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes":  "2147483648",
				"sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes":  "3221225472",
				"sys/fs/cgroup/memory/docker/x/memory.stat":            "total_inactive_file 0",
			},
			cpu: 2000, limit: 2 << 30, left: 0,
		},
		"rubbish": {
			files: map[string]string{
				"proc/self/cgroup":         "::\n0\nx:y\n0::../../..\n",
				"sys/fs/cgroup/cpu.max":    "-5 0",
				"sys/fs/cgroup/memory.max": "99999999999999999999999",
			},
			left: 12 << 30,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.files["proc/meminfo"] = meminfo
			p := system(t, c.files)
			require.Equal(t, c.cpu, p.cpuQuota())
			p.memory()
			require.EqualValues(t, 16<<30, p.m.Memory.Total)
			require.Equal(t, c.limit, p.m.Memory.Limit)
			require.Equal(t, c.left, p.m.Memory.Available)
			if c.limit == 0 {
				require.Equal(t, p.m.Memory.Total, p.m.Memory.Usable)
			} else {
				require.Equal(t, c.limit, p.m.Memory.Usable)
			}
		})
	}
}

func TestAPathIsInTheMountThatIsLongestAndLast(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "a b"), 0o700))
	mounted, err := filepath.EvalSymlinks(dir)
	require.NoError(t, err)
	p := system(t, map[string]string{"proc/self/mountinfo": "" +
		"21 1 0:20 / / rw,relatime - overlay overlay rw,lowerdir=/x\n" +
		"22 21 8:1 / " + mounted + " rw - ext4 /dev/sda1 rw\n" +
		"23 22 0:5 / " + mounted + `/a\040b rw shared:1 - tmpfs tmpfs rw` + "\n" +
		"24 22 0:6 / " + mounted + `/a\040b rw shared:2 master:1 - nfs4 server:/export rw` + "\n" +
		"25 22 0:7 / " + mounted + "/a rw - xfs /dev/sdb1 rw\n" +
		"rubbish\n"})
	for path, want := range map[string]Disk{
		dir:                       {Mount: mounted, System: "ext4", Source: "/dev/sda1", Storage: StorageLocal},
		filepath.Join(dir, "a b"): {Mount: mounted + "/a b", System: "nfs4", Source: "server:/export", Storage: StorageNetwork},
		filepath.Join(dir, ".."):  {Mount: "/", System: "overlay", Source: "overlay", Storage: StorageOverlay},
	} {
		d := p.disk(path)
		require.Empty(t, d.Problem)
		require.NotZero(t, d.Total)
		require.NotZero(t, d.Fsync)
		require.Equal(t, want, Disk{Mount: d.Mount, System: d.System, Source: d.Source, Storage: d.Storage})
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "what was written for the check is gone")
}

func TestAPathThatCannotBeUsedSaysWhy(t *testing.T) {
	p := system(t, nil)
	require.Contains(t, p.disk(filepath.Join(p.root, "none")).Problem, "no such file")
	file := filepath.Join(p.root, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NotEmpty(t, p.disk(file).Problem)
	require.NotEmpty(t, p.disk("/proc").Problem, "nothing can be written there")
}

func TestLinksHaveTheSpeedThatIsKnown(t *testing.T) {
	p := system(t, map[string]string{
		"sys/class/net/lo/flags":        "0x9",
		"sys/class/net/eth0/flags":      "0x1003",
		"sys/class/net/eth0/operstate":  "up",
		"sys/class/net/eth0/speed":      "10000",
		"sys/class/net/eth1/flags":      "0x1002",
		"sys/class/net/eth1/operstate":  "down",
		"sys/class/net/eth1/speed":      "-1",
		"sys/class/net/wg0/flags":       "0x1",
		"sys/class/net/wg0/operstate":   "unknown",
		"sys/class/net/bonding_masters": "",
	})
	require.Equal(t, []Link{
		{Name: "eth0", Up: true, BitsPerSecond: 10_000_000_000}, {Name: "eth1"}, {Name: "wg0", Up: true},
	}, p.links())
}

func TestThisMachineIsLookedAt(t *testing.T) {
	m := Look(context.Background(), Options{Paths: []string{t.TempDir()}})
	require.NotZero(t, m.CPU.Threads)
	require.NotZero(t, m.CPU.Millis)
	require.NotZero(t, m.Memory.Usable)
	require.NotZero(t, m.Files.Hard)
	require.Len(t, m.Disks, 1)
	require.NotZero(t, m.Disks[0].Free)
	t.Logf("%+v", m)
	for _, f := range m.Findings() {
		t.Logf("%s: %s: %s", f.Level, f.Subject, f.Text)
	}
	t.Logf("%+v", m.Propose())
}
