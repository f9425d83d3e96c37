// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Config says where a Runner works.
type Config struct {
	// CacheDir is the folder of compiled code. It holds native code that is
	// trusted as much as this executable: nobody else may write there.
	CacheDir string
	// CacheBytes is how much compiled code is kept; 0 is DefaultCacheBytes.
	CacheBytes uint64
	// CompileTimeout is this host's patience with one compilation; 0 is DefaultCompileTimeout.
	CompileTimeout time.Duration
	// Executable is the binary to run children from, whose main calls ChildMain
	// first; empty is this very executable.
	Executable string
}

// Defaults of a Config.
const (
	DefaultCacheBytes     = 4 << 30
	DefaultCompileTimeout = 2 * time.Minute
)

// self is this executable, even after its file was replaced.
const self = "/proc/self/exe"

// Runner runs tasks. It may be used by many callers at once and limits nothing:
// every Run is one child, two with a compilation before it.
type Runner struct {
	cfg   Config
	cache *codeCache
}

// New makes a Runner. It fails on a platform where results would not be the
// same as elsewhere, naming it, and in a binary whose main has not called
// ChildMain.
func New(cfg Config) (*Runner, error) {
	if err := supported(); err != nil {
		return nil, err
	}
	if cfg.CacheDir == "" {
		return nil, errors.New("sandbox: no cache directory")
	}
	if cfg.Executable == "" {
		if !entered.Load() {
			return nil, errors.New("sandbox: main must call sandbox.ChildMain before anything else")
		}
		cfg.Executable = self
	}
	if cfg.CacheBytes == 0 {
		cfg.CacheBytes = DefaultCacheBytes
	}
	if cfg.CompileTimeout == 0 {
		cfg.CompileTimeout = DefaultCompileTimeout
	}
	cache, err := newCodeCache(cfg.CacheDir, cfg.CacheBytes)
	if err != nil {
		return nil, fmt.Errorf("sandbox: open the cache: %w", err)
	}
	return &Runner{cfg: cfg, cache: cache}, nil
}

// Run runs a task to its end. The error is an ErrInvalidTask, which every
// worker gets, or an *Abstention, which is this machine's own; without an error
// the Result is complete and may be published. When ctx ends the child is
// killed and gone before Run returns.
func (r *Runner) Run(ctx context.Context, t Task) (Result, error) {
	if err := t.Validate(); err != nil {
		return Result{}, err
	}
	result, a := r.run(ctx, t)
	if a != nil && a.Cause == CauseCache {
		// Damaged or dropped meanwhile: the next run compiles again.
		result, a = r.run(ctx, t)
	}
	if a != nil {
		a.Task = t.ID
		return Result{}, a
	}
	return result, nil
}

func (r *Runner) run(ctx context.Context, t Task) (Result, *Abstention) {
	module, size, err := openRegular(t.Module)
	if err != nil {
		return Result{}, &Abstention{Cause: CauseHost, Detail: "open the module", Err: err}
	}
	defer closeAll([]*os.File{module})
	if size > MaxModuleSize {
		return empty(t, verdict{
			Status: StatusInvalidModule,
			Detail: fmt.Sprintf("the module has %d bytes, at most %d", size, MaxModuleSize),
		})
	}
	key, err := keyOf(module, size)
	if err != nil {
		return Result{}, &Abstention{Cause: CauseHost, Detail: "read the module", Err: err}
	}
	began := time.Now()
	v, compiled, a := r.compile(ctx, key, module, size)
	switch {
	case a != nil:
		return Result{}, a
	case v.Status != StatusOK:
		return empty(t, v)
	}
	var compileTime time.Duration
	if compiled {
		compileTime = time.Since(began)
	}
	result, a := r.execute(ctx, t, key, module, size)
	if a != nil && a.Cause == CauseCache {
		if err := os.RemoveAll(r.cache.verdictPath(key)); err != nil {
			a.Cause, a.Err = CauseHost, err // trying again would end here too
		}
	}
	result.Usage.Compile = compileTime
	return result, a
}

// compile makes sure that the cache has the module, or knows that it is invalid.
func (r *Runner) compile(ctx context.Context, key string, module *os.File, size int64) (v verdict, compiled bool, a *Abstention) {
	if v, found := r.cache.lookup(key); found {
		return v, false, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.cfg.CompileTimeout, errTimeout)
	defer cancel()
	unlock, err := r.cache.lock(ctx, key)
	if err != nil {
		return verdict{}, false, waitAbstention(err)
	}
	defer unlock()
	if v, found := r.cache.lookup(key); found {
		return v, false, nil // somebody else did it
	}
	if err := r.cache.clear(key); err != nil {
		return verdict{}, false, &Abstention{Cause: CauseHost, Detail: "clear the cache", Err: err}
	}
	j := job{CacheDir: r.cache.codeDir(key), ModuleSize: size, CPUSeconds: cpuSeconds(r.cfg.CompileTimeout)}
	v, _, a = spawn(ctx, r.cfg.Executable, childModeCompile, j, []*os.File{module}, func(kind byte, _ []byte) error {
		return fmt.Errorf("%w: frame %q while compiling", errProtocol, kind)
	})
	if a != nil {
		a.Detail = "compile: " + a.Detail
		return verdict{}, false, a
	}
	if err := r.cache.store(key, v); err != nil {
		return verdict{}, false, &Abstention{Cause: CauseHost, Detail: "store in the cache", Err: err}
	}
	return v, true, nil
}

// execute runs the compiled module and delivers its files.
func (r *Runner) execute(ctx context.Context, t Task, key string, module *os.File, size int64) (_ Result, a *Abstention) {
	j := job{
		CacheDir:   r.cache.codeDir(key),
		ModuleSize: size,
		Args:       t.Args,
		Env:        t.Env,
		Memory:     t.MemoryLimit,
		Output:     t.OutputLimit,
		Seed:       t.Seed,
		CPUSeconds: cpuSeconds(t.Timeout),
	}
	files := []*os.File{module}
	defer func() { closeAll(files[1:]) }()
	if t.Stdin != "" {
		f, size, err := openRegular(t.Stdin)
		if err != nil {
			return Result{}, &Abstention{Cause: CauseHost, Detail: "open stdin", Err: err}
		}
		files = append(files, f)
		j.HasStdin, j.StdinSize = true, size
	}
	// In order of their names, as even inode numbers follow the order.
	inputs := slices.SortedFunc(slices.Values(t.Inputs), func(a, b Input) int { return strings.Compare(a.Name, b.Name) })
	for _, in := range inputs {
		f, size, err := openRegular(in.Path)
		if err != nil {
			return Result{}, &Abstention{Cause: CauseHost, Detail: "open an input", Err: err}
		}
		files = append(files, f)
		j.Inputs = append(j.Inputs, jobInput{Name: in.Name, Size: size})
	}
	c, err := prepare(t.ResultDir, t.OutputLimit)
	if err != nil {
		return Result{}, &Abstention{Cause: CauseHost, Detail: "prepare the result", Err: err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.Timeout, errTimeout)
	defer cancel()
	v, usage, a := spawn(ctx, r.cfg.Executable, childModeRun, j, files, c.take)
	if a != nil {
		a.Err = errors.Join(a.Err, c.discard())
		return Result{}, a
	}
	return c.finish(t, v, usage)
}

// finish turns a verdict and the files that came before it into a result.
func (c *collector) finish(t Task, v verdict, usage Usage) (Result, *Abstention) {
	if err := c.keep(); err != nil {
		return Result{}, &Abstention{Cause: CauseHost, Detail: "write the result", Err: err}
	}
	result := c.result
	result.Outcome = Outcome{Status: v.Status, ExitCode: v.ExitCode, Gas: v.Gas}
	result.Dir, result.Detail, result.Usage = t.ResultDir, v.Detail, usage
	return result, nil
}

// empty delivers the result of a module that never ran: no bytes.
func empty(t Task, v verdict) (Result, *Abstention) {
	c, err := prepare(t.ResultDir, 0)
	if err != nil {
		return Result{}, &Abstention{Cause: CauseHost, Detail: "prepare the result", Err: err}
	}
	return c.finish(t, v, Usage{})
}

func waitAbstention(err error) *Abstention {
	cause := CauseCancelled
	if errors.Is(err, errTimeout) {
		cause = CauseTimeout
	}
	return &Abstention{Cause: cause, Detail: "wait for a compilation", Err: err}
}

// cpuSeconds is a processor time limit that an honest run within its wall-clock
// time does not meet: two threads, and some seconds for the start.
func cpuSeconds(timeout time.Duration) uint64 {
	return 2*uint64((timeout+time.Second-1)/time.Second) + 5
}

// openRegular opens a regular file that is not a link, and returns its size.
func openRegular(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, openFlags, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// closeAll closes files that were only read.
func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
