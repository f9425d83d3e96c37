// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package cuda

import (
	_ "embed" // the kernels
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"sync"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/x/por/gemm"
)

//go:embed kernel/step_sm80.ptx
var stepTensor []byte

//go:embed kernel/step_sm61.ptx
var stepDP4A []byte

//go:embed kernel/digest.ptx
var digest []byte

// Attributes of a device: CU_DEVICE_ATTRIBUTE_...
const (
	attributeUnits = 16
	attributeMajor = 75
	attributeMinor = 76
)

// An engine is one device with one chain. All calls of the driver are made by one
// thread, which has the device's primary context.
type engine struct {
	calls chan func()
	info  gpu.Info
	dev   int32

	modules        []uintptr
	step, digest   uintptr
	threads        uint32 // a block of step
	pins           runtime.Pinner
	stepArgs       *stepArgs
	digestArgs     *digestArgs
	n              int
	b, a, next, to uint64 // device memory: columns of B, rows of A_t and A_t+1, digests
}

// The kernels' parameters and the list of their addresses, as cuLaunchKernel wants it.
type stepArgs struct {
	a, b, out                 uint64
	lg, row, column, mul, add uint32
	list                      [8]uintptr
}

type digestArgs struct {
	a, out uint64
	n      uint32
	list   [3]uintptr
}

// Open takes a device, by its number for CUDA, and translates the kernels for it.
func Open(index int, opts Options) (gpu.Engine, error) {
	if err := loadDriver(); err != nil {
		return nil, fmt.Errorf("%w: %w", gpu.ErrNone, err)
	}
	e := &engine{calls: make(chan func())}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the context in it
		for f := range e.calls {
			f()
		}
	}()
	if err := e.do(func() error { return e.open(index, opts) }); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// do runs f on the device's thread.
func (e *engine) do(f func() error) error {
	done := make(chan error)
	e.calls <- func() { done <- f() }
	return <-done
}

func (e *engine) open(index int, opts Options) error {
	e.dev = -1
	var count, dev int32
	if err := check("cuDeviceGetCount", driver.count(&count)); err != nil {
		return err
	}
	if index < 0 || index >= int(count) {
		return fmt.Errorf("%w: %d of %d", gpu.ErrNone, index, count)
	}
	if err := check("cuDeviceGet", driver.device(&dev, int32(index))); err != nil {
		return err
	}
	major, err := e.describe(dev)
	if err != nil {
		return err
	}
	var context uintptr
	if err := check("cuDevicePrimaryCtxRetain", driver.retain(&context, dev)); err != nil {
		return err
	}
	e.dev = dev
	if err := check("cuCtxSetCurrent", driver.setCurrent(context)); err != nil {
		return err
	}
	var free, total uint64
	if err := check("cuMemGetInfo", driver.memInfo(&free, &total)); err != nil {
		return err
	}
	e.info.Free, e.info.Memory = free, total
	image := stepTensor
	e.threads = 128
	if opts.DP4A || major < 8 {
		image, e.threads = stepDP4A, 256
	}
	if e.step, err = e.load(image, "step"); err != nil {
		return err
	}
	if e.digest, err = e.load(digest, "digest"); err != nil {
		return err
	}
	e.prepare()
	return nil
}

// describe fills in the device's facts and answers the major compute capability.
func (e *engine) describe(dev int32) (int32, error) {
	var name [128]byte
	if err := check("cuDeviceGetName", driver.name(&name[0], int32(len(name)), dev)); err != nil {
		return 0, err
	}
	var uuid [16]byte
	if err := check("cuDeviceGetUuid", driver.uuid(&uuid[0], dev)); err != nil {
		return 0, err
	}
	var version, major, minor, units int32
	if err := errors.Join(
		check("cuDriverGetVersion", driver.version(&version)),
		check("cuDeviceGetAttribute", driver.attribute(&major, attributeMajor, dev)),
		check("cuDeviceGetAttribute", driver.attribute(&minor, attributeMinor, dev)),
		check("cuDeviceGetAttribute", driver.attribute(&units, attributeUnits, dev)),
	); err != nil {
		return 0, err
	}
	e.info = gpu.Info{
		Kind:    "cuda",
		Name:    text(name[:]),
		Class:   gpu.Class(text(name[:])),
		UUID:    fmt.Sprintf("GPU-%x-%x-%x-%x-%x", uuid[:4], uuid[4:6], uuid[6:8], uuid[8:10], uuid[10:]),
		Driver:  fmt.Sprintf("cuda %d.%d", version/1000, version%1000/10),
		Compute: fmt.Sprintf("%d.%d", major, minor),
		Units:   int(units),
	}
	if major < 6 || major == 6 && minor < 1 {
		return 0, fmt.Errorf("%w: compute capability %s, 6.1 is needed", gpu.ErrDevice, e.info.Compute)
	}
	return major, nil
}

// Options of the translation of PTX: CU_JIT_...
const (
	jitErrorLog     = 5
	jitErrorLogSize = 6
)

// load translates a text and finds its one kernel.
func (e *engine) load(image []byte, name string) (uintptr, error) {
	image = append(append([]byte(nil), image...), 0) // a C string
	log := make([]byte, 8<<10)
	var pins runtime.Pinner
	defer pins.Unpin()
	pins.Pin(&log[0])
	options := []int32{jitErrorLog, jitErrorLogSize}
	values := []uintptr{address(&log[0]), uintptr(len(log))}
	var module, function uintptr
	if err := check("cuModuleLoadDataEx", driver.moduleLoad(&module, &image[0], 2, &options[0], &values[0])); err != nil {
		return 0, fmt.Errorf("kernel %s: %w: %s", name, err, text(log))
	}
	e.modules = append(e.modules, module)
	symbol := append([]byte(name), 0)
	if err := check("cuModuleGetFunction", driver.function(&function, module, &symbol[0])); err != nil {
		return 0, fmt.Errorf("kernel %s: %w", name, err)
	}
	return function, nil
}

// prepare pins the kernels' parameters and lists their addresses.
func (e *engine) prepare() {
	s, d := &stepArgs{}, &digestArgs{}
	e.pins.Pin(s)
	e.pins.Pin(d)
	s.list = [8]uintptr{
		address(&s.a), address(&s.b), address(&s.out), address(&s.lg),
		address(&s.row), address(&s.column), address(&s.mul), address(&s.add),
	}
	d.list = [3]uintptr{address(&d.a), address(&d.out), address(&d.n)}
	e.stepArgs, e.digestArgs = s, d
}

// Info describes the device.
func (e *engine) Info() gpu.Info { return e.info }

// Load makes B and A_0.
func (e *engine) Load(s *gemm.Streams) error {
	return e.do(func() error {
		if err := e.room(s.N()); err != nil {
			return err
		}
		if err := e.upload(e.b, s.Columns); err != nil {
			return err
		}
		return e.upload(e.a, s.Rows)
	})
}

// room makes memory for matrices of order n.
func (e *engine) room(n int) error {
	if e.n == n {
		return nil
	}
	if err := e.release(); err != nil {
		return err
	}
	size := uint64(n) * uint64(n)
	for _, p := range []*uint64{&e.b, &e.a, &e.next} {
		if err := check("cuMemAlloc", driver.alloc(p, size)); err != nil {
			return errors.Join(err, e.release())
		}
	}
	if err := check("cuMemAlloc", driver.alloc(&e.to, uint64(n)*32)); err != nil {
		return errors.Join(err, e.release())
	}
	e.n = n
	return nil
}

// release gives the matrices back.
func (e *engine) release() error {
	var failed error
	for _, p := range []*uint64{&e.b, &e.a, &e.next, &e.to} {
		if *p != 0 {
			failed = errors.Join(failed, check("cuMemFree", driver.free(*p)))
			*p = 0
		}
	}
	e.n = 0
	return failed
}

// upload makes the lines of a matrix, some 32 MiB at a time by all threads, and
// copies them to the device.
func (e *engine) upload(to uint64, fill func(dst []byte, first int)) error {
	lines := min(e.n, max(1, 32<<20/e.n)) // both powers of two
	buf := make([]byte, lines*e.n)
	share := max(1, lines/runtime.GOMAXPROCS(0))
	for first := 0; first < e.n; first += lines {
		var wg sync.WaitGroup
		for i := 0; i < lines; i += share {
			wg.Go(func() { fill(buf[i*e.n:min(i+share, lines)*e.n], first+i) })
		}
		wg.Wait()
		if err := check("cuMemcpyHtoD", driver.toDevice(to+uint64(first*e.n), &buf[0], uint64(len(buf)))); err != nil {
			return err
		}
	}
	return nil
}

// Step makes the next matrix and the digests of its rows.
func (e *engine) Step(key gemm.StepKey, digests []gpu.Digest) error {
	return e.do(func() error {
		if e.n == 0 || len(digests) != e.n {
			return fmt.Errorf("%w: no chain, or %d digests for %d rows", gpu.ErrDevice, len(digests), e.n)
		}
		n := uint32(e.n)
		s, d := e.stepArgs, e.digestArgs
		s.a, s.b, s.out, s.lg = e.a, e.b, e.next, uint32(bits.TrailingZeros32(n/128))
		s.row, s.column, s.mul, s.add = key.Row, key.Column, key.Mul, key.Add
		tiles := n / 128 * (n / 128)
		if err := check("step", driver.launch(e.step, tiles, 1, 1, e.threads, 1, 1, 0, 0, &s.list[0], nil)); err != nil {
			return err
		}
		d.a, d.out, d.n = e.next, e.to, n
		if err := check("digest", driver.launch(e.digest, n/32, 1, 1, 32, 1, 1, 0, 0, &d.list[0], nil)); err != nil {
			return err
		}
		if err := check("cuMemcpyDtoH", driver.toHost(&digests[0][0], e.to, uint64(n)*32)); err != nil {
			return err
		}
		e.a, e.next = e.next, e.a
		return nil
	})
}

// Read copies rows of the current matrix.
func (e *engine) Read(dst []byte, first int) error {
	return e.do(func() error {
		if e.n == 0 || len(dst) == 0 || first < 0 || first*e.n+len(dst) > e.n*e.n {
			return fmt.Errorf("%w: rows out of range", gpu.ErrDevice)
		}
		return check("cuMemcpyDtoH", driver.toHost(&dst[0], e.a+uint64(first*e.n), uint64(len(dst))))
	})
}

// Write makes a matrix current.
func (e *engine) Write(matrix []byte) error {
	return e.do(func() error {
		if e.n == 0 || len(matrix) != e.n*e.n {
			return fmt.Errorf("%w: no chain, or a matrix of %d bytes", gpu.ErrDevice, len(matrix))
		}
		return check("cuMemcpyHtoD", driver.toDevice(e.a, &matrix[0], uint64(len(matrix))))
	})
}

// Close gives everything back. A closed engine must not be used.
func (e *engine) Close() error {
	err := e.do(func() error {
		failed := e.release()
		for _, m := range e.modules {
			failed = errors.Join(failed, check("cuModuleUnload", driver.moduleUnload(m)))
		}
		e.modules = nil
		if e.dev >= 0 {
			failed = errors.Join(failed, check("cuDevicePrimaryCtxRelease", driver.release(e.dev)))
			e.dev = -1
		}
		e.pins.Unpin()
		return failed
	})
	close(e.calls)
	return err
}
