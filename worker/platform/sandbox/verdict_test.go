// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAResultIsACompleteVerdictAndACleanExit goes through the ways a child can
// end; testdata/rogue does what Args[0] says instead of running the module.
func TestAResultIsACompleteVerdictAndACleanExit(t *testing.T) {
	runner := newRunnerWith(t, Config{CacheDir: t.TempDir(), Executable: roguePath, OneLayer: true})
	for _, test := range []struct {
		behaviour string
		want      Cause // empty is a result
		detail    string
	}{
		{"verdict", "", ""},
		{"verdict and status 3", CauseHost, "exit status 3"},
		{"verdict and more", CauseProtocol, "follows the verdict"},
		{"half a verdict", CauseProtocol, "without a verdict"},
		{"no verdict", CauseProtocol, "without a verdict"},
		{"an unknown status", CauseProtocol, "verdict"},
		{"no JSON", CauseProtocol, "verdict"},
		{"a frame without end", CauseProtocol, "frame of"},
		{"abstains", CauseCache, "of its own"},
		{"abstains for the parent's reason", CauseProtocol, "verdict"},
		{"abstains with status 0", CauseProtocol, "without a verdict"},
		{"panics", CauseHost, "exit status 2"},
		{"segfaults", CauseHost, "exit status 2"},
		{"takes all memory", CauseMemory, "memory"},
		{"kills itself", CauseKilled, "killed"},
		{"sleeps", CauseTimeout, ""},
		{"writes too much", CauseProtocol, "above the limit"},
	} {
		t.Run(test.behaviour, func(t *testing.T) {
			task := moduleTask(t, wasmModule{code: nothing}.bytes())
			task.Args, task.OutputLimit, task.Timeout = []string{test.behaviour}, 1<<20, 10*time.Second
			if test.want == CauseTimeout {
				task.Timeout = 300 * time.Millisecond
			}
			result, err := runner.Run(context.Background(), task)
			if test.want == "" {
				if err != nil || result.Outcome.Status != StatusOK || result.Outcome.Gas != 7 {
					t.Errorf("got %+v, %v", result.Outcome, err)
				}
				return
			}
			if test.want == CauseMemory && err != nil && strings.Contains(err.Error(), "SIGSEGV") {
				return // the Go runtime does not always find the words
			}
			mustAbstain(t, err, test.want, task)
			if err != nil && !strings.Contains(err.Error(), test.detail) {
				t.Errorf("got %v, want %q in it", err, test.detail)
			}
		})
	}
	noChildren(t, os.Getpid())
}

func TestAChildAtItsProcessorTimeLimitIsAnAbstention(t *testing.T) {
	runner := newRunner(t)
	task := moduleTask(t, wasmModule{code: endless}.bytes())
	task.GasLimit = 1e6
	mustRun(t, task) // compiled, and out of gas
	code, size, err := openRegular(runner.cache.instrumentedPath(mustDigest(t, task.Module)))
	if err != nil {
		t.Fatal(err)
	}
	defer code.Close()
	v, found := runner.cache.lookup(mustDigest(t, task.Module))
	if !found || v.Module.Size != size {
		t.Fatalf("the cache has %+v", v)
	}
	j := job{CacheDir: filepath.Dir(code.Name()), Module: *v.Module, Gas: MaxGas, Memory: 1 << 20}
	j.Data = runMemory(j)
	s := spawning{mode: childModeRun, cpu: 1, heap: runHeap(j), files: []*os.File{code}}
	_, _, a := runner.spawn(context.Background(), s, j, func(byte, []byte) error { return nil })
	if a == nil || a.Cause != CauseCPU {
		t.Errorf("got %v", a)
	}
}

func mustDigest(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return hexDigest(body)
}

func TestAChildOfAnotherVersionSaysToRebuild(t *testing.T) {
	for name, change := range map[string]map[string]any{
		"another protocol":              {"Protocol": protocolVersion + 1},
		"another profile":               {"Profile": 99},
		"a protocol of other fields":    {"Protocol": 99, "Memory": "a lot"},
		"one from before there was one": {"Protocol": nil, "Profile": nil},
	} {
		var message bytes.Buffer
		if err := writeJob(&message, job{Memory: 1}); err != nil {
			t.Fatal(err)
		}
		fields := make(map[string]any)
		if err := json.Unmarshal(message.Bytes()[4:], &fields); err != nil {
			t.Fatal(err)
		}
		for k, v := range change {
			fields[k] = v
		}
		body, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readJob(bytes.NewReader(append([]byte{0, 0, byte(len(body) >> 8), byte(len(body))}, body...))); err == nil ||
			!strings.Contains(err.Error(), "rebuild") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
