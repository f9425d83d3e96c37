// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/openmesh-network/openmesh"

// built are the programs of the stories, made once.
var built struct {
	dir             string
	opend, xworker  string
	guest           string // testdata/guest for WASI
	wordcount       string // examples/wordcount for WASI
	wordcountNative string
}

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("whole networks take minutes: no stories with -short")
		os.Exit(0)
	}
	code, err := tell(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// tell builds the programs, runs the stories and clears everything away.
func tell(m *testing.M) (code int, err error) {
	if built.dir, err = os.MkdirTemp("", "openmesh-e2e-"); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, shared.close(), os.RemoveAll(built.dir)) }()
	// xworker carries the sandbox's small binary, as the Makefile builds it.
	if err := build("../../worker/platform/sandbox/embedded/bin/child", module+"/worker/platform/sandbox/cmd/child", nil); err != nil {
		return 1, err
	}
	for _, p := range []struct {
		out  *string
		name string
		pkg  string
		env  []string
	}{
		{&built.opend, "opend", "/cmd/opend", nil},
		{&built.xworker, "xworker", "/cmd/xworker", []string{"GOFLAGS=-trimpath -buildvcs=false -tags=sandbox_embed"}},
		{&built.guest, "guest.wasm", "/testutil/e2e/testdata/guest", wasi},
		{&built.wordcount, "wordcount.wasm", "/examples/wordcount", wasi},
		{&built.wordcountNative, "wordcount", "/examples/wordcount", nil},
	} {
		*p.out = filepath.Join(built.dir, p.name)
		if err := build(*p.out, module+p.pkg, p.env); err != nil {
			return 1, err
		}
	}
	return m.Run(), nil
}

var wasi = []string{"GOOS=wasip1", "GOARCH=wasm"}

// build compiles with the flags of the Makefile, whose build cache it shares.
func build(out, pkg string, env []string) error {
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", out, pkg)
	cmd.Env = append(os.Environ(), append([]string{"CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false"}, env...)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", pkg, err, strings.TrimSpace(string(text)))
	}
	return nil
}
