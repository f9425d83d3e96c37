// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"bytes"
	"encoding/binary"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
)

// memorySize is the guest's memory in scripts and vectors, in bytes.
const memorySize = 64 << 10

// Where scripts put things.
const (
	atResult  = 0x100
	atPath    = 0x1000
	atPath2   = 0x3000
	atVectors = 0x5000
	atBuffer  = 0x8000
)

// machine is a guest without an engine.
type machine struct {
	memory []byte
	used   uint64
	limit  uint64
}

func newMachine() *machine { return &machine{memory: make([]byte, memorySize), limit: 1 << 62} }

func (m *machine) Memory() []byte { return m.memory }

func (m *machine) Charge(gas uint64) error {
	if gas > m.limit-m.used {
		return ErrOutOfGas
	}
	m.used += gas
	return nil
}

var byName = func() map[string]Function {
	table := make(map[string]Function)
	for _, f := range Functions() {
		table[f.Name] = f
	}
	return table
}()

// setup is a Config that can be written down.
type setup struct {
	Args   []string          `json:"args,omitempty"`
	Env    []string          `json:"env,omitempty"`
	Stdin  string            `json:"stdin,omitempty"`
	Inputs map[string]string `json:"inputs,omitempty"`
	Limit  uint64            `json:"output_limit"`
	Seed   string            `json:"seed,omitempty"` // 32 bytes of text, or zeros
}

func (s setup) world(stdout, stderr *bytes.Buffer) *World {
	cfg := Config{
		Args: s.Args, Env: s.Env, OutputLimit: s.Limit, Stdout: stdout, Stderr: stderr,
		Stdin: strings.NewReader(s.Stdin), StdinSize: int64(len(s.Stdin)),
	}
	copy(cfg.Seed[:], s.Seed)
	for name, content := range s.Inputs {
		cfg.Inputs = append(cfg.Inputs, File{Name: name, Content: strings.NewReader(content), Size: int64(len(content))})
	}
	return New(cfg)
}

// script plays a guest by hand and takes down what happens.
type script struct {
	*testing.T
	*machine
	world          *World
	stdout, stderr bytes.Buffer
	pending        []patch
	steps          []step
}

func newScript(t *testing.T, s setup) *script {
	sc := &script{T: t, machine: newMachine()}
	sc.world = s.world(&sc.stdout, &sc.stderr)
	return sc
}

// poke is the guest writing to its own memory.
func (s *script) poke(ptr uint64, p []byte) {
	copy(s.memory[ptr:], p)
	s.pending = append(s.pending, patch{ptr, p})
}

func (s *script) pokeString(ptr uint64, text string) (uint64, uint64) {
	s.poke(ptr, []byte(text))
	return ptr, uint64(len(text))
}

// call calls a function, expects want, and returns the gas it took. A call that
// fails may change nothing.
func (s *script) call(want Errno, name string, args ...uint64) uint64 {
	s.Helper()
	f := byName[name]
	if len(args) != len(f.Params) {
		s.Fatalf("%s takes %d arguments, not %d", name, len(f.Params), len(args))
	}
	before, world, gas := bytes.Clone(s.memory), s.world.fingerprint(), s.used
	errno, err := f.Call(s.world, s.machine, args)
	took := s.used - gas
	st := step{Write: s.pending, Call: name, Errno: errno, Gas: took, Changed: diff(before, s.memory)}
	for i, a := range args {
		st.Args = append(st.Args, number(a))
		if f.Params[i] == i32 {
			st.Args[i] = number(uint32(a))
		}
	}
	s.pending = nil
	var exit *ExitError
	if errors.As(err, &exit) {
		code := exit.Code
		st.Exit = &code
	} else if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	s.steps = append(s.steps, st)
	if Errno(errno) != want {
		s.Errorf("%s%v answers %v, not %v", name, args, Errno(errno), want)
	}
	if errno != 0 && (len(st.Changed) > 0 || s.world.fingerprint() != world) {
		s.Errorf("%s%v answers %v and has changed something", name, args, Errno(errno))
	}
	if took < gasCall {
		s.Errorf("%s%v takes %d gas", name, args, took)
	}
	return took
}

func (s *script) u16(ptr uint64) uint64 { return uint64(binary.LittleEndian.Uint16(s.memory[ptr:])) }
func (s *script) u32(ptr uint64) uint64 { return uint64(binary.LittleEndian.Uint32(s.memory[ptr:])) }
func (s *script) u64(ptr uint64) uint64 { return binary.LittleEndian.Uint64(s.memory[ptr:]) }

func (s *script) path(text string) (uint64, uint64)  { return s.pokeString(atPath, text) }
func (s *script) path2(text string) (uint64, uint64) { return s.pokeString(atPath2, text) }

// open opens a path below a folder.
func (s *script) open(want Errno, dir uint64, path string, oflags, rights uint64) uint64 {
	s.Helper()
	ptr, size := s.path(path)
	s.call(want, "path_open", dir, 1, ptr, size, oflags, rights, rightsFile, 0, atResult)
	return s.u32(atResult)
}

// create makes a file in /out that can be read and written.
func (s *script) create(path string) uint64 {
	s.Helper()
	return s.open(0, fdOut, path, openCreate|openExclusive, rightRead|rightWrite)
}

func (s *script) mkdir(want Errno, path string) {
	s.Helper()
	ptr, size := s.path(path)
	s.call(want, "path_create_directory", fdOut, ptr, size)
}

// buffers writes an array of iovec over buffers of these sizes, one behind the other.
func (s *script) buffers(sizes ...int) (uint64, uint64) {
	var array []byte
	at := uint32(atBuffer)
	for _, n := range sizes {
		array = binary.LittleEndian.AppendUint32(array, at)
		array = binary.LittleEndian.AppendUint32(array, uint32(n))
		at += uint32(n)
	}
	s.poke(atVectors, array)
	return atVectors, uint64(len(sizes))
}

// write writes text in one piece.
func (s *script) write(want Errno, fd uint64, text string) uint64 {
	s.Helper()
	s.poke(atBuffer, []byte(text))
	ptr, n := s.buffers(len(text))
	gas := s.call(want, "fd_write", fd, ptr, n, atResult)
	if want == 0 && s.u32(atResult) != uint64(len(text)) {
		s.Errorf("%d bytes written of %q", s.u32(atResult), text)
	}
	return gas
}

func (s *script) pwrite(want Errno, fd, off uint64, text string) {
	s.Helper()
	s.poke(atBuffer, []byte(text))
	ptr, n := s.buffers(len(text))
	s.call(want, "fd_pwrite", fd, ptr, n, off, atResult)
}

// read reads once, up to size bytes.
func (s *script) read(want Errno, fd uint64, size int) string {
	s.Helper()
	ptr, n := s.buffers(size)
	s.call(want, "fd_read", fd, ptr, n, atResult)
	if want != 0 {
		return ""
	}
	return string(s.memory[atBuffer:][:s.u32(atResult)])
}

func (s *script) pread(want Errno, fd, off uint64, size int) string {
	s.Helper()
	ptr, n := s.buffers(size)
	s.call(want, "fd_pread", fd, ptr, n, off, atResult)
	if want != 0 {
		return ""
	}
	return string(s.memory[atBuffer:][:s.u32(atResult)])
}

// inOrder ranges over a map by its keys, as vectors are the same every time.
func inOrder(m map[string]Errno) iter.Seq2[string, Errno] {
	return func(yield func(string, Errno) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

// name is an entry of a listing.
type name struct {
	next, ino uint64
	kind      byte
	name      string
}

// list reads one buffer of a listing.
func (s *script) list(fd uint64, size int, cookie uint64) []name {
	s.Helper()
	s.call(0, "fd_readdir", fd, atBuffer, uint64(size), cookie, atResult)
	p := s.memory[atBuffer:][:s.u32(atResult)]
	var names []name
	for len(p) >= sizeDirent {
		n := uint64(binary.LittleEndian.Uint32(p[16:]))
		if uint64(len(p)) < sizeDirent+n {
			break
		}
		names = append(names, name{
			binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:]), p[20], string(p[sizeDirent:][:n]),
		})
		p = p[sizeDirent+n:]
	}
	return names
}

func namesOf(list []name) []string {
	var names []string
	for _, n := range list {
		names = append(names, n.name)
	}
	return names
}

func (s *script) wantNames(list []name, want ...string) {
	s.Helper()
	if got := namesOf(list); !slices.Equal(got, want) {
		s.Errorf("the listing is %q, not %q", got, want)
	}
}

func (s *script) wantText(got, want string) {
	s.Helper()
	if got != want {
		s.Errorf("got %q, not %q", got, want)
	}
}

func (s *script) wantNumber(what string, got, want uint64) {
	s.Helper()
	if got != want {
		s.Errorf("%s is %d, not %d", what, got, want)
	}
}
