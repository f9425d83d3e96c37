// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.ChildMain()
	os.Exit(m.Run())
}

// command is the smallest WASI command around a body of instructions for _start.
func command(t *testing.T, body ...byte) string {
	t.Helper()
	code := append([]byte{0}, append(body, 0x0b)...) // no locals, end
	module := append([]byte("\x00asm\x01\x00\x00\x00"+
		"\x01\x04\x01\x60\x00\x00"+ // type 0: () -> ()
		"\x03\x02\x01\x00"+ // function 0 of type 0
		"\x05\x03\x01\x00\x01"+ // a memory of one page
		"\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00"),
		append([]byte{0x0a, byte(len(code) + 2), 1, byte(len(code))}, code...)...)
	path := filepath.Join(t.TempDir(), "m.wasm")
	require.NoError(t, os.WriteFile(path, module, 0o600))
	return path
}

func TestALocalRunNeedsNoDaemonAndTellsTheGas(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := filepath.Join(t.TempDir(), "result")
	out, _, err := run(t, t.TempDir(), "task", "run", "--module", command(t), "--out-dir", dir, "-o", "json")
	require.NoError(t, err)
	var first local
	require.NoError(t, json.Unmarshal([]byte(out), &first))
	require.Equal(t, "ok", first.Status)
	require.Positive(t, first.Gas)
	require.NotEmpty(t, first.OutputRoot)
	require.Equal(t, "1", first.SeatPay, "rounded up")
	require.FileExists(t, filepath.Join(dir, "stdout"))
	require.DirExists(t, filepath.Join(dir, "out"))

	text, _, err := run(t, t.TempDir(), "task", "run", "--module", command(t), "--gas-price", "2000000")
	require.NoError(t, err)
	require.Contains(t, text, first.OutputRoot)
	require.Contains(t, text, "status  ok")
}

func TestALocalRunSaysHowAProgramEndedAndWhatToDo(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	garbage := filepath.Join(t.TempDir(), "garbage")
	require.NoError(t, os.WriteFile(garbage, []byte("no module"), 0o600))
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"an endless loop":      {[]string{"--module", command(t, 0x03, 0x40, 0x0c, 0, 0x0b), "--gas-limit", "1000000"}, exitProgram, "--gas-limit"},
		"a trap":               {[]string{"--module", command(t, 0x00)}, exitProgram, "trap"},
		"no module":            {[]string{"--module", garbage}, exitProgram, "refuses the module"},
		"a price that is none": {[]string{"--module", garbage, "--gas-price", "1.5"}, exitError, "whole number"},
		"no such file":         {[]string{"--module", garbage + "x"}, exitError, "no such file"},
	} {
		_, _, err := run(t, t.TempDir(), append([]string{"task", "run"}, tt.args...)...)
		require.ErrorContains(t, err, tt.want, name)
		code := exitError
		var coded *codedError
		if errors.As(err, &coded) {
			code = coded.code
		}
		require.Equal(t, tt.code, code, name)
	}
}
