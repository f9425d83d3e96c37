// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// guestMachine is a guest of wazero. It counts gas and never runs out of it.
type guestMachine struct {
	memory api.Memory
	gas    uint64
}

func (m *guestMachine) Memory() []byte {
	p, _ := m.memory.Read(0, m.memory.Size())
	return p
}

func (m *guestMachine) Charge(gas uint64) error {
	m.gas += gas
	return nil
}

// outcome is what a guest leaves.
type outcome struct {
	exit           uint32
	gas            uint64
	stdout, stderr string
	out            map[string]string
}

// runGuest runs a module in a world.
func runGuest(t *testing.T, code []byte, cfg wasip1.Config) outcome {
	ctx := context.Background()
	var stdout, stderr bytes.Buffer
	cfg.Stdout, cfg.Stderr = &stdout, &stderr
	world := wasip1.New(cfg)

	engine := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer engine.Close(ctx)
	machine := &guestMachine{}
	host := engine.NewHostModuleBuilder(wasip1.Module)
	for _, f := range wasip1.Functions() {
		call := func(_ context.Context, m api.Module, stack []uint64) {
			machine.memory = m.Memory()
			errno, err := f.Call(world, machine, stack[:len(f.Params)])
			if err != nil {
				panic(err)
			}
			stack[0] = uint64(errno)
		}
		host.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(call), types(f.Params), types(f.Results)).Export(f.Name)
	}
	if _, err := host.Instantiate(ctx); err != nil {
		t.Fatal(err)
	}
	o := outcome{out: map[string]string{}}
	_, err := engine.InstantiateWithConfig(ctx, code, wazero.NewModuleConfig())
	var exit *wasip1.ExitError
	if errors.As(err, &exit) {
		o.exit = exit.Code
	} else if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	o.gas, o.stdout, o.stderr = machine.gas, stdout.String(), stderr.String()
	for _, entry := range world.Out() {
		var content strings.Builder
		if _, err := entry.WriteTo(&content); err != nil {
			t.Fatal(err)
		}
		o.out[entry.Path] = content.String()
	}
	return o
}

func types[T ~byte](list []T) []api.ValueType {
	var out []api.ValueType
	for _, t := range list {
		out = append(out, api.ValueType(t))
	}
	return out
}

func guestConfig(args ...string) wasip1.Config {
	return wasip1.Config{
		Args: append([]string{"guest"}, args...), Env: []string{"KEY=value"}, OutputLimit: 100_000,
		Stdin: strings.NewReader("from stdin\n"), StdinSize: 11,
		Inputs: []wasip1.File{
			{Name: "b", Content: strings.NewReader("second"), Size: 6},
			{Name: "a", Content: strings.NewReader("first"), Size: 5},
		},
	}
}

func read(t *testing.T, path string) []byte {
	code, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func check(t *testing.T, o outcome, exit uint32, stdout string) {
	if o.exit != exit || o.stdout != stdout {
		t.Errorf("exit %d\n%s%s", o.exit, o.stdout, o.stderr)
	}
}

func TestAProgramInGoFindsWhatItExpects(t *testing.T) {
	guest := filepath.Join(t.TempDir(), "files.wasm")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", guest, "./testdata/files")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	code := read(t, guest)
	o := runGuest(t, code, guestConfig("x"))
	check(t, o, 5, strings.Join([]string{
		`[guest x] [KEY=value]`,
		`"from stdin\n"`,
		`"first"`,
		`a 5 -rw------- 2022-01-01 00:00:00 +0000 UTC`,
		`-rw------- 11`,
		`-rw------- 0`,
		`"two\n"`,
		`302 - 000 d z/`,
		`/out`, `/out/x`, `/out/x/y`, `/out/x/y/z`,
		`2022-01-01 1h0m0s`, ``,
	}, "\n"))
	if o.stderr != "done\n" || len(o.out) != 2 || o.out["x/hole"] != "hhh" {
		t.Errorf("stderr %q, out %q", o.stderr, o.out)
	}
	again := runGuest(t, code, guestConfig("x"))
	if again.gas != o.gas || again.stdout != o.stdout {
		t.Errorf("%d gas, then %d", o.gas, again.gas)
	}
}

func TestAProgramInCFindsWhatItExpects(t *testing.T) {
	clang, err := exec.LookPath("clang")
	if err != nil {
		t.Skip("no clang here")
	}
	guest := filepath.Join(t.TempDir(), "files.wasm")
	build := exec.CommandContext(t.Context(), clang, "--target=wasm32-wasi", "-O1", "-o", guest, "testdata/files.c")
	if text, err := build.CombinedOutput(); err != nil {
		t.Skipf("clang without a C library for WASI: %s", text)
	}
	o := runGuest(t, read(t, guest), guestConfig("x"))
	check(t, o, 3, strings.Join([]string{
		`2 x value`,
		`from stdin`, `|000`,
		`5 bytes`, `first`,
		`1000 lines, the last is line 999`,
		`8894 bytes, mode 100000, 1640995200`,
		`500 entries`,
		`1640995200 then 3600 later`, ``,
	}, "\n"))
	if len(o.out) != 1 || o.out["file"] != "lin\x00" {
		t.Errorf("out %q", o.out)
	}
}

// TestProgramsOfOtherLanguagesFindWhatTheyExpect runs the guests that the engine
// itself is tested with, from its module.
func TestProgramsOfOtherLanguagesFindWhatTheyExpect(t *testing.T) {
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero")
	dir, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	testdata := filepath.Join(strings.TrimSpace(string(dir)), "imports", "wasi_snapshot_preview1")
	for _, test := range []struct {
		path   string
		args   []string
		stdout string
	}{
		{"testdata/cargo-wasi", []string{"ls", "/in"}, "/in/a\n/in/b\n"},
		{"testdata/cargo-wasi", []string{"ls", "/in", "repeat"}, "/in/a\n/in/b\n/in/a\n/in/b\n"},
		{"testdata/cargo-wasi", []string{"ls", "/in/a"}, "ENOTDIR\n"},
		{"testdata/cargo-wasi", []string{"stat"}, "stdin isatty: false\nstdout isatty: false\nstderr isatty: false\n/ isatty: false\n"},
		{"testdata/zig-cc", []string{"ls", "/in"}, "./.\n./..\n./a\n./b\n"},
		{"testdata/zig-cc", []string{"ls", "/in", "repeat"}, "./.\n./..\n./a\n./b\n./.\n./..\n./a\n./b\n"},
		{"testdata/zig-cc", []string{"stat"}, "stdin isatty: false\nstdout isatty: false\nstderr isatty: false\n/ isatty: false\n"},
		{"testdata/zig-cc", []string{"poll", "1", "0"}, "STDIN\n"},
		{"testdata/zig-cc", []string{"sleepmillis", "100"}, "OK\n"},
		{"testdata/zig", []string{"stat"}, "stdin isatty: false\nstdout isatty: false\nstderr isatty: false\n/ isatty: false\n"},
		{"testdata/zig", []string{"ls", "."}, "./a\n./b\n"}, // the first folder is where Zig is at home
		{"testdata/tinygo", []string{"ls", "/in"}, "./a\n./b\n"},
		{"testdata/tinygo", []string{"stat"}, "stdin isatty: false\nstdout isatty: false\nstderr isatty: false\n/ isatty: false\n"},
		{"example/testdata/cargo-wasi", []string{"/in/a"}, "first"},
		{"example/testdata/tinygo", []string{"/in/a"}, "first"},
		{"example/testdata/zig", []string{"a"}, "first"},
		{"example/testdata/zig-cc", []string{"/in/a"}, "first"},
	} {
		t.Run(test.path+" "+strings.Join(test.args, " "), func(t *testing.T) {
			name := "wasi.wasm"
			if strings.HasPrefix(test.path, "example") {
				name = "cat.wasm"
			}
			o := runGuest(t, read(t, filepath.Join(testdata, test.path, name)), guestConfig(test.args...))
			check(t, o, 0, test.stdout)
		})
	}
}
