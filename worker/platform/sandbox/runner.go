// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/engine"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/jail"
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
	// first. Empty is the small binary of package embedded, and this very
	// executable where there is none.
	Executable string
	// WeakJail lets children run on a host that lacks Landlock or seccomp, which
	// New otherwise refuses. They then rely on the engine alone to hold a guest.
	WeakJail bool
	// OneLayer leaves out the second layer around the jail, which children get
	// where the host permits it: namespaces of their own, and a control group
	// that bounds their memory and threads from outside.
	OneLayer bool
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
	cfg     Config
	cache   *codeCache
	cgroups *jail.Cgroups // nil is none
	report  jail.Report
}

// New makes a Runner. It fails on a platform where results would not be the
// same as elsewhere, naming it, on a host without the jail, naming the missing
// layer, and in a binary whose main has not called ChildMain.
func New(cfg Config) (*Runner, error) {
	if err := engine.Supported(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	report, err := jail.Probe()
	if err != nil && !cfg.WeakJail && !withCgo { // with cgo the children find out
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if cfg.CacheDir == "" {
		return nil, errors.New("sandbox: no cache directory")
	}
	if cfg.Executable == "" {
		if cfg.Executable, err = smallBinary(); err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
	}
	if cfg.Executable == "" {
		if !entered.Load() {
			return nil, errors.New("sandbox: main must call sandbox.ChildMain before anything else")
		}
		cfg.Executable = self
	}
	cfg.CacheBytes = cmp.Or(cfg.CacheBytes, DefaultCacheBytes)
	cfg.CompileTimeout = cmp.Or(cfg.CompileTimeout, DefaultCompileTimeout)
	if cfg.OneLayer {
		report.Namespaces, report.Cgroups = false, ""
	}
	r := &Runner{cfg: cfg, report: report}
	if report.Cgroups != "" {
		if r.cgroups, err = usableCgroups(); err != nil {
			r.report.Cgroups = ""
		}
	}
	if r.cache, err = newCodeCache(cfg.CacheDir, cfg.CacheBytes); err != nil {
		return nil, fmt.Errorf("sandbox: open the cache: %w", err)
	}
	return r, nil
}

// Jail says which layers the jail around this Runner's children has.
func (r *Runner) Jail() jail.Report { return r.report }

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
	key, err := digestOf(module, size)
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
	result, a := r.execute(ctx, t, key, *v.Module)
	if a != nil && a.Cause == CauseCache {
		if err := os.RemoveAll(r.cache.verdictPath(key)); err != nil {
			a.Cause, a.Err = CauseHost, err // trying again would end here too
		}
	}
	result.Usage.Compile = compileTime
	return result, a
}

// compile makes sure that the cache has the module, or knows that it is invalid.
func (r *Runner) compile(ctx context.Context, key string, original *os.File, size int64) (v verdict, compiled bool, a *Abstention) {
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
	j := job{CacheDir: r.cache.codeDir(key), Module: module{Digest: key, Size: size}, Data: compileMemory(size)}
	s := spawning{mode: childModeCompile, cpu: cpuSeconds(r.cfg.CompileTimeout), files: []*os.File{original}}
	v, _, a = r.spawn(ctx, s, j, func(kind byte, _ []byte) error {
		return fmt.Errorf("%w: frame %q while compiling", errProtocol, kind)
	})
	if a != nil {
		a.Detail = strings.TrimSuffix("compile: "+a.Detail, ": ")
		return verdict{}, false, a
	}
	if err := r.cache.store(key, v); err != nil {
		return verdict{}, false, &Abstention{Cause: CauseHost, Detail: "store in the cache", Err: err}
	}
	return v, true, nil
}

// execute runs the compiled module and delivers its files.
func (r *Runner) execute(ctx context.Context, t Task, key string, m module) (_ Result, a *Abstention) {
	j := job{
		CacheDir: r.cache.codeDir(key), Module: m,
		Args: t.Args, Env: t.Env, Seed: t.Seed,
		Gas: t.GasLimit, Memory: t.MemoryLimit, Output: t.OutputLimit,
	}
	j.Data = runMemory(j)
	code, size, err := openRegular(r.cache.instrumentedPath(key))
	if err != nil || size != m.Size {
		return Result{}, &Abstention{Cause: CauseCache, Detail: "open the instrumented module", Err: err}
	}
	files := []*os.File{code}
	defer func() { closeAll(files) }()
	if t.Stdin != "" {
		f, size, err := openRegular(t.Stdin)
		if err != nil {
			return Result{}, &Abstention{Cause: CauseHost, Detail: "open stdin", Err: err}
		}
		files = append(files, f)
		j.HasStdin, j.StdinSize = true, size
	}
	for _, in := range t.Inputs {
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
	s := spawning{mode: childModeRun, cpu: cpuSeconds(t.Timeout), heap: runHeap(j), files: files}
	v, usage, a := r.spawn(ctx, s, j, c.take)
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
