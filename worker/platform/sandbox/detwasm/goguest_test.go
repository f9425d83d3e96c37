// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// buildGuest compiles testdata/guest to wasip1.
func buildGuest(t testing.TB) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "guest.wasm")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", out, "main.go")
	cmd.Dir = filepath.Join("testdata", "guest")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, msg)
	}
	code, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAGoProgramRunsTheSameInstrumented(t *testing.T) {
	code := buildGuest(t)
	m := instrument(t, code)
	run := func(config wazero.RuntimeConfig, code []byte) (out string, exit uint32, used int64) {
		ctx := t.Context()
		r := wazero.NewRuntimeWithConfig(ctx, config)
		defer func() { _ = r.Close(ctx) }()
		wasi_snapshot_preview1.MustInstantiate(ctx, r)
		var stdout bytes.Buffer
		mod, err := r.InstantiateWithConfig(ctx, code, wazero.NewModuleConfig().
			WithStdout(&stdout).WithArgs("guest").WithStartFunctions())
		if err != nil {
			t.Fatal(err)
		}
		gas := mod.ExportedGlobal(detwasm.GasGlobal)
		if gas != nil {
			setGlobal(t, mod, detwasm.GasGlobal, plenty)
		}
		_, err = mod.ExportedFunction("_start").Call(ctx)
		var status *sys.ExitError
		if !errors.As(err, &status) {
			t.Fatalf("got %v", err)
		}
		if gas != nil {
			used = plenty - int64(gas.Get())
		}
		return stdout.String(), status.ExitCode(), used
	}
	raw, rawExit, _ := run(compilerConfig(), code)
	out, exit, used := run(compilerConfig(), m.Code)
	if out != raw || exit != rawExit || exit != 3 || len(out) < 100 {
		t.Errorf("instrumented it says %q and leaves with %d; as it was %q and %d", out, exit, raw, rawExit)
	}
	again, exit, usedAgain := run(compilerConfig(), m.Code)
	if again != out || exit != 3 || used != usedAgain || used < 1_000_000 {
		t.Errorf("a second run used %d gas, the first %d", usedAgain, used)
	}
}

func BenchmarkInstrument(b *testing.B) {
	code := buildGuest(b)
	b.SetBytes(int64(len(code)))
	for b.Loop() {
		instrument(b, code)
	}
}
