// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasmgen"
)

// agree compares the engines on one case.
func agree(c difftest.Case) error {
	_, err := run(c)
	return err
}

// run runs a case on both engines, which must agree.
func run(c difftest.Case) (difftest.Report, error) {
	compiled, err := difftest.Compiler.Run(c)
	if err != nil {
		return compiled, err
	}
	interpreted, err := difftest.Interpreter.Run(c)
	if err != nil {
		return compiled, err
	}
	if d := difftest.Difference(compiled, interpreted, true); d != "" {
		return compiled, errors.New("compiler and interpreter differ in " + d)
	}
	return compiled, nil
}

// check compares everything that is said of one input and returns how its
// program ended.
func check(data []byte) (difftest.Report, error) {
	original, instrumented, err := difftest.New(data)
	if err != nil {
		return difftest.Report{}, err
	}
	report, err := run(instrumented)
	if err != nil || report.Status == difftest.OutOfGas || report.Status == difftest.OutOfDepth {
		return report, err
	}
	if !wasmgen.New(data).Config.Canonical {
		return report, nil
	}
	// On the interpreter: the compiler mistranslates some originals, which is why
	// the instrumenter rewrites them (masks_test.go, select_test.go).
	plain, err := difftest.Interpreter.Run(original)
	if err != nil {
		return report, err
	}
	if d := difftest.Difference(plain, report, false); d != "" {
		return report, errors.New("original and instrumented differ in " + d)
	}
	return report, nil
}

func seed(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// DIFFTEST_SEEDS and DIFFTEST_FIRST choose other programs than the usual ones.
// The digest is for comparing machines by eye: it must be the same on every
// architecture.
func TestEnginesAgreeOnGeneratedPrograms(t *testing.T) {
	first, count := number(t, "DIFFTEST_FIRST", 0), number(t, "DIFFTEST_SEEDS", 1000)
	ends := map[difftest.Status]int{}
	var gas []int64
	digests := sha256.New()
	failed := 0
	for n := first; n < first+count; n++ {
		report, err := check(seed(n))
		if err != nil {
			t.Errorf("seed %d: %v", n, err)
			if failed++; failed == 20 {
				break
			}
			continue
		}
		ends[report.Status]++
		digest := report.Digest()
		digests.Write(digest[:])
		gas = append(gas, report.Used)
	}
	if len(gas) == 0 {
		t.Fatal("no program ran")
	}
	slices.Sort(gas)
	t.Logf("ends: %v; gas: %d in the middle, %d at nine tenths", ends, gas[len(gas)/2], gas[len(gas)*9/10])
	t.Logf("digest of all reports: %x", digests.Sum(nil))
	if count < 1000 {
		return
	}
	for _, s := range []difftest.Status{difftest.OK, difftest.Exit, difftest.Trap, difftest.OutOfGas, difftest.OutOfDepth} {
		if ends[s] == 0 {
			t.Errorf("no program ended as %s", s)
		}
	}
	if uint64(ends[difftest.OK]) < count/2 {
		t.Errorf("%d of %d programs ran to their end: too few do real work", ends[difftest.OK], count)
	}
}

// Whether the comparison sees anything is asked of the originals: where NaNs
// are not made canonical, the engines do differ.
func TestEnginesDifferOnNaNsOfOriginalPrograms(t *testing.T) {
	for n := range uint64(2000) {
		original, _, err := difftest.New(seed(n))
		if err != nil {
			t.Fatal(err)
		}
		report, err := check(seed(n))
		if err != nil {
			t.Fatal(err)
		}
		if report.Status != difftest.OK || wasmgen.New(seed(n)).Config.Canonical {
			continue
		}
		compiled, err := difftest.Compiler.Run(original)
		if err != nil {
			t.Fatal(err)
		}
		interpreted, err := difftest.Interpreter.Run(original)
		if err != nil {
			t.Fatal(err)
		}
		if d := difftest.Difference(compiled, interpreted, false); d != "" {
			t.Logf("seed %d: %s", n, d)
			return
		}
	}
	t.Error("no program shows how its engine makes NaNs")
}

// DIFFTEST_EDITS asks for more edited modules than usual.
func TestAnEngineAcceptsWhatTheInstrumenterAccepts(t *testing.T) {
	accepted, failed := 0, 0
	count := number(t, "DIFFTEST_EDITS", 2000)
	first := number(t, "DIFFTEST_FIRST", 0)
	for n := first; n < first+count; n++ {
		edits := sha256.Sum256(seed(n))
		ok, err := checkEdited(seed(n), edits[:4+4*(n%4)])
		if ok {
			accepted++
		}
		if err != nil {
			t.Errorf("seed %d: %v", n, err)
			if failed++; failed == 20 {
				break
			}
		}
	}
	t.Logf("%d of %d edited modules were accepted", accepted, count)
	if accepted == 0 {
		t.Error("no edited module was accepted: the edits are too coarse")
	}
}
