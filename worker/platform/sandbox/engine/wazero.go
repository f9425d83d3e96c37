// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/cpu"
)

// modulePath is the engine's Go module.
const modulePath = "github.com/tetratelabs/wazero"

// Supported says whether the compiler runs on this machine; the error names
// what is missing.
func Supported() error {
	switch {
	case runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64":
		return fmt.Errorf("%s/%s is not supported: tasks run on linux/amd64 and linux/arm64 only", runtime.GOOS, runtime.GOARCH)
	case runtime.GOARCH == "amd64" && !cpu.X86.HasSSE41:
		return errors.New("linux/amd64 without SSE4.1 is not supported by the compiler engine")
	}
	return nil
}

// ID names the compiler, its version and its target: native code of one ID is
// of no use to another.
func ID() string {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == modulePath {
				version = dep.Version
			}
		}
	}
	return "wazero-" + version + "-" + runtime.GOOS + "-" + runtime.GOARCH
}

// Cached says whether the engine left a compiled module in a cache folder.
// Loading without one compiles, which a run must not begin.
func Cached(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "wazero-*", "*"))
	if err != nil {
		return false
	}
	for _, path := range found {
		if !strings.HasSuffix(path, ".tmp") {
			return true
		}
	}
	return false
}

// wazeroEngine is wazero's compiler or interpreter.
type wazeroEngine struct {
	runtime wazero.Runtime
	cache   wazero.CompilationCache // nil without a folder
	workers int
}

// New makes an engine.
func New(ctx context.Context, kind Kind, o Options) (Engine, error) {
	var config wazero.RuntimeConfig
	switch kind {
	case Compiler:
		if err := Supported(); err != nil {
			return nil, err
		}
		config = wazero.NewRuntimeConfigCompiler()
	case Interpreter:
		config = wazero.NewRuntimeConfigInterpreter()
	default:
		return nil, fmt.Errorf("no engine %q", kind)
	}
	// Memory is limited by the allocator and not here, so that compiled code is
	// the same for every task.
	config = config.WithCoreFeatures(api.CoreFeaturesV2).WithDebugInfoEnabled(false)
	e := &wazeroEngine{workers: max(o.Workers, 1)}
	if o.CacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(o.CacheDir)
		if err != nil {
			return nil, err
		}
		e.cache, config = cache, config.WithCompilationCache(cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	return e, nil
}

// Close implements Engine.
func (e *wazeroEngine) Close(ctx context.Context) error {
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(ctx))
	}
	return err
}

// Load implements Engine.
func (e *wazeroEngine) Load(ctx context.Context, code []byte) (_ Program, err error) {
	defer recovered(&err)
	compiled, err := e.runtime.CompileModule(experimental.WithCompilationWorkers(ctx, e.workers), code)
	if err != nil {
		return nil, err
	}
	p := &program{runtime: e.runtime, compiled: compiled}
	return p, p.bind(ctx)
}

// recovered turns a panic of the engine into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		if inner, ok := p.(error); ok {
			*err = fmt.Errorf("the engine panicked: %w", inner)
			return
		}
		*err = fmt.Errorf("the engine panicked: %v", p)
	}
}
