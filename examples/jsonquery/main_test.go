// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, args, stdin, want string
		status                  int
	}{
		{"a filter runs on every value", ".a", `{"a":1} {"a":"x"}`, "1\n\"x\"\n", 0},
		{"strings are printed raw with -r", "-r .a", `{"a":"x"}`, "x\n", 0},
		{"letters of flags go together", "-sc map(.a)", `{"a":1} {"a":2}`, "[1,2]\n", 0},
		{"flags may come after the filter", ". -s", `1 2`, "[1,2]\n", 0},
		{"long flags are known", "--slurp add", `1 2`, "3\n", 0},
		{"nothing slurped is an empty array", "-s .", "", "[]\n", 0},
		{"a filter on null reads by inputs", "-n [inputs]|add", `1 2 3`, "6\n", 0},
		{"large integers stay exact", ".+1", `170141183460469231731687303715884105727`, "170141183460469231731687303715884105728\n", 0},
		{"decimals that nobody computes with stay as they are", ".", `1.10`, "1.10\n", 0},
		{"keys are sorted", ".", `{"b":1,"a":2}`, "{\"a\":2,\"b\":1}\n", 0},
		{"variables come from the command line", "--arg x 1 --argjson y 2 [$x,$y]", `0`, "[\"1\",2]\n", 0},
		{"a value on which the filter fails does not stop it", ".a", `[] {"a":1}`, "1\n", exitFailed},
		{"what is not JSON stops it", ".", `1 2 x 3`, "1\n2\n", exitUsage},
		{"what is cut short is not JSON", ".", `1 [`, "1\n", exitUsage},
		{"a filter that is none", ".[", "", "", exitFilter},
		{"a variable that is not set", "$x", "1", "", exitFilter},
		{"an unknown flag", "-z .", "", "", exitUsage},
		{"no filter", "", "", "", exitUsage},
		{"a filter may halt with a code", `.,(7|halt_error(9))`, "1 2", "1\n", 9},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := run(strings.Fields(test.args), filepath.Join(t.TempDir(), "absent"), strings.NewReader(test.stdin), &out, &errs)
			if out.String() != test.want || status != test.status {
				t.Errorf("status %d, output %q, want %d, %q (%s)", status, &out, test.status, test.want, &errs)
			}
			if status != 0 && errs.Len() == 0 {
				t.Error("failed without a word")
			}
		})
	}
}

func TestRunReadsTheFilesOfADirectoryByName(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{"b.json": "2 3", "a.json": "1"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	if status := run([]string{"-r", `"\(input_filename[-6:]) \(.)"`}, dir, nil, &out, &errs); status != 0 {
		t.Fatalf("status %d: %s", status, &errs)
	}
	if want := "a.json 1\nb.json 2\nb.json 3\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
	out.Reset()
	if status := run([]string{".", filepath.Join(dir, "b.json"), "-"}, dir, strings.NewReader("4"), &out, &errs); status != 0 || out.String() != "2\n3\n4\n" {
		t.Errorf("status %d, got %q: %s", status, &out, &errs)
	}
}
