// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Guest is the program that the sandbox tests run: one subcommand a behaviour.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	commands := map[string]func(args []string) error{
		"echo": echo, "exit": exit, "loop": loop, "bomb": bomb, "flood": flood, "cat": cat,
		"escape": escape, "world": world, "out": out, "outflood": outFlood, "outfiles": outFiles, "stderr": stderr,
		"openmany": openMany, "inflate": inflate, "recurse": recurse, "floats": floats, "hostile": hostile,
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
}

func echo([]string) error {
	fmt.Printf("%q %q\n", os.Args, os.Environ())
	_, err := io.Copy(os.Stdout, os.Stdin)
	return err
}

func exit(args []string) error {
	code, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	fmt.Println("leaving")
	os.Exit(code)
	return nil
}

func loop([]string) error {
	for i := 0; ; i++ {
		sink = i
	}
}

var sink any

func bomb([]string) error {
	for i := 0; ; i++ {
		block := make([]byte, 1<<20)
		for at := 0; at < len(block); at += 4096 {
			block[at] = 1
		}
		sink = append([]any{sink}, block)
		if i%16 == 0 {
			fmt.Println(i)
		}
	}
}

// inflate unpacks stdin into a file, or into memory without one.
func inflate(args []string) error {
	unpacked, err := gzip.NewReader(os.Stdin)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		body, err := io.ReadAll(unpacked)
		sink = body
		return err
	}
	f, err := os.Create(args[0])
	if err != nil {
		return err
	}
	_, err = io.Copy(f, unpacked)
	return errors.Join(err, f.Close())
}

func recurse([]string) error {
	debug.SetMaxStack(1 << 30)
	var deeper func(n int) int
	deeper = func(n int) int { return deeper(n+1) + n }
	sink = deeper(0)
	return nil
}

// floats prints the bits of results that machines do not agree on by themselves.
func floats([]string) error {
	zero := float64(len(os.Args) - 2)
	zero32 := float32(zero)
	values := []float64{zero / zero, -(zero / zero), math.Inf(1) - math.Inf(1), math.Sqrt(-1 - zero), zero * math.Inf(-1)}
	for _, payload := range []uint64{0x7ff0000000000001, 0xfff8000000000123, 0x7ff8000000000000} {
		nan := math.Float64frombits(payload)
		values = append(values, nan+1, 1-nan, nan*nan, math.Max(nan, 1), math.Floor(nan), float64(float32(nan)))
	}
	for _, v := range values {
		fmt.Printf("%x ", math.Float64bits(v))
	}
	nan32 := math.Float32frombits(0x7f800001)
	fmt.Printf("%x %x\n", math.Float32bits(zero32/zero32), math.Float32bits(nan32*nan32))

	weights := make(map[string]float64)
	for i := range 1000 {
		weights[strconv.Itoa(i)] = 1 / float64(i+1)
	}
	sum := 0.0
	for _, w := range weights { // in the map's order, which shows in the last bits
		sum += w * math.Sin(w) * math.Pow(w, sum)
	}
	fmt.Printf("%x %d\n", math.Float64bits(sum), time.Now().UnixNano())
	return nil
}

// hostile makes names of every kind in /out; those that work are lines.
func hostile([]string) error {
	names := []string{
		"../up", "a/../../up", "/etc/x", "./same", "a\\b", "con", "-rf", "a b", "\n", "\x1b[31m", "ü", "e\u0301",
		"\xff\xfe", "nul\x00byte", strings.Repeat("n", 255), strings.Repeat("n", 256), strings.Repeat("d/", 40) + "deep", "", ".", "..",
	}
	for _, name := range names {
		// Past the language's own cleaning.
		fd, err := syscall.Open("/out/"+name, syscall.O_CREAT|syscall.O_WRONLY|syscall.O_EXCL, 0o644)
		if err == nil {
			fmt.Printf("%.20q\n", name)
			err = syscall.Close(fd)
		}
		fmt.Fprintf(os.Stderr, "%.20q -> %v\n", name, err)
	}
	return nil
}

// flood writes until it is refused.
func flood([]string) error {
	line := bytes.Repeat([]byte("x"), 999)
	for {
		if _, err := os.Stdout.Write(append(line, '\n')); err != nil {
			return err
		}
	}
}

func cat(args []string) error {
	for _, name := range args {
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := os.Stdout.Write(body); err != nil {
			return err
		}
	}
	return nil
}

func stderr([]string) error {
	for range 4 << 10 {
		if _, err := fmt.Fprintf(os.Stderr, "%063d\n", 7); err != nil {
			return err
		}
	}
	return nil
}

// escape tries to get out; every attempt that works is a line.
func escape([]string) error {
	try := func(name string, err error) {
		fmt.Fprintln(os.Stderr, name, "->", err)
		if err == nil {
			fmt.Println(name)
		}
	}
	open := func(path string) error {
		_, err := os.ReadFile(path)
		return err
	}
	for _, path := range []string{
		"/etc/passwd", "/in/../etc/passwd", "/in/../../etc/passwd", "/out/../etc/passwd", "../etc/passwd",
		"/proc/self/environ", "/in/link", "/in/a\x00b", "/dev/null",
	} {
		try("read "+path, open(path))
	}
	_, err := os.ReadDir("/")
	try("list /", err)
	// Past the language's own cleaning: a path below an open directory.
	dir, err := syscall.Open("/in", syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	_ = dir
	try("write input", os.WriteFile("/in/a", []byte("x"), 0o644))
	try("create in /in", os.WriteFile("/in/new", nil, 0o644))
	try("remove input", os.Remove("/in/a"))
	try("rename input", os.Rename("/in/a", "/in/b"))
	try("move input out", os.Rename("/in/a", "/out/a"))
	try("mkdir in /in", os.Mkdir("/in/d", 0o755))
	try("symlink", os.Symlink("/etc", "/out/etc"))
	try("read symlink", open("/out/etc/passwd"))
	try("hard link", os.Link("/in/a", "/out/hard"))
	try("write above /out", os.WriteFile("/out/../escaped", nil, 0o644))
	_, err = net.Dial("tcp", "127.0.0.1:80")
	try("dial", err)
	_, err = net.Listen("tcp", "127.0.0.1:0")
	// The Go library simulates listening inside the process; no socket of the host is behind it.
	fmt.Fprintln(os.Stderr, "listen ->", err)
	_, err = net.LookupHost("localhost.localdomain")
	try("lookup", err)
	try("exec", exec.Command("/bin/sh", "-c", "true").Run())
	_, err = os.StartProcess("/proc/self/exe", []string{"x"}, &os.ProcAttr{})
	try("fork", err)
	try("kill", syscall.Kill(1, syscall.SIGKILL))
	for _, entry := range os.Environ() {
		fmt.Println("environment", entry)
	}
	return nil
}

// world prints everything a guest can see that a host might leak.
func world([]string) error {
	began := time.Now()
	fmt.Println(began.UTC().Format(time.RFC3339Nano))
	time.Sleep(time.Hour)
	fmt.Println("slept", time.Since(began).Truncate(time.Minute))
	random := make([]byte, 48)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	fmt.Printf("%x %d %s\n", random, os.Getpid(), filepath.Join(os.TempDir()))
	for _, dir := range []string{"/in", "/out"} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			fmt.Println(path, info.Mode(), info.Size(), info.ModTime().UTC(), info.Sys())
			return nil
		})
		if err != nil {
			return err
		}
	}
	var many [64]map[int]int // iteration order comes from the seed
	for i := range many {
		many[i] = map[int]int{1: 1, 2: 2, 3: 3, 4: 4}
		for k := range many[i] {
			fmt.Print(k)
		}
	}
	fmt.Println()
	return nil
}

// out uses /out in every way there is and leaves a known tree.
func out([]string) error {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	refused := func(err, want error) {
		if !errors.Is(err, want) {
			panic(fmt.Sprint(err, " is not ", want))
		}
	}
	must(os.MkdirAll("/out/dir/sub", 0o755))
	must(os.WriteFile("/out/z", []byte("last"), 0o644))
	must(os.WriteFile("/out/dir/first", []byte("first"), 0o600))
	must(os.Rename("/out/dir/first", "/out/dir/sub/moved"))
	must(os.WriteFile("/out/gone", bytes.Repeat([]byte("g"), 100_000), 0o644))
	must(os.Remove("/out/gone"))
	must(os.Mkdir("/out/empty", 0o755))
	refused(os.Remove("/out/dir"), syscall.ENOTEMPTY)
	refused(os.Rename("/out/dir", "/out/dir/sub/dir"), syscall.EINVAL)
	refused(os.Mkdir("/out/dir", 0o755), fs.ErrExist)
	_, err := os.Open("/out/nothing")
	refused(err, fs.ErrNotExist)

	f, err := os.OpenFile("/out/big", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	must(err)
	_, err = f.WriteAt([]byte("end"), 50_000) // a hole before it
	must(err)
	_, err = f.WriteAt([]byte("middle"), 16<<10-3) // across two chunks
	must(err)
	must(f.Truncate(40_000))
	must(f.Truncate(40_010))
	_, err = f.Seek(-10, io.SeekEnd)
	must(err)
	tail, err := io.ReadAll(f)
	must(err)
	if !bytes.Equal(tail, make([]byte, 10)) {
		panic(fmt.Sprint("tail ", tail))
	}
	must(f.Close())

	f, err = os.OpenFile("/out/z", os.O_APPEND|os.O_WRONLY, 0)
	must(err)
	_, err = f.WriteString(" line")
	must(err)
	must(f.Close())
	must(os.Chtimes("/out/z", time.Unix(1, 0), time.Unix(1, 0)))

	entries, err := os.ReadDir("/out")
	must(err)
	for _, entry := range entries {
		fmt.Println(entry)
	}
	return nil
}

// outFlood fills /out until it is refused, frees it, and fills it again.
func outFlood([]string) error {
	for range 2 {
		f, err := os.Create("/out/flood")
		if err != nil {
			return err
		}
		written := 0
		for err == nil {
			var n int
			n, err = f.Write(make([]byte, 4096))
			written += n
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
		fmt.Println("written", written)
		if err := errors.Join(os.Remove("/out/flood"), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func outFiles([]string) error {
	for i := 0; ; i++ {
		if err := os.WriteFile("/out/"+strconv.Itoa(i), nil, 0o644); err != nil {
			fmt.Println(i, errors.Is(err, syscall.ENOSPC))
			return os.WriteFile("/out/1", []byte("still works"), 0o644)
		}
	}
}

func openMany([]string) error {
	var files []*os.File
	for {
		f, err := os.Open("/in/a")
		if err != nil {
			fmt.Println(len(files), errors.Is(err, syscall.EMFILE))
			return nil
		}
		files = append(files, f)
	}
}
