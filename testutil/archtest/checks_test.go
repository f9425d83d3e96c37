// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/openmesh-network/openmesh/testutil/archtest"
)

const (
	header = "// Copyright 2026 The Openmesh Authors\n// SPDX-License-Identifier: Apache-2.0\n\n"
	ours   = "github.com/openmesh-network/openmesh/"
)

// files is a small tree: path -> text.
type files map[string]string

func (f files) load(t *testing.T) *archtest.Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range f {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := archtest.Load(fsys)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return tree
}

// importing is a Go file that imports the paths; ours are written from the
// module's root, with a leading dot.
func importing(paths ...string) string {
	text := header + "package p\n\nimport (\n"
	for _, p := range paths {
		if rest, ok := strings.CutPrefix(p, "./"); ok {
			p = ours + rest
		}
		text += "\t_ \"" + p + "\"\n"
	}
	return text + ")\n"
}

func inFunc(body string, imports ...string) string {
	text := header + "package p\n"
	for _, i := range imports {
		text += "import \"" + i + "\"\n"
	}
	return text + "func f() {\n" + body + "\n}\n"
}

const tx = `syntax = "proto3";
package openmesh.workers.v1;
option go_package = "github.com/openmesh-network/openmesh/x/workers";
service Msg {
  option (cosmos.msg.v1.service) = true;
  // Register adds { an Xnode.
  rpc Register(MsgRegister) returns (MsgRegisterResponse);
}
message MsgRegister {
  option (cosmos.msg.v1.signer) = "operator";
  option (amino.name) = "openmesh/workers/MsgRegister";
  string operator = 1;
}
message MsgRegisterResponse {}
`

func TestChecks(t *testing.T) {
	type check = func(*archtest.Tree) []archtest.Problem
	tests := []struct {
		name  string
		check check
		files files
		want  string // part of the only problem; empty: none
	}{
		{"an empty tree has no problem", archtest.CheckImports, files{}, ""},

		// Arrows.
		{"a module may import the nouns of a lower one", archtest.CheckImports, files{"x/workers/a.go": importing("./x/staking-ext")}, ""},
		{"a module may not import a higher one", archtest.CheckImports, files{"x/staking-ext/a.go": importing("./x/workers")}, "x/staking-ext -> x/workers is not in the import table"},
		{"a keeper may import its own nouns and helpers", archtest.CheckImports, files{"x/por/keeper/a.go": importing("./x/por", "./x/por/beacon")}, ""},
		{"a keeper may not import another keeper", archtest.CheckImports, files{"x/workers/keeper/a.go": importing("./x/staking-ext/keeper")}, "a keeper never imports another keeper"},
		{"a keeper's test may not either", archtest.CheckImports, files{"x/workers/keeper/a_test.go": importing("./x/staking-ext/keeper")}, "a keeper never imports another keeper"},
		{"a module's tests see the whole module", archtest.CheckImports, files{"x/por/a_test.go": importing("./x/por/keeper", "./x/por/internal/fakes")}, ""},
		{"a helper may not import the keeper of its module", archtest.CheckImports, files{"x/por/beacon/a.go": importing("./x/por/keeper")}, "a helper of a module is pure"},
		{"the chain may not import the worker", archtest.CheckImports, files{"app/a.go": importing("./worker/bus")}, "app -> worker/bus"},
		{"the chain module may import nouns", archtest.CheckImports, files{"worker/modules/chain/a.go": importing("./x/workers", "./worker/bus")}, ""},
		{"the chain module may not import keepers", archtest.CheckImports, files{"worker/modules/chain/a.go": importing("./x/workers/keeper")}, "never keepers"},
		{"no other worker module may import x", archtest.CheckImports, files{"worker/modules/tasks/a.go": importing("./x/workers")}, "only worker/modules/chain knows x/*"},
		{"worker modules may not import each other", archtest.CheckImports, files{"worker/modules/tasks/a.go": importing("./worker/modules/blobs")}, "modules know nothing of each other"},
		{"a worker module may have packages of its own", archtest.CheckImports, files{"worker/modules/tasks/a.go": importing("./worker/modules/tasks/journal")}, ""},
		{"the root of the worker may not import x", archtest.CheckImports, files{"worker/a.go": importing("./x/workers")}, "worker -> x/workers"},
		{"a test may import test scaffolding", archtest.CheckImports, files{"worker/bus/a_test.go": importing("./testutil/fakes")}, ""},
		{"a product may not import test scaffolding", archtest.CheckImports, files{"worker/bus/a.go": importing("./testutil/fakes")}, "worker/bus -> testutil/fakes"},
		{"a package without a row is named", archtest.CheckImports, files{"utils/a.go": importing()}, "stands in no row"},
		{"a nested module is not ours to judge", archtest.CheckImports, files{"utils/go.mod": "module other\n", "utils/a.go": importing()}, ""},

		// Fences.
		{"badger is the store's", archtest.CheckImports, files{"worker/modules/tasks/a.go": importing("github.com/dgraph-io/badger/v4")}, "outside of the fence"},
		{"the store has badger", archtest.CheckImports, files{"worker/platform/store/a.go": importing("github.com/dgraph-io/badger/v4")}, ""},
		{"wazero is the sandbox's", archtest.CheckImports, files{"worker/platform/host/a.go": importing("github.com/tetratelabs/wazero/api")}, "foreign code runs in the sandbox"},
		{"a keeper of the SDK is handed out by app", archtest.CheckImports, files{"x/workers/keeper/a.go": importing("github.com/cosmos/cosmos-sdk/x/bank/keeper")}, "keepers are handed out by app"},
		{"a fence does not bind tests", archtest.CheckImports, files{"x/workers/keeper/a_test.go": importing("github.com/cosmos/cosmos-sdk/x/bank/keeper")}, ""},
		{"nothing is wired by a container", archtest.CheckImports, files{"app/a.go": importing("cosmossdk.io/depinject")}, "wiring is manual"},

		// House.
		{"a file without the header is named", archtest.CheckHeaders, files{"x/a.go": "package p\n"}, "licence header"},
		{"generated files carry no header", archtest.CheckHeaders, files{"x/a.pb.go": "// Code generated by x. DO NOT EDIT.\npackage p\n"}, ""},
		{"a package without a doc comment is named", archtest.CheckPackageDocs, files{"x/a.go": header + "package p\n"}, "no doc comment"},
		{"the licence is no doc comment", archtest.CheckPackageDocs, files{"x/a.go": strings.TrimSuffix(header, "\n") + "package main\n"}, "no doc comment"},
		{"generated code owes no doc comment", archtest.CheckPackageDocs, files{"x/a.pb.go": "// Code generated by x. DO NOT EDIT.\npackage p\n"}, ""},
		{"one documented file is enough", archtest.CheckPackageDocs, files{"x/a.go": header + "package p\n", "x/doc.go": header + "// Package p is.\npackage p\n"}, ""},
		{"a file of 700 lines is named", archtest.CheckSizes, files{"x/a.go": header + "package p\n" + strings.Repeat("\n", 700)}, "more than 600"},
		{"a promise without a number is named", archtest.CheckPromises, files{"x/a.go": header + "package p // TO" + "DO later\n"}, "issue number"},
		{"a promise with a number stands", archtest.CheckPromises, files{"x/a.go": header + "package p // TO" + "DO(#12): later\n"}, ""},

		// Determinism.
		{"a float type", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("var _ float64")}, "uses float64"},
		{"a float literal", archtest.CheckDeterminism, files{"app/a.go": inFunc("_ = 1.5")}, "float literal"},
		{"a float function", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("_ = math.Sqrt(2)", "math")}, "uses math.Sqrt"},
		{"an integer limit is no float", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("_ = math.MaxInt64", "math")}, ""},
		{"the machine's clock", archtest.CheckDeterminism, files{"x/workers/keeper/a.go": inFunc("_ = time.Now()", "time")}, "uses time.Now"},
		{"a duration is no clock", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("_ = time.Second", "time")}, ""},
		{"a goroutine", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("go f()")}, "starts a goroutine"},
		{"the machine's dice", archtest.CheckDeterminism, files{"x/workers/a.go": importing("math/rand/v2")}, "imports math/rand/v2"},
		{"a range over a local map", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("m := map[string]int{}\nfor range m {}")}, "ranges over the map m"},
		{"a range over a made map", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("m := make(map[string]int)\nfor range m {}")}, "ranges over the map m"},
		{"a range over a map's iterator", archtest.CheckDeterminism, files{"x/workers/a.go": inFunc("for range maps.Keys(m) {}", "maps")}, "ranges over maps.Keys"},
		{"a range over sorted keys", archtest.CheckDeterminism, files{"x/workers/a.go": header + "package p\nimport (\"maps\"; \"slices\")\nfunc f(m map[string]int) {\nfor range slices.Sorted(maps.Keys(m)) {}\n}\n"}, ""},
		{"tests and simulations may", archtest.CheckDeterminism, files{"x/workers/a_test.go": inFunc("go f()"), "x/workers/simulation/a.go": importing("math/rand")}, ""},
		{"the worker may", archtest.CheckDeterminism, files{"worker/a.go": inFunc("go f()")}, ""},
		{"a handler that panics", archtest.CheckPanics, files{"x/workers/keeper/a.go": inFunc("panic(1)")}, "f panics"},
		{"a constructor may panic", archtest.CheckPanics, files{"x/workers/keeper/a.go": header + "package p\nfunc New() { panic(1) }\n"}, ""},

		// Errors.
		{"error code 1", archtest.CheckErrorCodes, files{"x/workers/errors.go": inFunc(`errors.Register("workers", 1, "x")`, "cosmossdk.io/errors")}, "error code 1"},
		{"an error code twice", archtest.CheckErrorCodes, files{"x/workers/errors.go": inFunc("errors.Register(\"workers\", 2, \"x\")\nerrors.Register(\"workers\", 2, \"y\")", "cosmossdk.io/errors")}, "is taken at"},
		{"an error code by name", archtest.CheckErrorCodes, files{"x/workers/errors.go": inFunc(`errors.Register("workers", code, "x")`, "cosmossdk.io/errors")}, "not a literal"},
		{"error codes 2 and 3", archtest.CheckErrorCodes, files{"x/workers/errors.go": inFunc("errors.Register(M, 2, \"x\")\nerrors.Register(M, 3, \"y\")", "cosmossdk.io/errors")}, ""},

		// Messages.
		{"a whole message", archtest.CheckMessages, files{"proto/tx.proto": tx, "x/workers/README.md": "`MsgRegister` adds one."}, ""},
		{"a message that no README names", archtest.CheckMessages, files{"proto/tx.proto": tx, "x/workers/README.md": "MsgRegisterResponse", "x/workers/module/module.go": importing()}, "is not named in x/workers/README.md"},
		{"a message without a signer", archtest.CheckMessages, files{"proto/tx.proto": strings.Replace(tx, "cosmos.msg.v1.signer", "x", 1), "x/workers/README.md": "MsgRegister"}, "names no signer"},
		{"a message without an amino name", archtest.CheckMessages, files{"proto/tx.proto": strings.Replace(tx, "amino.name", "x", 1), "x/workers/README.md": "MsgRegister"}, "has no amino name"},
		{"an amino name that a Ledger cuts off", archtest.CheckMessages, files{"proto/tx.proto": strings.Replace(tx, "/MsgRegister\"", "/MsgRegisterAndMuchLonger\"", 1), "x/workers/README.md": "MsgRegister"}, "has 41 characters"},
		{"a service that is not marked", archtest.CheckMessages, files{"proto/tx.proto": strings.Replace(tx, "cosmos.msg.v1.service", "x", 1), "x/workers/README.md": "MsgRegister"}, "is not marked"},
		{"a message without a command", archtest.CheckCommands, files{"proto/tx.proto": tx, "x/workers/module/module.go": importing()}, "Msg Register has no command"},
		{"a message with a command", archtest.CheckCommands, files{"proto/tx.proto": tx, "x/workers/module/autocli.go": inFunc(`_ = "Register"`)}, ""},

		// Vocabulary.
		{"a message of plain values", archtest.CheckVocabulary, files{"worker/message/a.go": header + "package message\ntype Height struct { At int64; Who []string }\n"}, ""},
		{"a message with a pointer", archtest.CheckVocabulary, files{"worker/message/a.go": header + "package message\ntype Height struct { At *int64 }\n"}, "a field holds a pointer"},
		{"a message with a type of the SDK", archtest.CheckVocabulary, files{"worker/message/a.go": importing("github.com/cosmos/cosmos-sdk/types")}, "imports github.com/cosmos"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			problems := test.check(test.files.load(t))
			switch {
			case test.want == "" && len(problems) > 0:
				t.Errorf("want no problem, got %v", problems)
			case test.want != "" && (len(problems) != 1 || !strings.Contains(problems[0].String(), test.want)):
				t.Errorf("want one problem with %q, got %v", test.want, problems)
			}
		})
	}
}
