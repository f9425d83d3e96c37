// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// nobody is the ordinary user of the tests that root runs.
const nobody = 65534

// jailedName is the first argument of this binary when it is the jailed process.
const jailedName = "jailed"

// Descriptors of the jailed process.
const (
	fdReport = 3 // pipe to the test
	fdInput  = 4 // a file, read-only
)

func TestMain(m *testing.M) {
	if os.Args[0] == jailedName {
		jailed()
	}
	os.Exit(m.Run())
}

// spec says what a jailed process enters, does and knows.
type spec struct {
	Limits       *Limits
	Landlock     bool
	WorkReadOnly bool    // with Landlock
	Profile      Profile // 0: not sealed
	Do           string  // key of deeds
	Hold         bool    // begin when the standard input ends
	Namespaces   bool    // of the child it starts
	Surroundings
}

// Surroundings are what a jailed process could reach of its host. All its
// files could be read or written by everybody.
type Surroundings struct {
	Parent, ParentThread int
	Port                 int    // a TCP port that is listened on
	Abstract             string // an abstract socket that is listened on
	Secret               string // a file
	Elsewhere            string // a directory with the files "removed" and "renamed"
	Work                 string // a directory that Landlock leaves the process
}

// finding is what the jailed process has to say of one thing it tried.
type finding struct {
	Name  string
	Errno syscall.Errno // 0: it worked
	Text  string
}

// prisoner is the state of the jailed process.
type prisoner struct {
	spec
	out  *json.Encoder
	code []byte // executable memory that was there before the seal
}

func (p *prisoner) say(name string, errno syscall.Errno, text string) {
	if p.out.Encode(finding{name, errno, text}) != nil {
		os.Exit(90)
	}
}

// must ends the process when the jail is not in force, as the sandbox's child does.
func (p *prisoner) must(what string, err error) {
	if err != nil {
		p.say(what, 0, err.Error())
		os.Exit(91)
	}
}

// deeds is what a jailed process can be asked to do.
var deeds = map[string]func(*prisoner){
	"escape":  (*prisoner).escape,
	"go on":   (*prisoner).goOn,
	"compile": (*prisoner).compile,
	"foreign": (*prisoner).foreign,
	"start":   func(*prisoner) {},
	"limits":  (*prisoner).exceed,
	"crash":   func(*prisoner) { var p *prisoner; p.say("", 0, "") },
	"wait":    func(p *prisoner) { p.say("waits", 0, ""); _, _ = io.Copy(io.Discard, os.Stdin) },
	"spawn":   (*prisoner).spawn,
}

func jailed() {
	p := &prisoner{out: json.NewEncoder(os.NewFile(fdReport, "report"))}
	p.must("spec", json.Unmarshal([]byte(os.Args[1]), &p.spec))
	if p.Hold {
		_, err := io.Copy(io.Discard, os.Stdin)
		p.must("hold", err)
	}
	if p.Limits != nil {
		p.must("Apply", p.Limits.Apply())
	}
	if p.Landlock {
		paths := Paths{ReadWrite: []string{p.Work}}
		if p.WorkReadOnly {
			paths = Paths{ReadOnly: []string{p.Work}}
		}
		abi, err := Restrict(paths)
		p.must("Restrict", err)
		if abi == 0 {
			os.Exit(92)
		}
	}
	// What the engine does when it loads code: never writable and executable at once.
	var err error
	p.code, err = unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	p.must("mmap", err)
	copy(p.code, machineCode)
	p.must("mprotect", unix.Mprotect(p.code, unix.PROT_READ|unix.PROT_EXEC))
	if p.Profile != 0 {
		p.must("Seal", Seal(p.Profile))
	}
	deeds[p.Do](p)
	p.say("end", 0, "")
	os.Exit(0)
}

// host is the machine a jailed process has to leave alone.
type host struct {
	Surroundings
	binary string
	input  *os.File
}

func newHost(t *testing.T) *host {
	t.Helper()
	dir := t.TempDir()
	// Nobody has to get here.
	for _, d := range []string{filepath.Dir(dir), dir} {
		ok(t, os.Chmod(d, 0o755))
	}
	h := &host{binary: filepath.Join(dir, "jailed")}
	self, err := os.ReadFile("/proc/self/exe")
	ok(t, err)
	ok(t, os.WriteFile(h.binary, self, 0o755))
	ok(t, os.Chmod(h.binary, 0o755))
	h.Secret = filepath.Join(dir, "secret")
	ok(t, os.WriteFile(h.Secret, []byte("secret"), 0o644))
	h.Work = filepath.Join(dir, "work")
	h.Elsewhere = filepath.Join(dir, "elsewhere")
	h.input, err = os.Open(h.Secret)
	ok(t, err)
	t.Cleanup(func() { _ = h.input.Close() })
	return h
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A user that a jailed process can be.
type user struct {
	name string
	id   uint32
}

// users are root and an ordinary user, or who the test runs as.
func users() []user {
	if os.Geteuid() != 0 {
		return []user{{"an ordinary user", uint32(os.Geteuid())}}
	}
	return []user{{"root", 0}, {"an ordinary user", nobody}}
}

// run runs a jailed process to its end and returns what it said.
func (h *host) run(t *testing.T, u user, s spec, attributes *syscall.SysProcAttr) ([]finding, *os.ProcessState) {
	t.Helper()
	return h.runIn(t, u, s, attributes, func(int) error { return nil })
}

// runIn runs a jailed process after something has been done to it.
func (h *host) runIn(t *testing.T, u user, s spec, attributes *syscall.SysProcAttr, do func(pid int) error) ([]finding, *os.ProcessState) {
	t.Helper()
	runtime.LockOSThread() // as Attributes asks
	defer runtime.UnlockOSThread()
	cmd, report := h.command(t, u, s, attributes)
	in, err := cmd.StdinPipe()
	ok(t, err)
	ok(t, cmd.Start())
	ok(t, errors.Join(do(cmd.Process.Pid), in.Close()))
	ok(t, cmd.ExtraFiles[0].Close())
	findings := read(t, report)
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if stderr := cmd.Stderr.(*strings.Builder).String(); stderr != "" {
		t.Log(stderr)
	}
	return findings, cmd.ProcessState
}

func (h *host) command(t *testing.T, u user, s spec, attributes *syscall.SysProcAttr) (*exec.Cmd, *os.File) {
	t.Helper()
	s.Surroundings = h.Surroundings
	s.Parent, s.ParentThread = os.Getpid(), unix.Gettid()
	for _, d := range []string{h.Work, h.Elsewhere} {
		ok(t, errors.Join(os.RemoveAll(d), os.Mkdir(d, 0o755), os.Chmod(d, 0o777)))
	}
	for _, name := range []string{"removed", "renamed"} {
		file := filepath.Join(h.Elsewhere, name)
		ok(t, errors.Join(os.WriteFile(file, nil, 0o600), os.Chmod(file, 0o666)))
	}
	if os.Geteuid() == 0 {
		ok(t, os.Chown(h.Work, int(u.id), int(u.id)))
		if u.id != 0 {
			attributes.Credential = &syscall.Credential{Uid: u.id, Gid: u.id}
		}
	}
	arg, err := json.Marshal(s)
	ok(t, err)
	report, write, err := os.Pipe()
	ok(t, err)
	t.Cleanup(func() { _ = report.Close(); _ = write.Close() })
	cmd := exec.CommandContext(t.Context(), h.binary)
	cmd.Args = []string{jailedName, string(arg)}
	cmd.Env = []string{"GOTRACEBACK=none"}
	cmd.Dir = "/"
	cmd.Stderr = &strings.Builder{}
	cmd.ExtraFiles = []*os.File{write, h.input}
	cmd.SysProcAttr = attributes
	cmd.WaitDelay = time.Minute
	return cmd, report
}

func read(t *testing.T, report io.Reader) []finding {
	t.Helper()
	var findings []finding
	for lines := json.NewDecoder(report); ; {
		var f finding
		err := lines.Decode(&f)
		if errors.Is(err, io.EOF) {
			return findings
		}
		ok(t, err)
		findings = append(findings, f)
	}
}

// ended fails unless the process said that it came to its end, and did.
func ended(t *testing.T, findings []finding, state *os.ProcessState) []finding {
	t.Helper()
	n := len(findings)
	if n == 0 || findings[n-1].Name != "end" || !state.Success() {
		t.Fatalf("the jailed process ended with %v and said %v", state, findings)
	}
	return findings[:n-1]
}
