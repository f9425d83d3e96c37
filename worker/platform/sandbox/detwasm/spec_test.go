// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// The official tests of WebAssembly 1.0 and 2.0, as wast2json makes them, are
// part of wazero's own module.

type specCommand struct {
	Type       string     `json:"type"`
	Line       int        `json:"line"`
	Name       string     `json:"name"`
	Filename   string     `json:"filename"`
	As         string     `json:"as"`
	ModuleType string     `json:"module_type"`
	Text       string     `json:"text"`
	Action     specAction `json:"action"`
	Expected   []specVal  `json:"expected"`
}

type specAction struct {
	Type   string    `json:"type"`
	Module string    `json:"module"`
	Field  string    `json:"field"`
	Args   []specVal `json:"args"`
}

type specVal struct {
	Type  string `json:"type"`
	Lanes string `json:"lane_type"`
	Value any    `json:"value"`
}

// specDir is where wazero's module keeps the tests.
func specDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command(filepath.Join(build.Default.GOROOT, "bin", "go"), //nolint:gosec // the toolchain of this test
		"list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		out, err = exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "internal", "integration_test", "spectest")
}

// validSince are the reasons of WebAssembly 1.0 for which a module is not valid
// and that 2.0 does not have any more. The suite of 2.0 has no such cases.
var validSince = map[string]bool{"invalid result arity": true, "multiple tables": true}

// deviations are the cases that rely on what a module leaves behind in the
// tables and memories of others when its segments are out of bounds (the profile
// refuses it before it is instantiated), and the one of 1.0 that is valid in 2.0.
var deviations = map[string][]int{
	"v1/linking.json":           {387, 388},
	"v1/unreached-invalid.json": {539},
	"v2/linking.json":           {275, 288, 406, 419, 452, 453},
	// f64x2.neg keeps its bits: a canonical NaN becomes the negative one.
	"v2/simd_f64x2_arith.json": {5297},
}

// specCounts is what a run of the suite did and left out.
type specCounts struct {
	modules, returns, traps, exhaustions, invalid, malformed, unlinkable int
	// refused are the modules that the profile refuses, by construct, and
	// skipped the commands that need one of them or a text parser.
	refused map[string]int
	skipped int
}

type specRun struct {
	t       *testing.T
	version string // v1 or v2
	dir     string
	config  wazero.RuntimeConfig
	counts  *specCounts
	// gas is what every action used, in order.
	gas *[]int64
}

// file runs the commands of one file.
func (s *specRun) file(name string) {
	t := s.t
	raw, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var suite struct {
		Commands []specCommand `json:"commands"`
	}
	if err := json.Unmarshal(raw, &suite); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	r := wazero.NewRuntimeWithConfig(ctx, s.config)
	defer func() { _ = r.Close(ctx) }()
	host, err := os.ReadFile(filepath.Join(s.dir, "..", "..", "testdata", "spectest.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	spectest, err := r.InstantiateWithConfig(ctx, host, wazero.NewModuleConfig().WithName("spectest"))
	if err != nil {
		t.Fatal(err)
	}
	registered := map[string]api.Module{"spectest": spectest}
	ctx = experimental.WithImportResolver(ctx, func(name string) api.Module { return registered[name] })
	named := map[string]api.Module{}
	var all []api.Module
	var last api.Module
	instantiate := func(code []byte) (api.Module, error) {
		m, err := detwasm.Instrument(code, detwasm.Options{Import: func(detwasm.Import) error { return nil }})
		if err != nil {
			return nil, err
		}
		return r.InstantiateWithConfig(ctx, m.Code, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	}
	for _, c := range suite.Commands {
		at := fmt.Sprintf("%s:%d", name, c.Line)
		if slices.Contains(deviations[s.version+"/"+name], c.Line) {
			continue
		}
		var code []byte
		if c.Filename != "" && c.ModuleType != "text" {
			if code, err = os.ReadFile(filepath.Join(s.dir, c.Filename)); err != nil {
				t.Fatal(err)
			}
		}
		switch c.Type {
		case "module":
			m, err := instantiate(code)
			var refusal *detwasm.Error
			if errors.As(err, &refusal) {
				s.counts.refused[refusal.Construct]++
			} else if err != nil {
				t.Errorf("%s: %v", at, err)
			}
			last = m
			if c.Name != "" {
				named[c.Name] = m
			}
			if m != nil {
				s.counts.modules++
				all = append(all, m)
			}
		case "register":
			registered[c.As] = last
			if c.Name != "" {
				registered[c.As] = named[c.Name]
			}
		case "action", "assert_return", "assert_trap", "assert_exhaustion":
			m := last
			if c.Action.Module != "" {
				m = named[c.Action.Module]
			}
			if m == nil {
				s.counts.skipped++
				continue
			}
			s.action(at, &c, m, all)
		case "assert_invalid", "assert_malformed":
			if c.ModuleType == "text" {
				s.counts.skipped++
				continue
			}
			_, err := detwasm.Instrument(code, detwasm.Options{Import: func(detwasm.Import) error { return nil }})
			var refusal *detwasm.Error
			if !errors.As(err, &refusal) && !validSince[c.Text] {
				t.Errorf("%s: a module that is not valid was accepted (%s)", at, c.Text)
			}
			if c.Type == "assert_invalid" {
				s.counts.invalid++
			} else {
				s.counts.malformed++
			}
		case "assert_unlinkable", "assert_uninstantiable":
			if _, err := instantiate(code); err == nil {
				t.Errorf("%s: the module was instantiated", at)
			}
			s.counts.unlinkable++
		default:
			t.Fatalf("%s: unknown command %s", at, c.Type)
		}
	}
}

// action runs one action with full globals and checks what came of it.
func (s *specRun) action(at string, c *specCommand, m api.Module, all []api.Module) {
	t := s.t
	const limit = 1 << 40
	for _, m := range all {
		setGlobal(t, m, detwasm.GasGlobal, limit)
		setGlobal(t, m, detwasm.StackGlobal, specStack)
	}
	if c.Action.Type == "get" {
		if got, want := m.ExportedGlobal(c.Action.Field).Get(), words(t, &c.Expected[0])[0]; got != want {
			t.Errorf("%s: the global is %#x, not %#x", at, got, want)
		}
		s.counts.returns++
		return
	}
	var args []uint64
	for i := range c.Action.Args {
		args = append(args, words(t, &c.Action.Args[i])...)
	}
	results, err := m.ExportedFunction(c.Action.Field).Call(t.Context(), args...)
	var used int64
	for _, m := range all {
		used += limit - getGlobal(m, detwasm.GasGlobal)
	}
	*s.gas = append(*s.gas, used)
	switch c.Type {
	case "assert_trap":
		s.counts.traps++
		if err == nil || getGlobal(m, detwasm.GasGlobal) < 0 || getGlobal(m, detwasm.StackGlobal) < 0 {
			t.Errorf("%s: no trap of the guest's (%s): %v", at, c.Text, err)
		}
	case "assert_exhaustion":
		s.counts.exhaustions++
		if err == nil || getGlobal(m, detwasm.StackGlobal) >= 0 {
			t.Errorf("%s: not out of depth: %v", at, err)
		}
	default:
		s.counts.returns++
		if err != nil {
			t.Errorf("%s: %v", at, err)
			return
		}
		if left := getGlobal(m, detwasm.StackGlobal); left != specStack {
			t.Errorf("%s: %d bytes of stack were not given back", at, specStack-left)
		}
		var want []uint64
		for i := range c.Expected {
			want = append(want, words(t, &c.Expected[i])...)
		}
		if len(results) != len(want) {
			t.Errorf("%s: %d results, not %d", at, len(results), len(want))
			return
		}
		anyRef := len(c.Expected) == 1 && c.Expected[0].Value == nil && strings.HasSuffix(c.Expected[0].Type, "ref")
		for i := range want {
			if len(want) == len(c.Expected) && strings.HasSuffix(c.Expected[i].Type, "32") {
				results[i] = uint64(uint32(results[i])) // the rest of the word means nothing
			}
			if results[i] != want[i] && !anyRef {
				t.Errorf("%s: result %d is %#x, not %#x", at, i, results[i], want[i])
			}
		}
	}
}

// specStack is so little that the profile's limit comes before that of wazero's
// interpreter, which is 2000 frames.
const specStack = 1 << 20

// words are the 64-bit words of a value. A NaN of any kind is the canonical one:
// that is what instrumented code answers.
func words(t *testing.T, v *specVal) []uint64 {
	t.Helper()
	number := func(s, kind string) uint64 {
		bits := 64
		for _, b := range []int{8, 16, 32} {
			if strings.HasSuffix(kind, strconv.Itoa(b)) {
				bits = b
			}
		}
		if strings.HasPrefix(s, "nan:") {
			if bits == 32 {
				return 0x7fc00000
			}
			return 0x7ff8000000000000
		}
		n, err := strconv.ParseUint(s, 10, bits)
		if err != nil {
			i, err := strconv.ParseInt(s, 10, bits)
			if err != nil {
				t.Fatal(err)
			}
			n = uint64(i) & (1<<bits - 1)
		}
		return n
	}
	switch value := v.Value.(type) {
	case nil:
		return []uint64{0}
	case string:
		switch {
		case value == "null":
			return []uint64{0}
		case v.Type == "externref":
			return []uint64{number(value, v.Type) + 1} // wazero's null is 0
		}
		return []uint64{number(value, v.Type)}
	case []any:
		var w [2]uint64
		width := 128 / len(value)
		for i, lane := range value {
			w[i*width/64] |= number(lane.(string), v.Lanes) << (i * width % 64)
		}
		return w[:]
	}
	t.Fatalf("a value of %T", v.Value)
	return nil
}

func runSpec(t *testing.T, base, version string, config wazero.RuntimeConfig) (*specCounts, []int64) {
	t.Helper()
	dir := filepath.Join(base, version, "testdata")
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	counts := &specCounts{refused: map[string]int{}}
	var gas []int64
	for _, f := range files {
		(&specRun{t: t, version: version, dir: dir, config: config, counts: counts, gas: &gas}).file(filepath.Base(f))
	}
	return counts, gas
}

func TestTheOfficialTestsPassOnInstrumentedModules(t *testing.T) {
	base := specDir(t)
	for _, v := range []struct {
		name string
		// What must at least have run, so that nothing is left out in silence.
		modules, returns, traps, exhaustions, invalid, malformed int
	}{
		{"v1", 750, 15_600, 458, 15, 988, 661},
		{"v2", 1570, 45_800, 2408, 15, 2146, 719},
	} {
		t.Run(v.name, func(t *testing.T) {
			c, gas := runSpec(t, base, v.name, compilerConfig())
			t.Logf("%+v", *c)
			if c.modules < v.modules || c.returns < v.returns || c.traps < v.traps ||
				c.exhaustions < v.exhaustions || c.invalid < v.invalid || c.malformed < v.malformed {
				t.Errorf("less ran than the suite has")
			}
			if testing.Short() {
				return
			}
			_, again := runSpec(t, base, v.name, wazero.NewRuntimeConfigInterpreter())
			if len(gas) != len(again) {
				t.Fatalf("%d actions on the compiler, %d on the interpreter", len(gas), len(again))
			}
			for i := range gas {
				if gas[i] != again[i] {
					t.Fatalf("action %d used %d gas on the compiler, %d on the interpreter", i, gas[i], again[i])
				}
			}
		})
	}
}
