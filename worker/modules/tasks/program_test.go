// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// wordcount is the program of the seed's test vectors; see docs/detwasm.md.
func wordcount() message.Program {
	return message.Program{
		DetwasmVersion: 1,
		ModuleCID:      "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
		Args:           []string{"-n", "10"},
		Env:            []string{"LANG=C"},
		Inputs:         []message.InputFile{{Name: "text", CID: "bafkreiaxnnnb7qz2focittuqq3ya25q7rcv3bqynnczfzako47346wosmu"}},
	}
}

func TestSeedVectors(t *testing.T) {
	for name, tt := range map[string]struct {
		program message.Program
		want    string
	}{
		"nothing":                 {message.Program{}, "c1952677451f01973371897399719989e728d6711daf5219ce79de06b9f3dce2"},
		"a program with an input": {wordcount(), "674b94d3505f213d3e07f8040cb568b5a147f4cc6f71a43c66ce11a3ddff17e5"},
	} {
		seed := Seed(tt.program)
		require.Equal(t, tt.want, hex.EncodeToString(seed[:]), name)
	}
}

func TestTheSeedFollowsFromWhatTheProgramIsAndFromNothingElse(t *testing.T) {
	base := Seed(wordcount())
	for name, change := range map[string]func(*message.Program){
		"the version":       func(p *message.Program) { p.DetwasmVersion++ },
		"the module":        func(p *message.Program) { p.ModuleCID += "x" },
		"an argument":       func(p *message.Program) { p.Args[1] = "11" },
		"where one ends":    func(p *message.Program) { p.Args = []string{"-n1", "0"} },
		"the environment":   func(p *message.Program) { p.Args, p.Env = p.Args[:1], []string{"10", "LANG=C"} },
		"standard input":    func(p *message.Program) { p.StdinCID = p.ModuleCID },
		"an input's name":   func(p *message.Program) { p.Inputs[0].Name = "t" },
		"an input's bytes":  func(p *message.Program) { p.Inputs[0].CID = p.ModuleCID },
		"the inputs at all": func(p *message.Program) { p.Inputs = nil },
	} {
		p := wordcount()
		change(&p)
		require.NotEqual(t, base, Seed(p), name)
	}
	p := wordcount()
	p.GasLimit, p.MemoryLimit, p.OutputLimit = 1, 2, 3
	require.Equal(t, base, Seed(p), "a run under other limits is the same run")
}

func TestALocalRunIsTheRunOfASeat(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		dir := t.TempDir()
		files := Files{Module: filepath.Join(dir, "m.wasm"), Inputs: []sandbox.Input{
			{Name: "b", Path: filepath.Join(dir, "b")}, {Name: "a", Path: filepath.Join(dir, "b")},
		}}
		require.NoError(t, os.WriteFile(files.Module, []byte("a module"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "b"), []byte("a module"), 0o600))

		r := newRig(t, kv, testConfig())
		seat := r.seat(7)
		seat.Program.Args = []string{"-x"}
		seat.Program.Inputs = []message.InputFile{{Name: "a", CID: r.cid}, {Name: "b", CID: r.cid}}
		limits := message.Program{Args: []string{"-x"}, GasLimit: 1000, MemoryLimit: 1 << 20}
		p, outcome, res, err := RunLocally(t.Context(), r.box, limits, files, filepath.Join(dir, "result"), time.Minute)
		require.NoError(t, err)
		require.Equal(t, seat.Program, p, "the program to submit")
		require.FileExists(t, filepath.Join(res.Dir, "stdout"))

		r.book(10, seat)
		require.Equal(t, r.verdict(time.Minute).Outcome, outcome)
		require.Equal(t, r.box.tasks[0].Seed, r.box.tasks[1].Seed)
		require.Equal(t, r.box.tasks[0].Args, r.box.tasks[1].Args)
	})
}

func TestALocalRunSaysWhatCanBeMended(t *testing.T) {
	dir := t.TempDir()
	module := filepath.Join(dir, "m.wasm")
	require.NoError(t, os.WriteFile(module, []byte("a module"), 0o600))
	good := message.Program{GasLimit: 1000, MemoryLimit: 1 << 20}
	for name, tt := range map[string]struct {
		program message.Program
		files   Files
		want    string
	}{
		"no such module":      {good, Files{Module: module + "x"}, "no such file"},
		"a folder as input":   {good, Files{Module: module, Stdin: dir}, "no regular file"},
		"no gas":              {message.Program{MemoryLimit: 1 << 20}, Files{Module: module}, "gas limit"},
		"a name that is none": {good, Files{Module: module, Inputs: []sandbox.Input{{Name: "..", Path: module}}}, "file name"},
	} {
		_, _, _, err := RunLocally(t.Context(), &fakeBox{}, tt.program, tt.files, filepath.Join(dir, "out"), time.Minute)
		require.ErrorContains(t, err, tt.want, name)
	}
}
