// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
)

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

// dataFrames sends the bytes of a file.
type dataFrames struct{ *outbox }

func (d dataFrames) Write(p []byte) (int, error) {
	d.send(frameData, p)
	return len(p), nil
}

// stdout sends what the guest writes to the parent. Small writes travel together.
type stdout struct {
	out  *outbox
	held []byte
}

const stdoutHeld = 64 << 10

func (s *stdout) Write(p []byte) (int, error) {
	if len(s.held)+len(p) > stdoutHeld {
		s.flush()
	}
	if len(p) >= stdoutHeld {
		s.out.send(frameStdout, p)
		return len(p), nil
	}
	s.held = append(s.held, p...)
	return len(p), nil
}

func (s *stdout) flush() {
	s.out.send(frameStdout, s.held)
	s.held = s.held[:0]
}

// head keeps the beginning of a stream and swallows the rest.
type head struct {
	kept []byte
	size int
}

func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), h.size-len(h.kept))]...)
	return len(p), nil
}
