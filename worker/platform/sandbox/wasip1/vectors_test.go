// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

const vectorsPath = "testdata/vectors.json"

// vectorFile is testdata/vectors.json; docs/detwasm.md describes it.
type vectorFile struct {
	Memory  int    `json:"memory"`
	Vectors []life `json:"vectors"`
}

// life is one guest's life.
type life struct {
	Name   string      `json:"name"`
	World  setup       `json:"world"`
	Steps  []step      `json:"steps"`
	Stdout hexBytes    `json:"stdout,omitempty"`
	Stderr hexBytes    `json:"stderr,omitempty"`
	Out    []delivered `json:"out,omitempty"`
}

// step is one call: what the guest writes to its memory before it, and what is
// different after it.
type step struct {
	Write   []patch  `json:"write,omitempty"`
	Call    string   `json:"call"`
	Args    []number `json:"args"`
	Errno   uint32   `json:"errno"`
	Exit    *uint32  `json:"exit,omitempty"`
	Gas     uint64   `json:"gas"`
	Changed []patch  `json:"changed,omitempty"`
}

type patch struct {
	At    uint64   `json:"at"`
	Bytes hexBytes `json:"bytes"`
}

// delivered is one entry of World.Out.
type delivered struct {
	Path  string   `json:"path"`
	Dir   bool     `json:"dir,omitempty"`
	Bytes hexBytes `json:"bytes,omitempty"`
}

// number is a decimal string, as JSON readers lose digits above 2^53.
type number uint64

func (n number) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(n), 10), nil }

func (n *number) UnmarshalText(text []byte) error {
	v, err := strconv.ParseUint(string(text), 10, 64)
	*n = number(v)
	return err
}

type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

func (h *hexBytes) UnmarshalText(text []byte) error {
	p, err := hex.DecodeString(string(text))
	*h = p
	return err
}

// diff lists the ranges in which two memories differ.
func diff(before, after []byte) []patch {
	var list []patch
	for i := 0; i < len(after); i++ {
		if before[i] == after[i] {
			continue
		}
		from := i
		for i < len(after) && before[i] != after[i] {
			i++
		}
		list = append(list, patch{uint64(from), bytes.Clone(after[from:i])})
	}
	return list
}

// deliveredBy is what a world leaves in /out.
func deliveredBy(t testing.TB, w *World) []delivered {
	var list []delivered
	for _, o := range w.Out() {
		d := delivered{Path: o.Path, Dir: o.Dir}
		if !o.Dir {
			var content bytes.Buffer
			if n, err := o.WriteTo(&content); err != nil || uint64(n) != o.Size {
				t.Errorf("%s: %d bytes of %d, %v", o.Path, n, o.Size, err)
			}
			d.Bytes = content.Bytes()
		}
		list = append(list, d)
	}
	return list
}

// fingerprint is all that a guest could find out about its world.
func (w *World) fingerprint() uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, w.clock, w.left, w.out.entries)
	seen := map[*node]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		fmt.Fprint(h, n.tree.device, n.ino, n.dir, n.size, n.linked, n.opened)
		for i, p := range n.pages {
			if p != nil {
				fmt.Fprint(h, i)
				h.Write(p[:])
			}
		}
		if n.dir {
			for _, name := range n.names() {
				fmt.Fprintf(h, "%q", name)
				walk(n.entries[name])
			}
		}
	}
	for fd, d := range w.descriptors {
		if d != nil {
			fmt.Fprint(h, fd, d.base, d.inheriting, d.flags, d.offset, d.listing)
			walk(d.node)
		}
	}
	walk(w.out.root)
	return h.Sum64()
}

// play runs every script and takes it down.
func play(t *testing.T) []life {
	var list []life
	for _, sc := range slices.Concat(systemScripts, pollScripts, descriptorScripts, ioScripts, pathScripts, entryScripts) {
		t.Run(sc.name, func(t *testing.T) {
			s := newScript(t, sc.world)
			sc.play(s)
			list = append(list, life{
				Name: sc.name, World: sc.world, Steps: s.steps, Out: deliveredBy(t, s.world),
				Stdout: s.stdout.Bytes(), Stderr: s.stderr.Bytes(),
			})
		})
	}
	return list
}

// scripted is a test that becomes a vector.
type scripted struct {
	name  string
	world setup
	play  func(*script)
}

func TestScriptsAndVectorsSayTheSame(t *testing.T) {
	played := vectorFile{Memory: memorySize, Vectors: play(t)}
	if t.Failed() {
		return
	}
	body := encodeVectors(t, played)
	if *update {
		if err := os.WriteFile(vectorsPath, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(vectorsPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(body, kept) {
		t.Errorf("%s is not what the scripts do: the protocol has changed, or run this test with -update", vectorsPath)
	}
}

// encodeVectors writes a step a line.
func encodeVectors(t *testing.T, f vectorFile) []byte {
	var b bytes.Buffer
	line := func(v any) []byte {
		p, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	fmt.Fprintf(&b, "{\"memory\":%d,\"vectors\":[\n", f.Memory)
	for i, v := range f.Vectors {
		steps := v.Steps
		v.Steps = nil
		head := bytes.Split(line(v), []byte(`"steps":null`))
		fmt.Fprintf(&b, "%s\"steps\":[\n", head[0])
		for j, s := range steps {
			fmt.Fprintf(&b, "  %s%s\n", line(s), comma(j, len(steps)))
		}
		fmt.Fprintf(&b, "]%s%s\n", head[1], comma(i, len(f.Vectors)))
	}
	b.WriteString("]}\n")
	return b.Bytes()
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

// TestVectors is what another implementation does with the file.
func TestVectors(t *testing.T) {
	body, err := os.ReadFile(vectorsPath)
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(body, &file); err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			w, m := v.World.world(&stdout, &stderr), newMachine()
			for i, st := range v.Steps {
				called[st.Call] = true
				replay(t, w, m, i, st)
			}
			if !bytes.Equal(stdout.Bytes(), v.Stdout) || !bytes.Equal(stderr.Bytes(), v.Stderr) {
				t.Errorf("stdout %q, stderr %q", &stdout, &stderr)
			}
			if got := deliveredBy(t, w); fmt.Sprint(got) != fmt.Sprint(v.Out) {
				t.Errorf("/out holds %v, not %v", got, v.Out)
			}
		})
	}
	for _, f := range Functions() {
		if !called[f.Name] {
			t.Errorf("no vector calls %s", f.Name)
		}
	}
}

func replay(t *testing.T, w *World, m *machine, i int, st step) {
	var args []uint64
	for _, a := range st.Args {
		args = append(args, uint64(a))
	}
	for _, p := range st.Write {
		copy(m.memory[p.At:], p.Bytes)
	}
	want := bytes.Clone(m.memory)
	for _, p := range st.Changed {
		copy(want[p.At:], p.Bytes)
	}
	before := m.used
	errno, err := byName[st.Call].Call(w, m, args)
	if exit, left := err.(*ExitError); left != (st.Exit != nil) || left && exit.Code != *st.Exit { //nolint:errorlint // never wrapped
		t.Errorf("step %d, %s: ends with %v", i, st.Call, err)
	}
	if errno != st.Errno || m.used-before != st.Gas || !bytes.Equal(m.memory, want) {
		t.Errorf("step %d, %s: errno %d and %d gas, not %d and %d", i, st.Call, errno, m.used-before, st.Errno, st.Gas)
	}
}
