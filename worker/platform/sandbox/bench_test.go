// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// benchTask runs a task over and over and reports what one costs.
func benchTask(b *testing.B, cfg Config, task Task) {
	if cfg.Executable == "" {
		cfg.Executable = childPath
	}
	if cfg.CacheDir == "" {
		cfg.CacheDir = b.TempDir()
	}
	r, err := New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	task.ID, task.MemoryLimit, task.GasLimit, task.OutputLimit, task.Timeout = b.Name(), 256<<20, 1e12, 64<<20, time.Minute
	results := b.TempDir()
	run := func() Usage {
		task.ResultDir = filepath.Join(results, "result")
		result, err := r.Run(context.Background(), task)
		if err != nil {
			b.Fatal(err)
		}
		if err := os.RemoveAll(task.ResultDir); err != nil {
			b.Fatal(err)
		}
		return result.Usage
	}
	b.ReportMetric(float64(run().Compile.Milliseconds()), "ms-compile")
	var cpu time.Duration
	var rss uint64
	for b.Loop() {
		usage := run()
		cpu += usage.CPU
		rss = max(rss, usage.MaxRSS)
	}
	b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "ms-cpu/op")
	b.ReportMetric(float64(rss)/(1<<20), "MB-rss")
}

func benchModule(b *testing.B, code []byte) string {
	path := filepath.Join(b.TempDir(), "module.wasm")
	if err := os.WriteFile(path, code, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkTaskTiny(b *testing.B) {
	benchTask(b, Config{}, Task{Module: benchModule(b, wasmModule{pages: 1, code: nothing}.bytes())})
}

func BenchmarkTaskTinyWithOneLayer(b *testing.B) {
	benchTask(b, Config{OneLayer: true}, Task{Module: benchModule(b, wasmModule{pages: 1, code: nothing}.bytes())})
}

func BenchmarkTaskC(b *testing.B) {
	path := filepath.Join(b.TempDir(), "csum.wasm")
	if out, err := exec.Command("../../../examples/csum/build.sh", path).CombinedOutput(); err != nil {
		b.Skipf("%v: %s", err, out)
	}
	benchTask(b, Config{}, Task{Module: path, Args: []string{"csum"}})
}

func BenchmarkTaskGo(b *testing.B) {
	benchTask(b, Config{}, Task{Module: guestPath, Args: []string{"guest", "exit", "0"}})
}

func BenchmarkTaskGoFromThisBinary(b *testing.B) {
	benchTask(b, Config{Executable: self}, Task{Module: guestPath, Args: []string{"guest", "exit", "0"}})
}

func BenchmarkWordcount20MB(b *testing.B) {
	benchTask(b, Config{}, Task{
		Module: wordcountPath, Args: []string{"wordcount"}, Inputs: wordcountInputs(b, b.TempDir(), 20<<20),
	})
}
