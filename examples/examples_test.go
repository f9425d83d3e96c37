// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

func TestWordcountOverABookAndALongList(t *testing.T) {
	p := build(t, "wordcount")
	dir := link(t, goroot(t, "src/testdata/Isaac.Newton-Opticks.txt"), goroot(t, "api/go1.1.txt"))
	task := p.task(t)
	task.Inputs = inputs(t, dir)
	p.runThere(t, task).same(t, p.runHere(t, dir))
}

func TestJSONQueryOverALargeFile(t *testing.T) {
	p := build(t, "jsonquery")
	large, documents := specification(t, "v1", "v2")
	smaller, _ := specification(t, "v1")
	vectors := goroot(t, "src/crypto/x509/testdata/nist-pkits/vectors.json")
	for _, test := range []struct {
		name, file string
		args       []string
		lines      int // of output; 0 for any number
	}{
		{"a line about every document", large, []string{"[.source_filename, ([.commands[] | .type] | group_by(.) | map({(.[0]): length}) | add)]"}, documents},
		{"one answer about all documents", smaller, []string{"-n", "reduce (inputs | .commands[] | .type) as $t ({}; .[$t] += 1)"}, 1},
		{"raw strings of chosen elements", vectors, []string{"-r", ".[] | select(.ShouldValidate) | .Name"}, 0},
		{"a table for a spreadsheet", vectors, []string{"-r", "--arg", "root", "TrustAnchorRootCertificate.crt", ".[] | select(.CertPath[0] == $root) | [.Name, (.CertPath | length)] | @csv"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := p.runHere(t, append(test.args, test.file)...)
			if n := bytes.Count(want.stdout, []byte("\n")); n == 0 || test.lines > 0 && n != test.lines {
				t.Errorf("%d lines", n)
			}
			task := p.task(t, test.args...)
			task.Inputs = []sandbox.Input{{Name: filepath.Base(test.file), Path: test.file}}
			p.runThere(t, task).same(t, want)
		})
	}
	t.Run("standard input where there are no files", func(t *testing.T) {
		task := p.task(t, "length")
		task.Stdin = vectors
		p.runThere(t, task).same(t, p.runHere(t, "length", vectors))
	})
	t.Run("a filter that is none is the committee's verdict too", func(t *testing.T) {
		task := p.task(t, ".[")
		got := p.runThere(t, task)
		got.same(t, p.runHere(t, ".[", vectors))
		if got.exit != 3 {
			t.Errorf("exit code %d", got.exit)
		}
	})
}

func TestImageResizeOverEveryKindOfImage(t *testing.T) {
	p := build(t, "imageresize")
	whole := append(glob(t, goroot(t, "src/image/testdata/*")), glob(t, goroot(t, "src/image/png/testdata/bench*.png"))...)
	broken := append(whole[:2:2], glob(t, goroot(t, "src/image/png/testdata/invalid-*.png"))...)
	for _, test := range []struct {
		name  string
		files []string
		args  []string
		exit  uint32
	}{
		{"smaller, in their own formats", whole, []string{"-width", "64"}, 0},
		{"larger, as JPEG", whole[:8], []string{"-width", "400", "-height", "400", "-format", "jpeg", "-quality", "70"}, 0},
		{"stretched, as PNG", whole[:8], []string{"-width", "33", "-height", "77", "-stretch", "-format", "png"}, 0},
		{"broken", broken, []string{"-width", "64"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, out := link(t, test.files...), t.TempDir()
			want := p.runHere(t, append(test.args, "-in", dir, "-out", out)...)
			want.out = tree(t, out)
			if want.exit != test.exit || test.exit == 0 && len(want.out) != len(test.files) {
				t.Errorf("exit code %d with %d images of %d", want.exit, len(want.out), len(test.files))
			}
			task := p.task(t, test.args...)
			task.Inputs = inputs(t, dir)
			got := p.runThere(t, task)
			if fused { // the last bit of a pixel may differ, and then the compressed bytes do
				got.out, want.out = nil, nil
			}
			got.same(t, want)
		})
	}
}

func TestCSVAggregateOverRealTables(t *testing.T) {
	p := build(t, "csvaggregate")
	t.Run("a table with decimals", func(t *testing.T) {
		file, kinds := sources(t)
		args := []string{"-by", "kind", "count", "sum:bytes", "max:bytes", "sum:kilobytes", "avg:kilobytes", "min:kilobytes"}
		task := p.task(t, args...)
		task.Inputs = []sandbox.Input{{Name: "sources.csv", Path: file}}
		got := p.runThere(t, task)
		got.same(t, p.runHere(t, append([]string{"-in", file}, args...)...))
		lines := strings.Split(strings.TrimSpace(string(got.stdout)), "\n")
		if len(lines) != 1+len(kinds) {
			t.Errorf("%d groups, want %d", len(lines)-1, len(kinds))
		}
		for kind, s := range kinds {
			if want := fmt.Sprintf("\n%s,%d,%d,%d,%d.%03d,", kind, s.files, s.sum, s.most, s.sum/1000, s.sum%1000); !bytes.Contains(got.stdout, []byte(want)) {
				t.Errorf("there is no row %q", want)
			}
		}
	})
	t.Run("a table without a header, from standard input", func(t *testing.T) {
		file := goroot(t, "src/cmd/go/internal/modfetch/zip_sum_test/testdata/zip_sums.csv")
		args := []string{"-no-header", "-by", "2", "count", "count:1"}
		task := p.task(t, args...)
		task.Stdin = file
		p.runThere(t, task).same(t, p.runHere(t, append([]string{"-in", file}, args...)...))
	})
}

func TestCsumAgreesWithGo(t *testing.T) {
	p := program{name: "csum", module: filepath.Join(folder, "csum.wasm")}
	text, err := exec.Command("csum/build.sh", p.module).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 {
		t.Skipf("%s", text)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	files := append(glob(t, goroot(t, "src/image/testdata/*")), glob(t, goroot(t, "api/*.txt"))...)
	dir := link(t, files...)
	write(t, filepath.Join(dir, "empty"), nil)
	for n := 54; n <= 66; n++ { // about the ends of blocks, where hashing goes wrong
		write(t, filepath.Join(dir, fmt.Sprint("bytes-", n)), bytes.Repeat([]byte{0xa5}, n))
	}
	list := inputs(t, dir)
	var sha, crc strings.Builder
	for _, in := range list {
		body, err := os.ReadFile(in.Path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sha, "%x  %s\n", sha256.Sum256(body), in.Name)
		fmt.Fprintf(&crc, "%08x %d %s\n", crc32.ChecksumIEEE(body), len(body), in.Name)
	}
	for algorithm, want := range map[string]string{"sha256": sha.String(), "crc32": crc.String()} {
		t.Run(algorithm, func(t *testing.T) {
			task := p.task(t, algorithm)
			task.Inputs = list
			p.runThere(t, task).same(t, outcome{stdout: []byte(want)})
		})
	}
	t.Run("an algorithm that is none", func(t *testing.T) {
		p.runThere(t, p.task(t, "md5")).same(t, outcome{exit: 2})
	})
}
