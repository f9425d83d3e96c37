// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"sync/atomic"
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
	c := &child{outbox: newOutbox(os.NewFile(fdVerdict, "verdict"))}
	lifeline := os.NewFile(fdJob, "job")
	var err error
	if c.job, err = readJob(lifeline); err != nil {
		c.abandon(CauseHost, fmt.Errorf("read the job: %w", err))
	}
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
	job job
}

// module reads the module from its descriptor.
func (c *child) module() []byte {
	code := make([]byte, c.job.ModuleSize)
	if n, err := os.NewFile(fdModule, "module").ReadAt(code, 0); n < len(code) {
		c.abandon(CauseHost, fmt.Errorf("read the module: %w", err))
	}
	return code
}

// limit sets the process limits.
func (c *child) limit(l limits) {
	if err := l.apply(); err != nil {
		c.abandon(CauseHost, fmt.Errorf("set limits: %w", err))
	}
}

// outbox is the child's side of the verdict pipe. Everything it cannot send
// ends the process: nothing may go missing unseen.
type outbox struct{ w *bufio.Writer }

func newOutbox(w io.Writer) *outbox { return &outbox{w: bufio.NewWriterSize(w, 64<<10)} }

// send sends bytes as frames of one kind.
func (o *outbox) send(kind byte, p []byte) {
	for part := range slices.Chunk(p, maxFrame) {
		o.check(writeFrame(o.w, kind, part))
	}
}

func (o *outbox) check(err error) {
	if err != nil {
		os.Exit(exitAbstained)
	}
}

// conclude sends the verdict and ends the process.
func (o *outbox) conclude(v verdict) {
	o.sendVerdict(v)
	os.Exit(exitVerdict)
}

// abandon ends the process without a result.
func (o *outbox) abandon(cause Cause, err error) {
	if err == nil {
		err = errors.New("short read")
	}
	o.sendVerdict(verdict{Cause: cause, Detail: err.Error()})
	os.Exit(exitAbstained)
}

func (o *outbox) sendVerdict(v verdict) {
	v.Detail = v.Detail[:min(len(v.Detail), maxDetail)]
	body, err := json.Marshal(v)
	o.check(err)
	o.check(writeFrame(o.w, frameVerdict, body))
	o.check(o.w.Flush())
}

// sendTree sends what lies below a directory of /out, in order.
func (o *outbox) sendTree(t *tree, dir *node, prefix string) {
	for _, name := range dir.names() {
		n, path := dir.children[name], prefix+name
		if n.isDir() {
			o.send(frameDir, []byte(path))
			o.sendTree(t, n, path+"/")
			continue
		}
		o.send(frameFile, []byte(path))
		buf := make([]byte, min(n.size, maxFrame))
		for off := int64(0); off < n.size; {
			got := t.readAt(n, buf, off)
			o.send(frameData, buf[:got])
			off += int64(got)
		}
	}
}
