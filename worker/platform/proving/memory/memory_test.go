// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package memory

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

var (
	spec = ramwalk.Spec{Rounds: 1, Steps: 2048, Interval: 8}
	fill = ramwalk.Fill{Seed: [32]byte{1}, Operator: []byte("operator"), Window: 7, Cells: 1000}
)

func plenty() (uint64, error) { return 1 << 40, nil }

func hold(t testing.TB, s ramwalk.Spec, f ramwalk.Fill) *Hold {
	t.Helper()
	h, err := New(t.Context(), Options{Spec: s, Fill: f, Workers: 3, available: plenty})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func TestMemoryIsFilledWithTheCellsOfTheWindow(t *testing.T) {
	t.Parallel()
	var done, total uint64
	h, err := New(t.Context(), Options{
		Spec: spec, Fill: fill, Workers: 3, available: plenty,
		Progress: func(d, n uint64) { done, total = d, n },
	})
	if err != nil {
		t.Fatal(err)
	}
	if done != fill.Bytes() || total != fill.Bytes() {
		t.Errorf("progress ends at %d of %d", done, total)
	}
	maker := fill.Maker(spec)
	for i := range fill.Cells {
		var want ramwalk.Cell
		maker.Make(i, &want)
		if *h.cell(i) != want {
			t.Fatalf("cell %d is wrong", i)
		}
	}
	if h.Fill().Cells != fill.Cells || h.Spec() != spec {
		t.Error("the hold holds something else")
	}
	t.Logf("locked: %v", h.Locked())
	if err := errors.Join(h.Close(), h.Close()); err != nil {
		t.Error(err)
	}
	if _, err := h.Walk(t.Context(), [32]byte{}); !errors.Is(err, ErrClosed) {
		t.Errorf("walk after close: %v", err)
	}
}

func TestNoMoreIsTakenThanIsFree(t *testing.T) {
	t.Parallel()
	need := fill.Bytes()
	for _, c := range []struct {
		free, reserve uint64
		ok            bool
	}{
		{need + 100, 100, true}, {need + 99, 100, false}, {99, 100, false}, {0, 100, false},
		{need + DefaultReserve, 0, true}, {need + DefaultReserve - 1, 0, false}, {math.MaxUint64, 100, true},
	} {
		h, err := New(t.Context(), Options{
			Spec: spec, Fill: fill, Reserve: c.reserve, available: func() (uint64, error) { return c.free, nil },
		})
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrNotFree) {
			t.Errorf("%+v: %v", c, err)
		}
		if h != nil {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	f := fill
	f.Cells = ramwalk.MaxCells
	if _, err := New(t.Context(), Options{Spec: spec, Fill: f}); !errors.Is(err, ErrNotFree) {
		t.Errorf("a petabyte: %v", err)
	}
	if _, err := New(t.Context(), Options{Spec: spec, Fill: ramwalk.Fill{}}); !errors.Is(err, ramwalk.ErrShape) {
		t.Errorf("nothing: %v", err)
	}
}

func TestAFillEndsWhenOthersNeedTheMemory(t *testing.T) {
	t.Parallel()
	s, f := spec, fill
	s.Rounds, f.Cells = ramwalk.MaxRounds, 1<<16 // half a minute and more
	asked := 0
	h, err := New(t.Context(), Options{Spec: s, Fill: f, Workers: 2, available: func() (uint64, error) {
		if asked++; asked == 1 {
			return plenty()
		}
		return DefaultReserve/2 - 1, nil
	}})
	if h != nil || !errors.Is(err, ErrNotFree) {
		t.Errorf("%v, %v", h, err)
	}
}

func TestACancelledFillGivesAllBack(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if h, err := New(ctx, Options{Spec: spec, Fill: fill, available: plenty}); h != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", h, err)
	}
}

func TestWalksEndWithTheirContext(t *testing.T) {
	t.Parallel()
	h := hold(t, spec, fill)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Walk(ctx, [32]byte{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	a, err := h.Walk(t.Context(), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.Walk(t.Context(), [32]byte{1})
	if err != nil || !slices.Equal(a, b) {
		t.Errorf("two walks from one seed differ: %v", err)
	}
}

func TestAvailable(t *testing.T) {
	t.Parallel()
	const meminfo = "MemTotal:       1000 kB\nMemFree:         10 kB\nMemAvailable:    500 kB\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  uint64
	}{
		{"without control groups, what the kernel says", map[string]string{"proc/meminfo": meminfo}, 500 << 10},
		{"a group without a limit", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n", "cgroup/a/memory.max": "max\n", "cgroup/a/memory.current": "5\n",
		}, 500 << 10},
		{"a group with a limit", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "cgroup/a/b/memory.max": "1000\n", "cgroup/a/b/memory.current": "400\n",
		}, 600},
		{"files that can be read again are free", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n", "cgroup/a/memory.max": "1000\n", "cgroup/a/memory.current": "400\n",
			"cgroup/a/memory.stat": "anon 100\ninactive_file 250\nactive_file 50\n",
		}, 850},
		{"the group above has less", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "cgroup/a/b/memory.max": "1000\n", "cgroup/a/b/memory.current": "400\n",
			"cgroup/a/memory.max": "900\n", "cgroup/a/memory.current": "800\n",
		}, 100},
		{"a group over its limit", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "cgroup/memory.max": "1000\n", "cgroup/memory.current": "4000\n",
		}, 0},
		{"version 1", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "5:cpu,memory:/x\n3:pids:/y\n",
			"cgroup/memory/x/memory.limit_in_bytes": "700\n", "cgroup/memory/x/memory.usage_in_bytes": "100\n",
		}, 600},
		{"a path of the host in a container", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/../../nowhere\n", "cgroup/memory.max": "1000\n", "cgroup/memory.current": "1\n",
		}, 999},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range c.files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := available(filepath.Join(dir, "proc"), filepath.Join(dir, "cgroup"))
			if err != nil || got != c.want {
				t.Errorf("%d, %v, want %d", got, err, c.want)
			}
		})
	}
	if _, err := available(t.TempDir(), t.TempDir()); err == nil {
		t.Error("a machine without /proc has free memory")
	}
	if n, err := Available(); err != nil || n == 0 {
		t.Errorf("this machine: %d, %v", n, err)
	}
}

// cpuTime is the CPU time of this thread.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkFill(b *testing.B) {
	f := fill
	f.Cells = 16 << 20 / ramwalk.CellSize
	b.SetBytes(int64(f.Bytes()))
	for range b.N {
		h, err := New(b.Context(), Options{Spec: ramwalk.DefaultSpec, Fill: f, Workers: 1})
		if err != nil {
			b.Fatal(err)
		}
		if err := h.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWalk(b *testing.B) {
	f := fill
	f.Cells = 1 << 30 / ramwalk.CellSize
	s := ramwalk.DefaultSpec
	s.Rounds = 1 // to fill it sooner
	h, err := New(b.Context(), Options{Spec: s, Fill: f, Workers: 2})
	if err != nil {
		b.Skip(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := cpuTime(b)
	b.ResetTimer()
	for i := range b.N {
		if _, err := h.Walk(b.Context(), [32]byte{byte(i), byte(i >> 8)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N)/float64(s.Steps), "cpu-ns/step")
	if err := h.Close(); err != nil {
		b.Fatal(err)
	}
}
