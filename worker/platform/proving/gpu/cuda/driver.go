// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package cuda

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
)

// driver holds the functions of the CUDA driver, libcuda.so.1. Names with _v2 are
// what cuda.h's macros make of the plain ones.
var driver struct {
	once sync.Once
	err  error

	init         func(uint32) int32
	version      func(*int32) int32
	errorName    func(int32, **byte) int32
	count        func(*int32) int32
	device       func(*int32, int32) int32
	name         func(*byte, int32, int32) int32
	uuid         func(*byte, int32) int32
	totalMem     func(*uint64, int32) int32
	attribute    func(*int32, int32, int32) int32
	retain       func(*uintptr, int32) int32
	release      func(int32) int32
	setCurrent   func(uintptr) int32
	synchronize  func() int32
	memInfo      func(*uint64, *uint64) int32
	moduleLoad   func(module *uintptr, image *byte, count uint32, options *int32, values *uintptr) int32
	moduleUnload func(uintptr) int32
	function     func(*uintptr, uintptr, *byte) int32
	alloc        func(*uint64, uint64) int32
	free         func(uint64) int32
	toDevice     func(uint64, *byte, uint64) int32
	toHost       func(*byte, uint64, uint64) int32
	launch       func(f uintptr, gx, gy, gz, bx, by, bz, shared uint32, stream uintptr, params, extra *uintptr) int32
}

func loadDriver() error {
	driver.once.Do(func() {
		driver.err = bind("libcuda.so.1", map[string]any{
			"cuInit":                       &driver.init,
			"cuDriverGetVersion":           &driver.version,
			"cuGetErrorName":               &driver.errorName,
			"cuDeviceGetCount":             &driver.count,
			"cuDeviceGet":                  &driver.device,
			"cuDeviceGetName":              &driver.name,
			"cuDeviceGetUuid":              &driver.uuid,
			"cuDeviceTotalMem_v2":          &driver.totalMem,
			"cuDeviceGetAttribute":         &driver.attribute,
			"cuDevicePrimaryCtxRetain":     &driver.retain,
			"cuDevicePrimaryCtxRelease_v2": &driver.release,
			"cuCtxSetCurrent":              &driver.setCurrent,
			"cuCtxSynchronize":             &driver.synchronize,
			"cuMemGetInfo_v2":              &driver.memInfo,
			"cuModuleLoadDataEx":           &driver.moduleLoad,
			"cuModuleUnload":               &driver.moduleUnload,
			"cuModuleGetFunction":          &driver.function,
			"cuMemAlloc_v2":                &driver.alloc,
			"cuMemFree_v2":                 &driver.free,
			"cuMemcpyHtoD_v2":              &driver.toDevice,
			"cuMemcpyDtoH_v2":              &driver.toHost,
			"cuLaunchKernel":               &driver.launch,
		})
		if driver.err == nil {
			driver.err = check("cuInit", driver.init(0))
		}
	})
	return driver.err
}

// The driver's code for too little memory.
const outOfMemory = 2

// check makes an error of a CUresult.
func check(what string, rc int32) error {
	if rc == 0 {
		return nil
	}
	base := gpu.ErrDevice
	if rc == outOfMemory {
		base = gpu.ErrMemory
	}
	name := "unknown"
	var p *byte
	if driver.errorName != nil && driver.errorName(rc, &p) == 0 && p != nil {
		name = "" // the driver's static text, up to its 0
		for ; *p != 0; p = (*byte)(unsafe.Add(unsafe.Pointer(p), 1)) {
			name += string(rune(*p))
		}
	}
	return fmt.Errorf("%w: %s: %s (%d)", base, what, name, rc)
}
