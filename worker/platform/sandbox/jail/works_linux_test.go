// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// goOn does what a guest's host has to do after the seal.
func (p *prisoner) goOn() {
	for _, w := range []struct {
		name string
		do   func() error
	}{
		{"memory is collected while goroutines allocate", collect},
		{"goroutines get new threads", threads},
		{"loops are preempted", preempt},
		{"a timer fires", func() error { <-time.After(time.Millisecond); return nil }},
		{"an open file is read", func() error {
			text := make([]byte, 6)
			_, err := os.NewFile(fdInput, "input").ReadAt(text, 0)
			return errors.Join(err, same(string(text), "secret"))
		}},
		{"there is randomness", func() error { _, err := rand.Read(make([]byte, 8)); return err }},
		{"a nil pointer panics", func() (err error) {
			defer func() {
				if recover() == nil {
					err = errors.New("no panic")
				}
			}()
			var none *prisoner
			return errors.New(none.Do)
		}},
		{"reserved memory is committed and given back", func() error {
			m, err := unix.Mmap(-1, 0, 1<<30, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
			if err != nil {
				return err
			}
			err = unix.Mprotect(m[:1<<16], unix.PROT_READ|unix.PROT_WRITE)
			m[0] = 1
			return errors.Join(err, unix.Munmap(m))
		}},
	} {
		text := ""
		if err := w.do(); err != nil {
			text = err.Error()
		}
		p.say(w.name, 0, text)
	}
}

func same(got, want string) error {
	if got != want {
		return errors.New("got " + got)
	}
	return nil
}

func collect() error {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var keep [16][]byte
			for i := range 500 {
				keep[i%len(keep)] = make([]byte, 100<<10)
			}
			runtime.GC()
		})
	}
	all.Wait()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	if stats.NumGC < 8 {
		return errors.New("no collection")
	}
	return nil
}

func threads() error {
	const count = 30
	var ready, all sync.WaitGroup
	ready.Add(count)
	release := make(chan struct{})
	ids := make(chan int, count)
	for range count {
		all.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ids <- unix.Gettid()
			ready.Done()
			<-release
		})
	}
	ready.Wait()
	close(release)
	all.Wait()
	close(ids)
	different := make(map[int]bool)
	for id := range ids {
		different[id] = true
	}
	if len(different) != count {
		return errors.New("too few threads")
	}
	return nil
}

// preempt collects while there is a loop on every processor that only a signal
// can stop.
func preempt() error {
	var all sync.WaitGroup
	var stop atomic.Bool
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for !stop.Load() {
			}
		})
	}
	runtime.Gosched()
	runtime.GC()
	stop.Store(true)
	all.Wait()
	return nil
}

// compile does what filling a cache takes.
func (p *prisoner) compile() {
	dir := filepath.Join(p.Work, "cache", "version")
	err := os.MkdirAll(dir, 0o700)
	p.must("make directories", err)
	f, err := os.CreateTemp(dir, "code-*")
	p.must("make a file", err)
	_, err = f.WriteString("code")
	p.must("write it", errors.Join(err, f.Sync(), f.Close()))
	final := filepath.Join(dir, "code")
	p.must("give it its name", os.Rename(f.Name(), final))
	text, err := os.ReadFile(final)
	p.must("read it", errors.Join(err, same(string(text), "code")))
	entries, err := os.ReadDir(dir)
	p.must("list the directory", err)
	if len(entries) != 1 {
		p.must("list the directory", errors.New("not one entry"))
	}
	p.must("overwrite it", os.WriteFile(final, []byte("new"), 0o600))
	p.must("remove everything", os.RemoveAll(filepath.Join(p.Work, "cache")))
	code := page()
	p.must("make memory executable", unix.Mprotect(code, unix.PROT_READ|unix.PROT_EXEC))
}

func TestASealedProcessGoesOn(t *testing.T) {
	h := newHost(t)
	for _, c := range []struct {
		name string
		spec spec
	}{
		{"a run child collects, makes threads, waits and reads", spec{Profile: Run, Do: "go on"}},
		{"a compile child does too", spec{Profile: Compile, Do: "go on"}},
		{"a compile child writes its directory and makes code", spec{Profile: Compile, Do: "compile"}},
	} {
		for _, u := range users() {
			t.Run(c.name+", as "+u.name, func(t *testing.T) {
				needLandlock(t)
				c.spec.Limits = &Limits{Data: 1 << 30, CPUSeconds: 60, FileSize: 1 << 20, Files: 64, Tasks: 1 << 14}
				c.spec.Landlock = true
				findings, state := h.run(t, u, c.spec, Attributes(false))
				for _, f := range ended(t, findings, state) {
					if f.Text != "" {
						t.Errorf("%s: %s", f.Name, f.Text)
					}
				}
			})
		}
	}
}

func TestD9_AFaultInTheJailEndsTheProcessWithoutAVerdict(t *testing.T) {
	h := newHost(t)
	for _, u := range users() {
		findings, state := h.run(t, u, spec{Profile: Run, Do: "crash"}, Attributes(false))
		if state.ExitCode() != 2 || len(findings) > 0 {
			t.Errorf("as %s: got %v and %v", u.name, state, findings)
		}
	}
}

// exceed goes beyond the limit that it was given.
func (p *prisoner) exceed() {
	switch l := p.Limits; {
	case l.Files > 0:
		var err error
		for err == nil {
			_, err = unix.Open("/", unix.O_RDONLY, 0)
		}
		p.say("open", errnoOf(err), "")
	case l.Tasks > 0:
		p.must("threads", threads())
	case l.CPUSeconds == 1:
		for turn := uint64(1); turn != 0; turn++ { // in a thousand years
		}
	case l.Data != 1<<30:
		block := make([]byte, 1<<30)
		for i := 0; i < len(block); i += os.Getpagesize() {
			block[i] = 1
		}
	default:
		f, err := unix.Open(p.Work+"/grows", unix.O_WRONLY|unix.O_CREAT, 0o600)
		p.must("open", err)
		_, err = unix.Write(f, []byte("x"))
		p.say("write", errnoOf(err), "")
	}
}

func TestD7_LimitsHold(t *testing.T) {
	h := newHost(t)
	for _, c := range []struct {
		name   string
		limits Limits
		user   uint32 // of whom it holds; 0: of everybody
		want   func([]finding, *os.ProcessState) bool
	}{
		{"a descriptor above the limit is not opened", Limits{Data: 1 << 30, CPUSeconds: 60, Files: 16}, 0,
			func(f []finding, _ *os.ProcessState) bool { return f[0].Errno == unix.EMFILE }},
		{"no file grows at file size 0", Limits{Data: 1 << 30, CPUSeconds: 60}, 0,
			func(f []finding, _ *os.ProcessState) bool { return f[0].Errno == unix.EFBIG }},
		{"a loop ends at the processor time", Limits{Data: 1 << 30, CPUSeconds: 1}, 0,
			func(_ []finding, s *os.ProcessState) bool {
				return s.Sys().(syscall.WaitStatus).Signal() == unix.SIGKILL
			}},
		// How differs: "out of memory", a segmentation violation in the collector,
		// or, with the race detector, an error before.
		{"the runtime gives up at the memory limit", Limits{Data: 256 << 20, CPUSeconds: 60}, 0,
			func(_ []finding, s *os.ProcessState) bool { return s.ExitCode() > 0 }},
		{"an ordinary user gets no thread above the limit", Limits{Data: 1 << 30, CPUSeconds: 60, Tasks: 4}, nobody,
			func(_ []finding, s *os.ProcessState) bool { return s.ExitCode() == 2 }},
	} {
		for _, u := range users() {
			if c.user != 0 && u.id != c.user {
				continue
			}
			t.Run(c.name+", as "+u.name, func(t *testing.T) {
				findings, state := h.run(t, u, spec{Limits: &c.limits, Do: "limits"}, Attributes(false))
				if !c.want(findings, state) {
					t.Errorf("got %v and %v", findings, state)
				}
			})
		}
	}
}
