// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// bomb is a gzip file of that many zero bytes.
func bomb(t *testing.T, size int) string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for block := make([]byte, 1<<20); size > 0; size -= len(block) {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, "bomb.gz", packed.Bytes())
}

func TestD8_AnInputThatInflatesEndsAtTheTasksLimits(t *testing.T) {
	packed := bomb(t, 256<<20)
	for _, test := range []struct {
		name   string
		args   []string
		change func(*Task)
		want   func(Result) bool
	}{
		{
			"into memory", []string{"inflate"},
			func(t *Task) { t.MemoryLimit = 64 << 20 },
			func(r Result) bool { return r.Outcome.Status == StatusMemoryLimit && r.Outcome.ExitCode == 2 },
		},
		{
			"into /out", []string{"inflate", "/out/big"},
			func(t *Task) { t.OutputLimit = 1 << 20 },
			func(r Result) bool {
				return r.Outcome.Status == StatusExit && r.Outcome.ExitCode == 9 && r.OutBytes <= 1<<20 &&
					strings.Contains(string(r.Stderr), "No space left")
			},
		},
		{
			"until the gas is gone", []string{"inflate", "/out/big"},
			func(t *Task) { t.GasLimit = 2e8 },
			func(r Result) bool { return r.Outcome == Outcome{Status: StatusOutOfGas, Gas: 2e8} },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			task := guestTask(t, test.args...)
			task.Stdin = packed
			test.change(&task)
			if r := twice(t, task, false); !test.want(r) {
				t.Errorf("outcome %+v, %d bytes: %.300s", r.Outcome, r.OutBytes, r.Stderr)
			}
		})
	}
}

func TestD7_AFloodOfOutputIsRefusedAtTheLimit(t *testing.T) {
	task := guestTask(t, "flood")
	task.OutputLimit = 1_000_500
	r := twice(t, task, false)
	if r.Outcome.Status != StatusExit || r.Outcome.ExitCode != 9 || r.StdoutBytes != 1_000_000 {
		t.Errorf("outcome %+v, %d bytes", r.Outcome, r.StdoutBytes)
	}
	if !strings.Contains(string(r.Stderr), "No space left on device") {
		t.Errorf("stderr %s", r.Stderr)
	}
}

func TestD7_TheOutDirectoryCountsAsOutput(t *testing.T) {
	task := guestTask(t, "outflood")
	task.OutputLimit = 100_000
	r := twice(t, task, false)
	// The first line of stdout has taken a block's worth from the second round.
	if want := "written 98304\nwritten 98304\n"; r.Outcome.Status != StatusOK || stdoutOf(t, r) != want {
		t.Errorf("outcome %+v: %q %s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
}

func TestD7_FilesAndHandlesAreCounted(t *testing.T) {
	r := twice(t, guestTask(t, "outfiles"), false)
	if want := fmt.Sprintln(wasip1.MaxEntries, true); r.Outcome.Status != StatusOK || stdoutOf(t, r) != want || r.OutFiles != wasip1.MaxEntries {
		t.Errorf("outcome %+v: %q %s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
	task := guestTask(t, "openmany")
	task.Inputs = []Input{{Name: "a", Path: file(t, "a", nil)}}
	r = twice(t, task, false)
	const standard = 5 // the three streams, /in and /out
	if want := fmt.Sprintln(wasip1.MaxDescriptors-standard, true); stdoutOf(t, r) != want {
		t.Errorf("outcome %+v: %q %s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
}

func TestD7_NothingOfTheHostCanBeReached(t *testing.T) {
	t.Setenv("SECRET", "of the host")
	input := file(t, "a", []byte("input"))
	task := guestTask(t, "escape")
	task.Inputs = []Input{{Name: "a", Path: input}}
	r := twice(t, task, false)
	if r.Outcome.Status != StatusOK || stdoutOf(t, r) != "" {
		t.Errorf("outcome %+v, these worked: %s\n%s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
	if got := files(t, r.Dir); len(got) != 3 {
		t.Errorf("files %v", got)
	}
	if body, err := os.ReadFile(input); err != nil || string(body) != "input" {
		t.Errorf("the input is %q, %v", body, err)
	}
}

func TestD9_NamesThatLeaveTheirDirectoryAreRefused(t *testing.T) {
	for _, name := range []string{"", ".", "..", "../a", "/etc/passwd", "a/b", "a\x00", "\xff", strings.Repeat("n", 256)} {
		task := guestTask(t, "cat")
		task.Inputs = []Input{{Name: name, Path: guestPath}}
		if _, err := newRunner(t).Run(context.Background(), task); !errors.Is(err, ErrInvalidTask) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestD9_AChildThatLiesAboutNamesOrSizesIsNotBelieved(t *testing.T) {
	for name, frames := range map[string][][2]string{
		"a path that climbs":        {{"f", "../escaped"}},
		"an absolute path":          {{"f", "/escaped"}},
		"a climb in the middle":     {{"d", "a"}, {"f", "a/../../escaped"}},
		"an empty path":             {{"d", ""}},
		"a NUL byte":                {{"f", "a\x00b"}},
		"more output than allowed":  {{"o", strings.Repeat("x", 101)}},
		"more files than allowed":   {{"f", "a"}, {"c", strings.Repeat("x", 60)}, {"o", strings.Repeat("x", 60)}},
		"bytes without a file":      {{"c", "x"}},
		"a frame nobody knows":      {{"z", ""}},
		"too much stderr":           {{"e", strings.Repeat("x", MaxStderr+1)}},
		"deeper than the guest can": {{"d", strings.Repeat("a/", wasip1.MaxDepth) + "a"}},
	} {
		dir := filepath.Join(t.TempDir(), "result")
		c, err := prepare(dir, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if err = c.take(f[0][0], []byte(f[1])); err != nil {
				break
			}
		}
		if !errors.Is(err, errProtocol) {
			t.Errorf("%s: got %v", name, err)
		}
		if err := c.discard(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(filepath.Join(filepath.Dir(dir), "escaped")); !os.IsNotExist(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestD9_LinksAndFoldersAreNoInputs(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/etc/passwd", link); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, fifo, t.TempDir(), "/dev/zero", filepath.Join(t.TempDir(), "missing")} {
		task := guestTask(t, "cat", "/in/a")
		task.Inputs = []Input{{Name: "a", Path: path}}
		_, err := newRunner(t).Run(context.Background(), task)
		mustAbstain(t, err, CauseHost, task)
	}
}
