// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// Names in a result directory.
const (
	stdoutName = "stdout"
	outName    = "out"
)

// errProtocol is a child that sent what it must not.
var errProtocol = errors.New("the child broke the protocol")

// collector takes a child's frames and writes its files. It trusts the child
// with nothing: names, sizes and counts are checked again.
type collector struct {
	root    *os.Root // the result directory
	limit   uint64   // bytes of stdout and out together
	stdout  *os.File
	file    *os.File
	entries int
	result  Result
}

// prepare opens the result directory, which is empty or not there yet, and
// makes stdout and out in it.
func prepare(dir string, limit uint64) (*collector, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	c := &collector{root: root, limit: limit}
	if entries, err := fs.ReadDir(root.FS(), "."); err != nil || len(entries) > 0 {
		return nil, errors.Join(err, root.Close(), fmt.Errorf("the result directory %s is not empty", dir))
	}
	if err := root.Mkdir(outName, 0o700); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	if c.stdout, err = create(root, stdoutName); err != nil {
		return nil, errors.Join(err, c.discard())
	}
	return c, nil
}

func create(root *os.Root, path string) (*os.File, error) {
	return root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// take handles one frame other than the verdict.
func (c *collector) take(kind byte, payload []byte) error {
	switch kind {
	case frameStdout:
		return c.write(c.stdout, payload, &c.result.StdoutBytes)
	case frameStderr:
		if len(c.result.Stderr)+len(payload) > MaxStderr {
			return fmt.Errorf("%w: too much stderr", errProtocol)
		}
		c.result.Stderr = append(c.result.Stderr, payload...)
		return nil
	case frameDir:
		path, err := c.path(string(payload))
		if err != nil {
			return err
		}
		return c.root.Mkdir(path, 0o700)
	case frameFile:
		path, err := c.path(string(payload))
		if err != nil {
			return err
		}
		if err := c.closeFile(); err != nil {
			return err
		}
		c.result.OutFiles++
		c.file, err = create(c.root, path)
		return err
	case frameData:
		if c.file == nil {
			return fmt.Errorf("%w: data before a file", errProtocol)
		}
		return c.write(c.file, payload, &c.result.OutBytes)
	}
	return fmt.Errorf("%w: frame %q", errProtocol, kind)
}

func (c *collector) write(f *os.File, p []byte, counted *uint64) error {
	if c.result.StdoutBytes+c.result.OutBytes+uint64(len(p)) > c.limit {
		return fmt.Errorf("%w: output above the limit", errProtocol)
	}
	*counted += uint64(len(p))
	_, err := f.Write(p)
	return err
}

// path checks a path below /out and counts it.
func (c *collector) path(path string) (string, error) {
	if c.entries++; c.entries > wasip1.MaxEntries {
		return "", fmt.Errorf("%w: too many files", errProtocol)
	}
	depth := 0
	for name := range strings.SplitSeq(path, "/") {
		if err := wasip1.CheckName(name); err != nil {
			return "", fmt.Errorf("%w: %w", errProtocol, err)
		}
		depth++
	}
	if depth > wasip1.MaxDepth {
		return "", fmt.Errorf("%w: path too deep", errProtocol)
	}
	return outName + "/" + path, nil
}

func (c *collector) closeFile() error {
	if c.file == nil {
		return nil
	}
	f := c.file
	c.file = nil
	return f.Close()
}

// keep closes what is open and leaves the files where they are.
func (c *collector) keep() error {
	return errors.Join(c.closeFile(), c.stdout.Close(), c.root.Close())
}

// discard closes what is open and empties the result directory.
func (c *collector) discard() error {
	err := c.closeFile()
	if c.stdout != nil {
		err = errors.Join(err, c.stdout.Close())
	}
	return errors.Join(err, c.root.RemoveAll(stdoutName), c.root.RemoveAll(outName), c.root.Close())
}
