// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"bytes"
	"io"
	"math/rand/v2"
)

// Numbers of the guest's devices, in filestat.dev.
const (
	deviceIn    = 1
	deviceOut   = 2
	deviceStdio = 3
)

// Descriptors that are open from the start.
const (
	fdStdin  = 0
	fdStdout = 1
	fdStderr = 2
	fdIn     = 3
	fdOut    = 4
)

// File is a file of the host that the guest reads.
type File struct {
	// Name is the name below /in; CheckName accepts it.
	Name string
	// Content is what the file holds. It does not change while the guest runs.
	Content io.ReaderAt
	// Size is its length in bytes, not negative.
	Size int64
}

// Config is what a guest's world is made of. The caller has checked it: strings
// without NUL bytes, names that CheckName accepts, each once.
type Config struct {
	// Args is the whole argv, argv[0] first.
	Args []string
	// Env is the whole environment, as KEY=VALUE, in the order that the guest sees.
	Env []string
	// Stdin is what the guest reads from descriptor 0; nil is an empty file.
	Stdin io.ReaderAt
	// StdinSize is the length of Stdin in bytes.
	StdinSize int64
	// Inputs are the files of /in, in any order.
	Inputs []File
	// OutputLimit bounds the bytes of stdout and of all files in /out together;
	// it is at most 1<<62.
	OutputLimit uint64
	// Seed seeds the random bytes.
	Seed [32]byte
	// Stdout takes what the guest writes to descriptor 1, in order. The limit
	// has been applied; an error is a HostError. Nil discards.
	Stdout io.Writer
	// Stderr takes what the guest writes to descriptor 2. It is not limited:
	// the caller keeps as much as it likes. An error is a HostError. Nil discards.
	Stderr io.Writer
}

// World is everything that one guest can reach.
type World struct {
	args, env   []string
	clock       clock
	random      *rand.ChaCha8
	descriptors []*descriptor // by number; nil is closed
	out         *tree
	// left is what stdout and /out may still grow by, in bytes.
	left uint64
	call call
	// vectors is room for the buffers of one call.
	vectors []vector
}

// New makes a world in its first state.
func New(cfg Config) *World {
	w := &World{args: cfg.Args, env: cfg.Env, random: rand.NewChaCha8(cfg.Seed), left: cfg.OutputLimit}
	std := &tree{device: deviceStdio, readOnly: true}
	stdin := std.newNode(false)
	stdin.host, stdin.size = cfg.Stdin, uint64(cfg.StdinSize)
	if cfg.Stdin == nil {
		stdin.host, stdin.size = bytes.NewReader(nil), 0
	}
	in := newTree(deviceIn, true, nil)
	for _, f := range sortedByName(cfg.Inputs) {
		n := in.newNode(false)
		n.host, n.size = f.Content, uint64(f.Size)
		in.root.add(f.Name, n)
	}
	w.out = newTree(deviceOut, false, &w.left)
	w.descriptors = []*descriptor{
		fdStdin:  {node: stdin, base: rightsStdin},
		fdStdout: {node: std.newNode(false), base: rightsStream, sink: sink(cfg.Stdout), limited: true},
		fdStderr: {node: std.newNode(false), base: rightsStream, sink: sink(cfg.Stderr)},
		fdIn:     {node: in.root, base: rightsDirectory, inheriting: rightsDirectory | rightsFile, preopen: "/in"},
		fdOut:    {node: w.out.root, base: rightsDirectory, inheriting: rightsDirectory | rightsFile, preopen: "/out"},
	}
	for _, d := range w.descriptors {
		d.node.opened++
	}
	return w
}

func sink(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}
