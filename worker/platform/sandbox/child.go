// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"sync/atomic"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/jail"
)

// entered says that main called ChildMain, without which a child would run the
// whole program again.
var entered atomic.Bool

// ChildMain runs the sandbox child and never returns, if this process is one;
// otherwise it does nothing. It is the first call of main in every binary that
// makes a Runner, and of TestMain in its tests.
func ChildMain() {
	entered.Store(true)
	if len(os.Args) != 2 || os.Args[0] != childName {
		return
	}
	debug.SetTraceback("none")
	if os.Args[1] == childModeLaunch {
		launch()
	}
	c := &child{outbox: newOutbox(os.NewFile(fdVerdict, "verdict"))}
	lifeline := os.NewFile(fdJob, "job")
	var err error
	if c.job, err = readJob(lifeline); err != nil {
		c.abandon(CauseHost, fmt.Errorf("read the job: %w", err))
	}
	// Open before the jail closes, read at the end.
	c.status, _ = os.Open("/proc/self/status")
	go watch(lifeline)
	switch os.Args[1] {
	case childModeRun:
		c.run()
	case childModeCompile:
		c.compile()
	default:
		c.abandon(CauseProtocol, fmt.Errorf("unknown mode %q", os.Args[1]))
	}
}

// watch ends the child when the parent is gone: the second line behind the
// parent-death signal.
func watch(lifeline io.Reader) {
	_, _ = io.Copy(io.Discard, lifeline)
	os.Exit(exitOrphaned)
}

// child is the state of the process that runs or compiles one module.
type child struct {
	*outbox
	job    job
	status *os.File // /proc/self/status; nil if it could not be opened
}

// jail limits this process and takes every path from it but the cache folder.
func (c *child) jail(l jail.Limits, p jail.Paths) {
	l.CPUSeconds, l.Data = c.job.CPUSeconds, c.job.Data
	if err := l.Apply(); err != nil {
		c.abandon(CauseHost, err)
	}
	_, err := jail.Restrict(p)
	c.jailed(err)
}

// seal limits this process to the system calls of a profile.
func (c *child) seal(p jail.Profile) { c.jailed(jail.Seal(p)) }

// jailed ends the process if a layer of the jail is not in force and the
// operator has not said that the host may lack it.
func (c *child) jailed(err error) {
	var missing *jail.MissingError
	if err != nil && !(c.job.WeakJail && errors.As(err, &missing)) {
		c.abandon(CauseHost, err)
	}
}

// module reads the module from its descriptor and checks its digest.
func (c *child) module(mismatch Cause) []byte {
	code := make([]byte, c.job.Module.Size)
	if n, err := os.NewFile(fdModule, "module").ReadAt(code, 0); n < len(code) {
		c.abandon(mismatch, fmt.Errorf("read the module: %w", err))
	}
	if hexDigest(code) != c.job.Module.Digest {
		c.abandon(mismatch, errors.New("the module is not what its digest says"))
	}
	return code
}

func hexDigest(p []byte) string {
	digest := sha256.Sum256(p)
	return hex.EncodeToString(digest[:])
}

// succeed concludes with a verdict.
func (c *child) succeed(v verdict) {
	v.MaxRSS = c.peak()
	c.conclude(v)
}

// peak returns the largest resident set of this process in bytes, 0 if the
// kernel does not tell.
func (c *child) peak() uint64 {
	if c.status == nil {
		return 0
	}
	buf := make([]byte, 4<<10)
	n, _ := c.status.ReadAt(buf, 0)
	for line := range bytes.Lines(buf[:n]) {
		if rest, found := bytes.CutPrefix(line, []byte("VmHWM:")); found {
			size, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
			kib, err := strconv.ParseUint(string(size), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
