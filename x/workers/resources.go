// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"math/bits"

	errorsmod "cosmossdk.io/errors"
)

const (
	// MaxQuantity bounds every quantity of Resources.
	MaxQuantity = uint64(1) << 62
	// MaxGpuClassLength bounds Resources.gpu_class, in bytes.
	MaxGpuClassLength = 32
	// MillisPerCore is the cpu_millis of one core.
	MillisPerCore = 1000
)

// quantities lists the numbers of r. The order is the order of the fields.
func (r Resources) quantities() [6]uint64 {
	return [6]uint64{r.CpuMillis, r.MemoryBytes, r.StorageBytes, r.GpuCount, r.GpuMemoryBytes, r.BandwidthBps}
}

func fromQuantities(q [6]uint64, class string) Resources {
	return Resources{
		CpuMillis: q[0], MemoryBytes: q[1], StorageBytes: q[2],
		GpuCount: q[3], GpuMemoryBytes: q[4], BandwidthBps: q[5], GpuClass: class,
	}
}

// IsZero says whether every quantity is zero.
func (r Resources) IsZero() bool { return r.quantities() == [6]uint64{} }

// Validate refuses quantities beyond MaxQuantity, a malformed GPU class, and GPU
// memory or class without GPUs (ErrInvalidResources).
func (r Resources) Validate() error {
	for _, q := range r.quantities() {
		if q > MaxQuantity {
			return errorsmod.Wrapf(ErrInvalidResources, "a quantity of %d is beyond %d", q, MaxQuantity)
		}
	}
	if !isSlug(r.GpuClass, MaxGpuClassLength) {
		return errorsmod.Wrapf(ErrInvalidResources, "gpu_class: at most %d of a-z, 0-9 and -", MaxGpuClassLength)
	}
	if r.GpuCount == 0 && (r.GpuMemoryBytes != 0 || r.GpuClass != "") {
		return errorsmod.Wrap(ErrInvalidResources, "GPU memory or class without a GPU")
	}
	return nil
}

// Add returns r and other together, of r's GPU class (ErrResourceOverflow).
func (r Resources) Add(other Resources) (Resources, error) {
	a, b := r.quantities(), other.quantities()
	for i := range a {
		sum, carry := bits.Add64(a[i], b[i], 0)
		if carry != 0 {
			return Resources{}, errorsmod.Wrapf(ErrResourceOverflow, "%d + %d", a[i], b[i])
		}
		a[i] = sum
	}
	return fromQuantities(a, r.GpuClass), nil
}

// Sub returns r without other, of r's GPU class (ErrResourceOverflow).
func (r Resources) Sub(other Resources) (Resources, error) {
	a, b := r.quantities(), other.quantities()
	for i := range a {
		if b[i] > a[i] {
			return Resources{}, errorsmod.Wrapf(ErrResourceOverflow, "%d - %d", a[i], b[i])
		}
		a[i] -= b[i]
	}
	return fromQuantities(a, r.GpuClass), nil
}

// Min returns, quantity by quantity, the lesser of the two. GPUs of two classes
// have nothing in common: then there are none, and no GPU memory.
func (r Resources) Min(other Resources) Resources {
	a, b := r.quantities(), other.quantities()
	for i := range a {
		a[i] = min(a[i], b[i])
	}
	least := fromQuantities(a, r.GpuClass)
	if least.GpuCount == 0 || r.GpuClass != other.GpuClass {
		least.GpuCount, least.GpuMemoryBytes, least.GpuClass = 0, 0, ""
	}
	return least
}

// Without returns r without other, of r's GPU class: zero of whatever other has
// more of.
func (r Resources) Without(other Resources) Resources {
	a, b := r.quantities(), other.quantities()
	for i := range a {
		a[i] -= min(a[i], b[i])
	}
	return fromQuantities(a, r.GpuClass)
}

// Fits says whether need can be taken out of r. A need without a GPU class
// takes any class.
func (r Resources) Fits(need Resources) bool {
	have, want := r.quantities(), need.quantities()
	for i := range have {
		if want[i] > have[i] {
			return false
		}
	}
	return need.GpuClass == "" || need.GpuClass == r.GpuClass
}

// isSlug says whether s is at most limit bytes of a-z, 0-9 and "-".
func isSlug(s string, limit int) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(s) <= limit
}

// isPrintable says whether s is at most limit bytes of printable ASCII.
func isPrintable(s string, limit int) bool {
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return len(s) <= limit
}
