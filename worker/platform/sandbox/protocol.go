// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// protocolVersion is the version of what parent and child say to each other.
const protocolVersion = 2

// childName is argv[0] of a child; childMode* is argv[1].
const (
	childName        = "openmesh-sandbox"
	childModeRun     = "run"
	childModeCompile = "compile"
	childModeLaunch  = "launch"
)

// Descriptors of a child. Above fdModule come stdin, if there is one, and the inputs.
const (
	fdJob     = 3 // in: the job; held open by the parent for as long as it lives
	fdVerdict = 4 // out: frames
	fdModule  = 5 // in: the original module to compile, or the instrumented one to run
	fdInputs  = 6
)

// Exit statuses of a child. 2 is the Go runtime's own.
const (
	exitVerdict   = 0
	exitAbstained = 3
	exitOrphaned  = 4
)

// job is what the parent asks of a child, as JSON behind a 4-byte length.
type job struct {
	Protocol, Profile int // protocolVersion and detwasm.Version of the parent

	CacheDir   string     // of the engine: written by a compilation, read by a run
	Module     module     // to compile: digest and size only
	CPUSeconds uint64     // processor time
	Data       uint64     // bytes of private writable memory
	HasStdin   bool       `json:",omitempty"`
	StdinSize  int64      `json:",omitempty"`
	Inputs     []jobInput `json:",omitempty"`
	Args, Env  []string   `json:",omitempty"`
	Gas        uint64     `json:",omitempty"`
	Memory     uint64     `json:",omitempty"`
	Output     uint64     `json:",omitempty"`
	Seed       [32]byte
	WeakJail   bool `json:",omitempty"` // go on without a layer that the host lacks
}

type jobInput struct {
	Name string
	Size int64
}

// module describes the file behind fdModule.
type module struct {
	Digest    string // SHA-256 of its bytes in hex
	Size      int64
	StartGas  uint64 `json:",omitempty"`
	MemoryMin uint32 `json:",omitempty"`
}

// versions says whether parent and child are of one build.
func (j job) versions() error {
	if j.Protocol == protocolVersion && j.Profile == detwasm.Version {
		return nil
	}
	return fmt.Errorf("the sandbox binary speaks protocol %d and detwasm %d, its parent %d and %d: rebuild both (make build)",
		protocolVersion, detwasm.Version, j.Protocol, j.Profile)
}

// verdict is the last frame of a child. Cause is set in abstentions only, and
// then nothing else but Detail counts.
type verdict struct {
	Status   Status  `json:",omitempty"`
	ExitCode uint32  `json:",omitempty"`
	Gas      uint64  `json:",omitempty"`
	Module   *module `json:",omitempty"` // what a compilation made
	Cause    Cause   `json:",omitempty"`
	Detail   string  `json:",omitempty"`
	MaxRSS   uint64  `json:",omitempty"` // bytes, if the child could tell
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
	maxJob      = 8 << 20
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
		return 0, nil, fmt.Errorf("%w: frame of %d bytes", errProtocol, size)
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
	j.Protocol, j.Profile = protocolVersion, detwasm.Version
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
	n := binary.BigEndian.Uint32(size[:])
	if n > maxJob {
		return job{}, fmt.Errorf("%w: job of %d bytes", errProtocol, n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return job{}, err
	}
	var j job
	err := json.Unmarshal(body, &j)
	if other := j.versions(); other != nil {
		return job{}, other // which is also why the rest may not fit
	}
	return j, err
}
