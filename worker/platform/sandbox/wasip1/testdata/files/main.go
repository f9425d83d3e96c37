// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Files is a guest that uses files as programs in Go do, and panics where
// something is not as in POSIX.
package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func refused(err, want error) {
	if !errors.Is(err, want) {
		panic(fmt.Sprint(err, " is not ", want))
	}
}

func main() {
	fmt.Println(os.Args, os.Environ())
	input, err := io.ReadAll(os.Stdin)
	must(err)
	fmt.Printf("%q\n", input)
	read()
	write()
	tree()
	began := time.Now()
	time.Sleep(time.Hour)
	fmt.Println(began.UTC().Format(time.DateOnly), time.Since(began).Truncate(time.Minute))
	_, err = rand.Read(make([]byte, 3000))
	must(err)
	must(os.Stdout.Sync())
	fmt.Fprintln(os.Stderr, "done")
	os.Exit(5)
}

func read() {
	content, err := os.ReadFile("/in/a")
	must(err)
	fmt.Printf("%q\n", content)
	info, err := os.Stat("/in/a")
	must(err)
	fmt.Println(info.Name(), info.Size(), info.Mode(), info.ModTime().UTC())
	refused(os.WriteFile("/in/a", nil, 0o600), syscall.EROFS)
	refused(os.WriteFile("/in/new", nil, 0o600), syscall.EROFS)
	refused(os.Remove("/in/a"), syscall.EROFS)
	refused(os.Symlink("/in/a", "/out/link"), errors.ErrUnsupported)
	refused(os.Link("/in/a", "/out/link"), errors.ErrUnsupported)
	_, err = os.Readlink("/in/a")
	refused(err, syscall.EINVAL)
	_, err = os.Stat("/in/missing")
	refused(err, fs.ErrNotExist)
	_, err = os.ReadFile("/in")
	refused(err, syscall.EISDIR)
	info, err = os.Stdin.Stat()
	must(err)
	fmt.Println(info.Mode(), info.Size())
	info, err = os.Stdout.Stat()
	must(err)
	fmt.Println(info.Mode(), info.Size())
}

func write() {
	must(os.MkdirAll("/out/x/y/z", 0o755))
	must(os.MkdirAll("/out/x/y/z", 0o755))
	must(os.WriteFile("/out/x/f", []byte("one\n"), 0o644))
	f, err := os.OpenFile("/out/x/f", os.O_APPEND|os.O_WRONLY, 0)
	must(err)
	_, err = f.WriteString("two\n")
	must(err)
	_, err = f.Read(make([]byte, 1))
	refused(err, syscall.EBADF)
	must(f.Close())
	f, err = os.OpenFile("/out/x/f", os.O_RDWR, 0)
	must(err)
	_, err = f.Seek(-4, io.SeekEnd)
	must(err)
	rest, err := io.ReadAll(f)
	must(err)
	fmt.Printf("%q\n", rest)
	_, err = f.WriteAt([]byte("O"), 0)
	must(err)
	must(f.Truncate(5))
	must(f.Sync())
	_, err = f.ReadAt(make([]byte, 10), 2)
	refused(err, io.EOF)
	must(f.Close())
	_, err = os.OpenFile("/out/x/f", os.O_CREATE|os.O_EXCL, 0o644)
	refused(err, fs.ErrExist)
	must(os.Chtimes("/out/x/f", time.Now(), time.Now()))
	must(os.Chmod("/out/x/f", 0o600))
	must(os.Rename("/out/x/f", "/out/x/y/g"))
	refused(os.Rename("/out/x", "/out/x/y/z/x"), syscall.EINVAL)
	refused(os.Remove("/out/x"), syscall.ENOTEMPTY)
	refused(os.WriteFile("/out/large", make([]byte, 200_000), 0o644), syscall.ENOSPC)
	must(os.Remove("/out/large"))
	temp, err := os.CreateTemp("/out", "t*")
	must(err)
	must(temp.Close())
	must(os.Remove(temp.Name()))
}

func tree() {
	for i := range 300 {
		must(os.WriteFile(fmt.Sprintf("/out/x/y/%03d%s", i, strings.Repeat("n", i%40)), nil, 0o644))
	}
	entries, err := os.ReadDir("/out/x/y")
	must(err)
	fmt.Println(len(entries), entries[0], entries[301])
	must(os.CopyFS("/out/copy", os.DirFS("/in")))
	root, err := os.OpenRoot("/out")
	must(err)
	_, err = root.Open("../in/a")
	if err == nil {
		panic("climbed")
	}
	must(root.RemoveAll("copy"))
	must(root.Close())
	must(filepath.WalkDir("/out", func(path string, entry fs.DirEntry, err error) error {
		if entry.IsDir() {
			fmt.Println(path)
		}
		return err
	}))
	must(os.RemoveAll("/out/x/y"))
	must(os.WriteFile("/out/x/hole", bytes.Repeat([]byte("h"), 5000), 0o644))
	must(os.Truncate("/out/x/hole", 3))
}
