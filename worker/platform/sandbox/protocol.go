// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// childName is argv[0] of a child; childMode* is argv[1].
const (
	childName        = "openmesh-sandbox"
	childModeRun     = "run"
	childModeCompile = "compile"
)

// Descriptors of a child. Above fdModule come stdin, if there is one, and the inputs.
const (
	fdJob     = 3 // in: the job; held open by the parent for as long as it lives
	fdVerdict = 4 // out: frames
	fdModule  = 5
)

// Exit statuses of a child. 2 is the Go runtime's own.
const (
	exitVerdict   = 0
	exitAbstained = 3
	exitOrphaned  = 4
)

// job is what the parent asks of a child, as JSON behind a 4-byte length.
type job struct {
	CacheDir   string
	ModuleSize int64
	HasStdin   bool
	StdinSize  int64
	Inputs     []jobInput
	Args, Env  []string
	Memory     uint64
	Output     uint64
	Seed       [32]byte
	CPUSeconds uint64
}

type jobInput struct {
	Name string
	Size int64
}

// verdict is the last frame of a child. Cause is set in abstentions only, and
// then nothing else but Detail counts.
type verdict struct {
	Status   Status `json:",omitempty"`
	ExitCode uint32 `json:",omitempty"`
	Gas      uint64 `json:",omitempty"`
	Cause    Cause  `json:",omitempty"`
	Detail   string `json:",omitempty"`
}

// A frame is a kind, a 4-byte big-endian length and that many bytes.
const (
	frameStdout  = 'o' // bytes of stdout, in order
	frameStderr  = 'e' // bytes of stderr
	frameDir     = 'd' // path of a directory below /out, parents first
	frameFile    = 'f' // path of a file below /out
	frameData    = 'c' // bytes of the file named last
	frameVerdict = 'v' // the verdict; nothing follows

	frameHeader = 5
	maxFrame    = 1 << 20
	maxDetail   = 4 << 10
)

// writeFrame writes one frame of at most maxFrame bytes.
func writeFrame(w io.Writer, kind byte, payload []byte) error {
	var header [frameHeader]byte
	header[0] = kind
	binary.BigEndian.PutUint32(header[1:], uint32(len(payload)))
	if _, err := w.Write(header[:]); err != nil {
		return err
	}
	_, err := w.Write(payload)
	return err
}

// readFrame reads one frame into buf, which has maxFrame bytes. At the end of
// the stream it returns io.EOF, inside a frame io.ErrUnexpectedEOF.
func readFrame(r io.Reader, buf []byte) (kind byte, payload []byte, err error) {
	var header [frameHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(header[1:])
	if size > maxFrame {
		return 0, nil, fmt.Errorf("frame of %d bytes", size)
	}
	if _, err := io.ReadFull(r, buf[:size]); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	return header[0], buf[:size], nil
}

func writeJob(w io.Writer, j job) error {
	body, err := json.Marshal(j)
	if err != nil {
		return err
	}
	message := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	_, err = w.Write(append(message, body...))
	return err
}

func readJob(r io.Reader) (job, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return job{}, err
	}
	body := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(r, body); err != nil {
		return job{}, err
	}
	var j job
	return j, json.Unmarshal(body, &j)
}
