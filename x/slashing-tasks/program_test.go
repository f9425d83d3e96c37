// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestC3_C13_AProgramIsHeldToItsBounds(t *testing.T) {
	type program = slashingtasks.Program
	input := func(name string) slashingtasks.Input { return slashingtasks.Input{Name: name, Cid: cidA} }
	for _, test := range []struct {
		name   string
		change func(*program)
		ok     bool
	}{
		{"a plain one", func(*program) {}, true},
		{"stdin and inputs", func(p *program) { p.StdinCid = cidB; p.Inputs = []slashingtasks.Input{input("a"), input("b.txt")} }, true},
		{"any text as an argument", func(p *program) { p.Args = []string{"", "ä\n\t\"'", "$(rm -rf)"} }, true},
		{"an empty value", func(p *program) { p.Env = []string{"A=", "_b9=x=y"} }, true},
		{"a CID of version 0", func(p *program) { p.ModuleCid = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n" }, true},
		{"a module of another codec", func(p *program) { p.ModuleCid = "baguqeerasords4njcts6vs7qvdjfcvgnume4hqohf65zsfguprqphs3icwea" }, false},
		{"a CID in upper case", func(p *program) { p.ModuleCid = strings.ToUpper(cidA) }, false},
		{"a CID with a path", func(p *program) { p.ModuleCid = cidA + "/x" }, false},
		{"an identity CID", func(p *program) { p.ModuleCid = "bafkqaaa" }, false},
		{"a CID of a megabyte", func(p *program) { p.ModuleCid = strings.Repeat("b", 1<<20) }, false},
		{"a stdin that is no CID", func(p *program) { p.StdinCid = "-" }, false},
		{"a NUL in an argument", func(p *program) { p.Args = []string{"a\x00b"} }, false},
		{"an argument that is no text", func(p *program) { p.Args = []string{"\xff"} }, false},
		{"too many arguments", func(p *program) { p.Args = make([]string, 65) }, false},
		{"too much of them", func(p *program) { p.Args = []string{strings.Repeat("a", 4_096), strings.Repeat("b", 4_096), "c"} }, false},
		{"no value", func(p *program) { p.Env = []string{"A"} }, false},
		{"no key", func(p *program) { p.Env = []string{"=a"} }, false},
		{"a key that begins with a digit", func(p *program) { p.Env = []string{"1A=a"} }, false},
		{"a key in Greek", func(p *program) { p.Env = []string{"Α=a"} }, false},
		{"a key twice", func(p *program) { p.Env = []string{"A=1", "A=2"} }, false},
		{"an input outside of its folder", func(p *program) { p.Inputs = []slashingtasks.Input{input("../a")} }, false},
		{"an input in a folder", func(p *program) { p.Inputs = []slashingtasks.Input{input("a/b")} }, false},
		{"a hidden input", func(p *program) { p.Inputs = []slashingtasks.Input{input(".a")} }, false},
		{"an input without a name", func(p *program) { p.Inputs = []slashingtasks.Input{input("")} }, false},
		{"an input twice", func(p *program) { p.Inputs = []slashingtasks.Input{input("a"), input("a")} }, false},
		{"inputs out of order", func(p *program) { p.Inputs = []slashingtasks.Input{input("b"), input("a")} }, false},
		{"an input that is no CID", func(p *program) { p.Inputs = []slashingtasks.Input{{Name: "a", Cid: "x"}} }, false},
		{"too many inputs", func(p *program) {
			for i := range 65 {
				p.Inputs = append(p.Inputs, input(fmt.Sprintf("%03d", i)))
			}
		}, false},
		{"no output at all", func(p *program) { p.OutputLimit = 0 }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := program{ModuleCid: cidA, GasLimit: 1, MemoryLimit: 1 << 16, OutputLimit: 1}
			test.change(&p)
			err := p.Validate(slashingtasks.DefaultParams())
			if test.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, slashingtasks.ErrInvalidProgram)
			require.Less(t, len(err.Error()), 1_000)
		})
	}
}

func TestASourceIsAMultiaddrOfAPeer(t *testing.T) {
	const peer = "/p2p/16Uiu2HAmPnJ7bB1yRkKTsGvhFkZvbVxPSdKB6xDBQnFXr6qzVa5o"
	for address, ok := range map[string]bool{
		"/ip4/203.0.113.7/tcp/4001" + peer:           true,
		"/dns4/a.example.org/udp/443/quic-v1" + peer: true,
		"/ip4/203.0.113.7/tcp/4001":                  false,
		peer:                                         false,
		"/ip4/203.0.113.7/tcp/4001/p2p/":             false,
		"/ip4/203.0.113.7/tcp/4001/p2p/x":            false,
		"/ip4/300.0.0.1/tcp/4001" + peer:             false,
		"javascript:alert(1)" + peer:                 false,
		"/ip4/203.0.113.7/tcp/4001" + peer + "/../x": false,
		"/ip4/203.0.113.7/tcp/4001" + peer + "\n":    false,
		"/dns4/" + strings.Repeat("a", 5_000) + peer: false,
	} {
		err := slashingtasks.ValidateSources([]slashingtasks.Source{{Address: address}})
		if ok {
			require.NoError(t, err, address)
			continue
		}
		require.ErrorIs(t, err, slashingtasks.ErrInvalidSource, address)
	}
	one := slashingtasks.Source{Address: "/ip4/203.0.113.7/tcp/4001" + peer}
	require.NoError(t, slashingtasks.ValidateSources(nil))
	require.ErrorIs(t, slashingtasks.ValidateSources([]slashingtasks.Source{one, one}), slashingtasks.ErrInvalidSource)
	require.ErrorIs(t, slashingtasks.ValidateSources(slices.Repeat([]slashingtasks.Source{one}, 9)), slashingtasks.ErrInvalidSource)
}

func TestAProgramNamesAVersionOfTheProfileOrGetsTheNewest(t *testing.T) {
	params := slashingtasks.DefaultParams()
	params.MinDetwasmVersion, params.MaxDetwasmVersion = 2, 4
	for version, want := range map[uint32]uint32{0: 4, 1: 0, 2: 2, 3: 3, 4: 4, 5: 0, 1<<32 - 1: 0} {
		p := slashingtasks.Program{ModuleCid: cidA, GasLimit: 1, MemoryLimit: 1 << 16, OutputLimit: 1, DetwasmVersion: version}
		err := p.Validate(params)
		if want == 0 {
			require.ErrorIs(t, err, slashingtasks.ErrDetwasmVersion, "version %d", version)
			require.ErrorContains(t, err, "2 to 4 are accepted")
			continue
		}
		require.NoError(t, err, "version %d", version)
		require.Equal(t, want, p.Resolved(params).DetwasmVersion)
	}
}
