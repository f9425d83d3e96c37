// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/jail"
)

// A child with a user namespace of its own cannot share its parent's memory until
// it executes, as others do: the kernel copies the parent's page tables for it,
// which takes 20 ms for each GB that a daemon holds. The launcher is a child that
// holds next to nothing, and starts the others.
//
// It is one process for each executable, started when the first child is, from
// the same binary. It ends with this process, and its children end with it.

const (
	fdControl  = 3 // of the launcher: connections to it come here
	maxRequest = 64 << 10
	maxRights  = 250 // descriptors in one message; the kernel's limit is 253
)

// launchRequest asks the launcher for a child. The files follow: stderr, the
// child's from descriptor 3 on, and the control group's directory, if there is one.
type launchRequest struct {
	Mode   string
	Env    []string
	Files  int
	Cgroup bool
}

// launchReply is the launcher's word: first that the child has started, then how
// it ended.
type launchReply struct {
	PID   int    `json:",omitempty"`
	Error string `json:",omitempty"`
	End   *end   `json:",omitempty"`
}

// launchers are this process's, by executable.
var launchers struct {
	sync.Mutex
	running map[string]*net.UnixConn
}

// dialLauncher returns a connection to the launcher of an executable for one
// child, starting the launcher if there is none.
func dialLauncher(executable string) (*net.UnixConn, error) {
	ours, theirs, err := packetPair()
	if err != nil {
		return nil, err
	}
	err = sendConn(executable, theirs)
	if err = errors.Join(err, theirs.Close()); err != nil {
		return nil, errors.Join(err, ours.Close())
	}
	return ours, nil
}

func sendConn(executable string, conn *os.File) error {
	launchers.Lock()
	defer launchers.Unlock()
	control, running := launchers.running[executable]
	if running {
		if sendFiles(control, conn) == nil {
			return nil
		}
		_ = control.Close() // it has gone: start another one
		delete(launchers.running, executable)
	}
	control, err := startLauncher(executable)
	if err != nil {
		return fmt.Errorf("start the launcher: %w", err)
	}
	if launchers.running == nil {
		launchers.running = map[string]*net.UnixConn{}
	}
	launchers.running[executable] = control
	return sendFiles(control, conn)
}

// startLauncher starts a launcher from a thread that lives as long as it does.
func startLauncher(executable string) (*net.UnixConn, error) {
	ours, theirs, err := packetPair()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.Background(), executable) // ends with this process
	cmd.Args = []string{childName, childModeLaunch}
	cmd.Env = []string{"GOTRACEBACK=none", "GOMAXPROCS=2"}
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = jail.Attributes(false)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // the next child finds out
		}
	}()
	err = <-started
	if err = errors.Join(err, theirs.Close()); err != nil {
		return nil, errors.Join(err, ours.Close())
	}
	return ours, nil
}

// launchPatience is how long a launcher may take to start a child.
const launchPatience = 30 * time.Second

// launchApart has the launcher start the child, and watches its end.
func (p *process) launchApart(ctx context.Context) error {
	conn, err := dialLauncher(p.executable)
	if err != nil {
		return p.explain(err)
	}
	stderr, stderrOfChild, err := os.Pipe()
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	err = p.explain(p.request(conn, stderrOfChild))
	if err = errors.Join(err, stderrOfChild.Close()); err != nil {
		return errors.Join(err, conn.Close(), stderr.Close())
	}
	go func() {
		defer close(p.done)
		// The launcher kills the child when it hears that there is nobody any more.
		stop := context.AfterFunc(ctx, func() { _ = conn.CloseWrite() })
		reply, err := readReply(conn)
		stop()
		if err == nil && reply.End == nil {
			err = errProtocol
		}
		if err == nil {
			p.end = *reply.End
		} else {
			// The launcher is gone, and its children with it.
			p.end = end{Exit: -1, Signal: unix.SIGKILL, Text: "the launcher has ended: " + err.Error()}
		}
		_ = conn.Close()
		_, _ = io.Copy(&p.stderr, stderr) // what a dead child has said is in the pipe
		_ = stderr.Close()
	}()
	return nil
}

// request asks for the child and waits until it has started.
func (p *process) request(conn *net.UnixConn, stderr *os.File) error {
	files := append([]*os.File{stderr}, p.inherited...)
	dir := p.group.Dir()
	if dir != nil {
		files = append(files, dir)
	}
	body, err := json.Marshal(launchRequest{Mode: p.mode, Env: p.env(), Files: len(files), Cgroup: dir != nil})
	if err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Now().Add(launchPatience)); err != nil {
		return err
	}
	if _, err := conn.Write(body); err != nil {
		return err
	}
	for len(files) > 0 {
		n := min(len(files), maxRights)
		if err := sendFiles(conn, files[:n]...); err != nil {
			return err
		}
		files = files[n:]
	}
	reply, err := readReply(conn)
	switch {
	case err != nil:
		return err
	case reply.Error != "":
		return errors.New(reply.Error)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	if p.group == nil {
		return nil
	}
	// It has no job yet, so it has not done anything.
	if err := p.group.Add(reply.PID); !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil // somebody has killed it: its end will say so
}

// explain says what it means that a launcher has hung up.
func (p *process) explain(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) {
		return fmt.Errorf("%w: %s does not launch children: %w", errProtocol, p.executable, err)
	}
	return err
}

func readReply(conn *net.UnixConn) (launchReply, error) {
	var reply launchReply
	buf := make([]byte, maxRequest)
	n, err := conn.Read(buf)
	if err != nil {
		return reply, err
	}
	if n == 0 {
		return reply, io.EOF
	}
	return reply, json.Unmarshal(buf[:n], &reply)
}

// launch is the whole life of a launcher.
func launch() {
	control, err := packetConn(os.NewFile(fdControl, "control"))
	if err != nil {
		os.Exit(exitAbstained)
	}
	for {
		files, err := receiveFiles(control)
		if err != nil || len(files) != 1 {
			os.Exit(exitOrphaned) // with all its children
		}
		conn, err := packetConn(files[0])
		if err != nil {
			continue
		}
		go func() {
			defer func() { _ = conn.Close() }()
			if err := serveLaunch(conn); err != nil {
				say(conn, launchReply{Error: err.Error()})
			}
		}()
	}
}

// serveLaunch starts one child and stays until it is gone.
func serveLaunch(conn *net.UnixConn) error {
	buf := make([]byte, maxRequest)
	n, err := conn.Read(buf)
	if err != nil {
		return err
	}
	var request launchRequest
	if err := json.Unmarshal(buf[:n], &request); err != nil {
		return err
	}
	var files []*os.File
	defer func() { closeAll(files) }()
	for len(files) < request.Files {
		more, err := receiveFiles(conn)
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	own := 1
	if request.Cgroup {
		own++
	}
	if len(files) != request.Files || len(files) < own {
		return errProtocol
	}
	cmd := exec.CommandContext(context.Background(), self) // the connection ends it
	cmd.Args, cmd.Env, cmd.Dir = []string{childName, request.Mode}, request.Env, "/"
	cmd.Stderr, cmd.ExtraFiles = files[0], files[1:len(files)-own+1]
	cmd.SysProcAttr = jail.Attributes(true)
	if request.Cgroup {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(files[len(files)-1].Fd())
	}
	// The kernel ends the child with the thread that has started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	if err := cmd.Start(); err != nil {
		return err
	}
	cost := threadTime() - before
	closeAll(files)
	files = nil
	say(conn, launchReply{PID: cmd.Process.Pid})
	go func() {
		// The parent says nothing more: this is it closing its end.
		_, _ = conn.Read(make([]byte, 1))
		_ = cmd.Process.Kill()
	}()
	_ = cmd.Wait()
	end := endOf(cmd.ProcessState)
	end.CPU += cost
	say(conn, launchReply{End: end})
	return nil
}

// threadTime is the processor time of this thread, 0 if the kernel does not tell:
// what starting a child takes belongs to what the child takes.
func threadTime() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// say tells the parent; if it is gone there is nobody to tell.
func say(conn *net.UnixConn, reply launchReply) {
	if body, err := json.Marshal(reply); err == nil {
		_, _ = conn.Write(body)
	}
}

// packetPair makes two ends that carry whole messages; the other is for a child.
func packetPair() (*net.UnixConn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	theirs := os.NewFile(uintptr(fds[1]), "launcher")
	ours, err := packetConn(os.NewFile(uintptr(fds[0]), "launcher"))
	if err != nil {
		return nil, nil, errors.Join(err, theirs.Close())
	}
	return ours, theirs, nil
}

// packetConn takes a socket over from a file.
func packetConn(f *os.File) (*net.UnixConn, error) {
	conn, err := net.FileConn(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errProtocol, conn.Close())
	}
	return unixConn, nil
}

func sendFiles(conn *net.UnixConn, files ...*os.File) error {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	_, _, err := conn.WriteMsgUnix([]byte{0}, unix.UnixRights(fds...), nil)
	runtime.KeepAlive(files)
	return err
}

func receiveFiles(conn *net.UnixConn) ([]*os.File, error) {
	oob := make([]byte, unix.CmsgSpace(4*maxRights))
	n, oobn, flags, _, err := conn.ReadMsgUnix(make([]byte, 1), oob)
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, io.EOF
	case flags&unix.MSG_CTRUNC != 0:
		return nil, errProtocol
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			closeAll(files)
			return nil, err
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}
