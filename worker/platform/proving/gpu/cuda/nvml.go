// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package cuda

import (
	"errors"
	"fmt"
	"sync"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
)

// nvml holds the functions of NVIDIA's management library, libnvidia-ml.so.1.
var nvml struct {
	once   sync.Once
	loaded bool

	init          func() int32
	shutdown      func() int32
	errorString   func(int32) string
	driverVersion func(*byte, uint32) int32
	count         func(*uint32) int32
	handle        func(uint32, *uintptr) int32
	name          func(uintptr, *byte, uint32) int32
	uuid          func(uintptr, *byte, uint32) int32
	memory        func(uintptr, *nvmlMemory) int32
	powerLimit    func(uintptr, *uint32) int32
}

// nvmlMemory is nvmlMemory_t: bytes.
type nvmlMemory struct{ total, _, used uint64 } // the second is what is free

func loadNVML() bool {
	nvml.once.Do(func() {
		nvml.loaded = bind("libnvidia-ml.so.1", map[string]any{
			"nvmlInit_v2":                       &nvml.init,
			"nvmlShutdown":                      &nvml.shutdown,
			"nvmlErrorString":                   &nvml.errorString,
			"nvmlSystemGetDriverVersion":        &nvml.driverVersion,
			"nvmlDeviceGetCount_v2":             &nvml.count,
			"nvmlDeviceGetHandleByIndex_v2":     &nvml.handle,
			"nvmlDeviceGetName":                 &nvml.name,
			"nvmlDeviceGetUUID":                 &nvml.uuid,
			"nvmlDeviceGetMemoryInfo":           &nvml.memory,
			"nvmlDeviceGetPowerManagementLimit": &nvml.powerLimit,
		}) == nil
	})
	return nvml.loaded
}

// Devices lists the machine's devices. Without a driver there are none, and no
// error; a driver that fails is an error.
func Devices() ([]gpu.Device, error) {
	if !loadNVML() {
		return nil, nil
	}
	if rc := nvml.init(); rc != 0 {
		if rc == 9 || rc == 12 { // driver not loaded, library not found
			return nil, nil
		}
		return nil, nvmlError("init", rc)
	}
	defer nvml.shutdown()
	buf := make([]byte, 96)
	var driver string
	if nvml.driverVersion(&buf[0], uint32(len(buf))) == 0 {
		driver = text(buf)
	}
	var count uint32
	if rc := nvml.count(&count); rc != 0 {
		return nil, nvmlError("count", rc)
	}
	var devices []gpu.Device
	var failed error
	for i := range count {
		d := gpu.Device{Index: int(i), Driver: driver}
		if err := ask(&d, i, buf); err != nil {
			failed = errors.Join(failed, fmt.Errorf("device %d: %w", i, err))
			continue
		}
		devices = append(devices, d)
	}
	return devices, failed
}

func ask(d *gpu.Device, index uint32, buf []byte) error {
	var h uintptr
	if rc := nvml.handle(index, &h); rc != 0 {
		return nvmlError("handle", rc)
	}
	if rc := nvml.name(h, &buf[0], uint32(len(buf))); rc != 0 {
		return nvmlError("name", rc)
	}
	d.Name = text(buf)
	d.Class = gpu.Class(d.Name)
	if rc := nvml.uuid(h, &buf[0], uint32(len(buf))); rc == 0 {
		d.UUID = text(buf)
	}
	var m nvmlMemory
	if rc := nvml.memory(h, &m); rc == 0 {
		d.Memory, d.Used = m.total, m.used
	}
	var limit uint32
	if rc := nvml.powerLimit(h, &limit); rc == 0 {
		d.PowerLimit = uint64(limit)
	}
	return nil
}

func nvmlError(what string, rc int32) error {
	return fmt.Errorf("nvml %s: %s (%d)", what, nvml.errorString(rc), rc)
}
