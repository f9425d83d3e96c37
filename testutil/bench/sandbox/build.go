// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// built is a module ready to run, with one kernel in it or several.
type built struct {
	kernels []Kernel
	wasm    []byte
	// native is the program for this machine; empty where nothing could build it.
	native string
}

// builder makes kernels in a folder of its own.
type builder struct {
	ctx     context.Context
	sources string // testutil/bench/kernels
	dir     string
	cc      string // clang, if it can make modules
	notes   []string
}

// all builds every kernel that this machine has a compiler for. The notes say what
// was left out.
func (b *builder) all() ([]built, error) {
	var done []built
	clang, err := exec.LookPath("clang")
	if err == nil {
		// One probe tells whether the libraries for wasm are there as well.
		_, err = b.clang(clang, kernels[0])
	}
	if err != nil {
		b.notes = append(b.notes, "the kernels in C are left out, they need clang, lld and wasi-libc: "+firstLine(err))
		clang = ""
	}
	b.cc = clang
	native := nativeCompiler()
	if native == "" {
		b.notes = append(b.notes, "nothing is measured against native C, it needs gcc or clang")
	}
	for _, k := range kernels {
		if k.Go >= 0 || clang == "" {
			continue
		}
		code, err := b.clang(clang, k)
		if err != nil {
			return nil, err
		}
		one := built{kernels: []Kernel{k}, wasm: code}
		if native != "" {
			one.native = filepath.Join(b.dir, k.Name)
			if err := b.run(nil, native, "-O2", "-fno-math-errno", "-o", one.native, b.c("native.c"), b.c(k.Name+".c"), "-lm"); err != nil {
				return nil, err
			}
		}
		done = append(done, one)
	}
	guest, err := b.guest()
	return append(done, guest), err
}

// Packages that are built, by import path, so that they are found from anywhere in
// the module.
const (
	guestPackage = "github.com/openmesh-network/openmesh/testutil/bench/kernels/guest"
	childPackage = "github.com/openmesh-network/openmesh/worker/platform/sandbox/cmd/child"
)

// guest builds the kernels in Go: one module for all of them.
func (b *builder) guest() (built, error) {
	native, module := filepath.Join(b.dir, "guest"), filepath.Join(b.dir, "guest.wasm")
	if err := b.run(nil, "go", "build", "-o", native, guestPackage); err != nil {
		return built{}, err
	}
	if err := b.wasip1(module, "-buildmode=c-shared"); err != nil {
		return built{}, err
	}
	code, err := os.ReadFile(module)
	return built{
		kernels: slices.DeleteFunc(slices.Clone(kernels), func(k Kernel) bool { return k.Go < 0 }),
		wasm:    code, native: native,
	}, err
}

// wasip1 builds the guest in Go as a module.
func (b *builder) wasip1(out string, flags ...string) error {
	args := append([]string{"build", "-ldflags=-s -w", "-o", out}, flags...)
	return b.run([]string{"GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0"}, "go", append(args, guestPackage)...)
}

// commands builds programs that tasks can run, and the small binary that runs them.
func (b *builder) commands() (all []*command, child string, err error) {
	all = append(all, &command{name: "a few instructions", code: tiny})
	if b.cc != "" {
		code, err := b.module(b.cc, "hello", nil)
		if err != nil {
			return nil, "", err
		}
		all = append(all, &command{name: "C, puts", code: code})
	}
	out := filepath.Join(b.dir, "command.wasm")
	if err := b.wasip1(out); err != nil {
		return nil, "", err
	}
	code, err := os.ReadFile(out)
	if err != nil {
		return nil, "", err
	}
	// Without a line on stdin it ends at once.
	all = append(all, &command{name: "Go, nothing to do", code: code})
	child = filepath.Join(b.dir, "child")
	return all, child, b.run([]string{"CGO_ENABLED=0"}, "go", "build", "-ldflags=-s -w", "-o", child, childPackage)
}

// tiny is a program that returns at once: a memory of a page, both exports.
var tiny = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x04\x01\x60\x00\x00" + // types: () -> ()
	"\x03\x02\x01\x00" + // functions
	"\x05\x03\x01\x00\x01" + // memory
	"\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00" + // exports
	"\x0a\x04\x01\x02\x00\x0b") // code

// clang makes a module of a kernel in C: no libc but what memcpy and memset need,
// and the features that all of today's toolchains turn on by default.
func (b *builder) clang(clang string, k Kernel) ([]byte, error) {
	flags := []string{"-mbulk-memory", "-msign-ext", "-mnontrapping-fptoint"}
	if k.Kind == SIMD {
		flags = append(flags, "-msimd128")
	}
	return b.module(clang, k.Name, flags, "-nostartfiles", "-Wl,--no-entry")
}

// module compiles and links a program in C. These are two steps because clang
// would run wasm-opt over what it compiles and links in one, if that is there.
func (b *builder) module(clang, name string, compile []string, link ...string) ([]byte, error) {
	object, out := filepath.Join(b.dir, name+".o"), filepath.Join(b.dir, name+".wasm")
	args := append([]string{"--target=wasm32-wasi", "-O2", "-c", "-o", object}, compile...)
	if err := b.run(nil, clang, append(args, b.c(name+".c"))...); err != nil {
		return nil, err
	}
	args = append([]string{"--target=wasm32-wasi", "-nodefaultlibs", "-Wl,--strip-all", "-o", out}, link...)
	if err := b.run(nil, clang, append(args, object, "-lc")...); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}

func (b *builder) c(name string) string { return filepath.Join(b.sources, "c", name) }

// run runs a compiler, with its words in the error.
func (b *builder) run(env []string, name string, args ...string) error {
	cmd := exec.CommandContext(b.ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, args[len(args)-1], err, out)
	}
	return nil
}

// nativeCompiler is empty if there is none.
func nativeCompiler() string {
	for _, name := range []string{"gcc", "clang", "cc"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
