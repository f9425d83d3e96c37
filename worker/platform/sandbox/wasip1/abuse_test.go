// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

func TestD7_OnlyTheFunctionsOfPreview1CanBeImported(t *testing.T) {
	for _, f := range Functions() {
		i := detwasm.Import{Module: Module, Name: f.Name, Kind: detwasm.ExternFunc, Func: detwasm.FuncType{Params: f.Params, Results: f.Results}}
		if err := CheckImport(i); err != nil {
			t.Error(err)
		}
		for what, change := range map[string]func(*detwasm.Import){
			"a parameter more":  func(i *detwasm.Import) { i.Func.Params = append([]detwasm.ValType{i32}, i.Func.Params...) },
			"a result more":     func(i *detwasm.Import) { i.Func.Results = append([]detwasm.ValType{i32}, i.Func.Results...) },
			"results of an i64": func(i *detwasm.Import) { i.Func.Results = []detwasm.ValType{i64} },
			"another module":    func(i *detwasm.Import) { i.Module = "env" },
			"preview 0":         func(i *detwasm.Import) { i.Module = "wasi_unstable" },
			"another name":      func(i *detwasm.Import) { i.Name += "_" },
			"a global":          func(i *detwasm.Import) { i.Kind = detwasm.ExternGlobal },
			"a memory":          func(i *detwasm.Import) { i.Kind = detwasm.ExternMemory },
		} {
			bad := i
			change(&bad)
			if err := CheckImport(bad); err == nil || !strings.Contains(err.Error(), bad.Name) || !strings.Contains(err.Error(), bad.Module) {
				t.Errorf("%s with %s: %v", f.Name, what, err)
			}
		}
	}
	for _, i := range []detwasm.Import{
		{}, {Module: Module}, {Module: "env", Name: "fork"}, {Module: Module, Name: "proc_fork"}, {Module: Module, Name: "sock_open"},
		{Module: Module, Name: "thread-spawn"}, {Module: "wasi", Name: "thread-spawn"}, {Module: "wasi_snapshot_preview2", Name: "fd_read"},
		{Module: "wasix_32v1", Name: "proc_exec"}, {Module: "wasi_snapshot_preview1\x00", Name: "fd_read"}, {Module: "gojs", Name: "runtime.wasmExit"},
	} {
		if err := CheckImport(i); err == nil {
			t.Errorf("%q.%q can be imported", i.Module, i.Name)
		}
	}
	err := CheckImport(detwasm.Import{Module: "wasi_unstable", Name: "fd_write"})
	if err == nil || !strings.Contains(err.Error(), "rebuild for preview 1") {
		t.Errorf("preview 0 is refused with %v", err)
	}
}

func TestFunctionsAreThoseOfTheSpecification(t *testing.T) {
	list := Functions()
	if len(list) != 46 {
		t.Errorf("%d functions", len(list))
	}
	list[0].Name = "changed"
	if Functions()[0].Name != "args_get" {
		t.Error("the table can be changed from outside")
	}
}

func TestD7_AMillionHostCallsCostWhatTheyTake(t *testing.T) {
	s := newScript(t, setup{Limit: 1 << 20})
	s.limit = 1_000_000 * gasCall
	calls := 0
	for {
		_, err := byName["sched_yield"].Call(s.world, s.machine, nil)
		if errors.Is(err, ErrOutOfGas) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		calls++
	}
	if calls != 1_000_000 {
		t.Errorf("%d calls", calls)
	}
}

func TestD7_ACallThatCannotBePaidHasNoEffect(t *testing.T) {
	play := func(limit uint64) (*script, error) {
		s := newScript(t, oneInput)
		f := s.create("f")
		s.write(0, f, "abc")
		s.mkdir(0, "d")
		s.poke(atBuffer, []byte(strings.Repeat("x", 100)))
		s.path("d")
		s.path2("e")
		s.buffers(100)
		s.used, s.limit = 0, limit
		return s, nil
	}
	for _, c := range []struct {
		name string
		args []uint64
	}{
		{"fd_write", []uint64{5, atVectors, 1, atResult}}, {"fd_write", []uint64{1, atVectors, 1, atResult}},
		{"fd_pread", []uint64{5, atVectors, 1, 0, atResult}}, {"random_get", []uint64{atBuffer, 100}},
		{"path_rename", []uint64{fdOut, atPath, 1, fdOut, atPath2, 1}}, {"path_open", []uint64{fdOut, 0, atPath2, 1, openCreate, 0, 0, 0, atResult}},
		{"path_create_directory", []uint64{fdOut, atPath2, 1}}, {"path_remove_directory", []uint64{fdOut, atPath, 1}},
		{"fd_readdir", []uint64{fdOut, atBuffer, 200, 0, atResult}}, {"fd_allocate", []uint64{5, 100, 100}},
		{"poll_oneoff", []uint64{atBuffer + 1000, atBuffer, 1, atResult}}, {"args_sizes_get", []uint64{0, 0}},
	} {
		s, _ := play(math.MaxInt64)
		errno, err := byName[c.name].Call(s.world, s.machine, c.args)
		if err != nil || errno != 0 {
			t.Fatal(c.name, errno, err)
		}
		price := s.used
		for limit := uint64(0); limit < price; limit += max(1, price/50) {
			s, _ := play(limit)
			memory, world := string(s.memory), s.world.fingerprint()
			if _, err := byName[c.name].Call(s.world, s.machine, c.args); !errors.Is(err, ErrOutOfGas) {
				t.Errorf("%s with %d gas of %d: %v", c.name, limit, price, err)
			}
			if string(s.memory) != memory || s.world.fingerprint() != world {
				t.Errorf("%s with %d gas of %d has changed something", c.name, limit, price)
			}
		}
	}
}

// broken is a file or stream of a host that fails.
type broken struct{}

var errBroken = errors.New("the disk is gone")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errBroken }
func (broken) Write([]byte) (int, error)         { return 0, errBroken }

func TestAFailureOfTheHostIsNeverShownToTheGuest(t *testing.T) {
	for _, fd := range []uint64{fdStdin, fdStdout, fdStderr, 5} {
		m := newMachine()
		w := New(Config{
			Stdin: broken{}, StdinSize: 10, Stdout: broken{}, Stderr: broken{}, OutputLimit: 100,
			Inputs: []File{{Name: "a", Content: broken{}, Size: 10}},
		})
		s := &script{T: t, machine: m, world: w}
		s.open(0, fdIn, "a", 0, rightRead)
		ptr, n := s.buffers(5)
		name := "fd_read"
		if fd == fdStdout || fd == fdStderr {
			name = "fd_write"
		}
		_, err := byName[name].Call(w, m, []uint64{fd, ptr, n, atResult})
		var host *HostError
		if !errors.As(err, &host) || !errors.Is(err, errBroken) {
			t.Errorf("%s of descriptor %d: %v", name, fd, err)
		}
	}
}

func TestAnInputThatIsShorterThanItWasIsAFailureOfTheHost(t *testing.T) {
	m := newMachine()
	w := New(Config{Stdin: strings.NewReader("short"), StdinSize: 10})
	s := &script{T: t, machine: m, world: w}
	ptr, n := s.buffers(10)
	_, err := byName["fd_read"].Call(w, m, []uint64{fdStdin, ptr, n, atResult})
	var host *HostError
	if !errors.As(err, &host) || !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestAWorldOfNothingWorks(t *testing.T) {
	m := newMachine()
	s := &script{T: t, machine: m, world: New(Config{OutputLimit: 5})}
	s.wantText(s.read(0, fdStdin, 5), "")
	s.write(0, fdStdout, "12345")
	s.write(0, fdStderr, "12345678")
	s.wantNumber("bytes left", s.world.OutputLeft(), 0)
}

func TestWhatIsDeliveredComesInOrder(t *testing.T) {
	s := newScript(t, setup{Limit: 1 << 30})
	for _, dir := range []string{"b", "a", "a/z", "a/z/y", "c"} {
		s.mkdir(0, dir)
	}
	for _, path := range []string{"a/z/file", "a!", "a/a", "é"} {
		s.write(0, s.create(path), path)
	}
	f := s.create("large")
	s.pwrite(0, f, 3*maxPiece, "!")
	s.write(0, s.create("gone"), "gone")
	s.unlink(0, fdOut, "gone")
	var got []string
	for _, o := range s.world.Out() {
		var content strings.Builder
		if n, err := o.WriteTo(&content); err != nil || !o.Dir && uint64(n) != o.Size {
			t.Error(o.Path, n, err)
		}
		got = append(got, o.Path)
		if o.Path == "large" {
			s.wantText(content.String(), strings.Repeat("\x00", 3*maxPiece)+"!")
		}
	}
	s.wantText(strings.Join(got, " "), "a a/a a/z a/z/file a/z/y a! b c large é")
	for _, o := range s.world.Out() {
		if !o.Dir && o.Size > 0 {
			if _, err := o.WriteTo(broken{}); !errors.Is(err, errBroken) {
				t.Error(o.Path, err)
			}
		}
	}
}
