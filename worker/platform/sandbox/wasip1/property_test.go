// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// action is one call of a random guest.
type action struct {
	write []patch
	f     Function
	args  []uint64
}

// drawArgument draws a value that is often a sensible one for some parameter.
func drawArgument(t *rapid.T, kind fmt.Stringer) uint64 {
	small := rapid.Uint64Range(0, 9)
	pointer := rapid.SampledFrom([]uint64{atResult, atPath, atPath2, atVectors, atBuffer, 0, memorySize - 8, memorySize, math.MaxUint32})
	if kind.String() == "i64" {
		return rapid.OneOf(small, rapid.Uint64Range(0, 20_000), rapid.Uint64(),
			rapid.SampledFrom([]uint64{rightRead | rightWrite, rightsFile, math.MaxInt64, math.MaxUint64})).Draw(t, "i64")
	}
	return rapid.OneOf(small, small, pointer, rapid.Uint64Range(0, 300), rapid.Uint64Range(0, math.MaxUint32)).Draw(t, "i32")
}

// drawAction draws a call; half of them are made to succeed more often.
func drawAction(t *rapid.T) action {
	a := action{f: rapid.SampledFrom(functions).Draw(t, "function")}
	for a.f.Name == "proc_exit" {
		a.f = rapid.SampledFrom(functions).Draw(t, "function")
	}
	for _, kind := range a.f.Params {
		a.args = append(a.args, drawArgument(t, kind))
	}
	paths := rapid.SampledFrom([]string{"a", "b", "d", "d/e", "d/e/f", "d/../a", ".", "..", "a/", "d/", "/a", "a\x00", "\xff", ""})
	path, other := paths.Draw(t, "path"), paths.Draw(t, "other")
	a.write = []patch{{atPath, []byte(path)}, {atPath2, []byte(other)}}
	fd := rapid.SampledFrom([]uint64{fdIn, fdOut, fdOut, fdOut, 5, 6}).Draw(t, "folder")
	file := rapid.Uint64Range(0, 9).Draw(t, "descriptor")
	var array []byte
	for range rapid.IntRange(0, 3).Draw(t, "buffers") {
		array = binary.LittleEndian.AppendUint32(array, rapid.Uint32Range(0, memorySize-3000).Draw(t, "buffer"))
		array = binary.LittleEndian.AppendUint32(array, rapid.Uint32Range(0, 3000).Draw(t, "size"))
	}
	a.write = append(a.write, patch{atVectors, array})
	vectors := uint64(len(array) / sizeVector)
	if !rapid.Bool().Draw(t, "sensible") {
		return a
	}
	set := func(values ...uint64) { copy(a.args, values) }
	switch a.f.Name {
	case "path_open":
		set(fd, 1, atPath, uint64(len(path)), a.args[4]&15, a.args[5], a.args[6], a.args[7]&31, atResult)
	case "path_create_directory", "path_remove_directory", "path_unlink_file":
		set(fd, atPath, uint64(len(path)))
	case "path_filestat_get":
		set(fd, 1, atPath, uint64(len(path)), atResult)
	case "path_rename":
		set(fd, atPath, uint64(len(path)), fdOut, atPath2, uint64(len(other)))
	case "fd_read", "fd_write":
		set(file, atVectors, vectors, atResult)
	case "fd_pread", "fd_pwrite":
		set(file, atVectors, vectors, a.args[3]%30_000, atResult)
	case "fd_filestat_set_size", "fd_close":
		set(file, a.args[len(a.args)-1]%30_000)
	case "fd_seek":
		set(file, a.args[1]%30_000, a.args[2]%3, atResult)
	case "fd_readdir":
		set(fd, atBuffer, a.args[2]%300, a.args[3]%5, atResult)
	}
	return a
}

// output is what stdout and all files that still exist take, in bytes.
func (w *World) output(stdout int) uint64 {
	total, seen := uint64(stdout), map[*node]bool{}
	var count func(n *node)
	count = func(n *node) {
		if seen[n] || n.tree != w.out {
			return
		}
		seen[n] = true
		total += n.size
		for _, child := range n.entries {
			count(child)
		}
	}
	count(w.out.root)
	for _, d := range w.descriptors {
		if d != nil {
			count(d.node)
		}
	}
	return total
}

// checkCalls makes the same calls in two worlds.
func checkCalls(t *rapid.T) {
	const limit = 50_000
	s := setup{Args: []string{"a"}, Stdin: "some input", Inputs: map[string]string{"a": "one", "b": "two"}, Limit: limit}
	var stdout, stderr [2]bytes.Buffer
	var worlds [2]*World
	machines := [2]*machine{newMachine(), newMachine()}
	for i := range worlds {
		worlds[i] = s.world(&stdout[i], &stderr[i])
	}
	for range rapid.IntRange(1, 60).Draw(t, "calls") {
		a := drawAction(t)
		var errnos [2]uint32
		for i, w := range worlds {
			m := machines[i]
			for _, p := range a.write {
				copy(m.memory[p.At:], p.Bytes)
			}
			memory, world := bytes.Clone(m.memory), w.fingerprint()
			errno, err := a.f.Call(w, m, a.args)
			if err != nil {
				t.Fatalf("%s%v: %v", a.f.Name, a.args, err)
			}
			errnos[i] = errno
			if errno != 0 && (!bytes.Equal(memory, m.memory) || w.fingerprint() != world) {
				t.Fatalf("%s%v answers %v and has changed something", a.f.Name, a.args, Errno(errno))
			}
			if got := w.output(stdout[i].Len()); got+w.left != limit {
				t.Fatalf("%s%v: %d bytes of output and %d left of %d", a.f.Name, a.args, got, w.left, limit)
			}
			if len(w.descriptors) > MaxDescriptors || w.out.entries != len(w.Out()) || w.out.entries > MaxEntries {
				t.Fatalf("%s%v: %d descriptors, %d entries, %d delivered", a.f.Name, a.args, len(w.descriptors), w.out.entries, len(w.Out()))
			}
			if w.call.mem != nil {
				t.Fatal("memory is kept beyond the call")
			}
		}
		if errnos[0] != errnos[1] || machines[0].used != machines[1].used || !bytes.Equal(machines[0].memory, machines[1].memory) ||
			worlds[0].fingerprint() != worlds[1].fingerprint() {
			t.Fatalf("%s%v differs between two runs", a.f.Name, a.args)
		}
	}
	if !bytes.Equal(stdout[0].Bytes(), stdout[1].Bytes()) || !bytes.Equal(stderr[0].Bytes(), stderr[1].Bytes()) {
		t.Fatal("the streams differ between two runs")
	}
}

func TestD7_RandomCallsKeepTheLimitsAndAreTheSameTwice(t *testing.T) { rapid.Check(t, checkCalls) }

func FuzzD7_Calls(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkCalls)) }

// FuzzD9_Paths looks at every path with the eyes of a simpler reader.
func FuzzD9_Paths(f *testing.F) {
	for _, path := range []string{"a/../b", "../x", "a/./", "/", "", "a\x00", "\xff"} {
		f.Add([]byte(path))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		parsed, errno := parsePath(p)
		level := 0
		for _, name := range parsed.names {
			if name == ".." {
				level--
			} else if level++; CheckName(name) != nil {
				t.Errorf("%q has the name %q", p, name)
			}
			if level < 0 {
				t.Errorf("%q climbs", p)
			}
		}
		if errno == 0 && len(parsed.names) == 0 && !parsed.nameless {
			t.Errorf("%q leads nowhere", p)
		}
	})
}

func TestErrorsSayWhatTheyAre(t *testing.T) {
	err := error(&HostError{Op: "input", Err: errBroken})
	if err.Error() != "input: the disk is gone" || !errors.Is(err, errBroken) {
		t.Error(err)
	}
	if got := (&ExitError{Code: 3}).Error(); got != "exit with code 3" {
		t.Error(got)
	}
	if got := ENOSPC.String() + ", " + Errno(99).String(); got != "nospc, errno 99" {
		t.Error(got)
	}
}
