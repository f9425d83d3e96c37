// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package kernels_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/kernels"
)

func TestVectors(t *testing.T) {
	t.Parallel()
	for k, want := range map[kernels.Kernel]string{
		kernels.Mix:    "9852d5991c648bfcf92fa8e40a36e0ac6f64ac2f8234959c1260e356d3258016",
		kernels.Chase:  "273a6f3e2407f83cbe12289c3da6372dd3ef305165b7351e3cf8ecf68dd7a5e3",
		kernels.MatMul: "649d1e7995e9d34ec1906e0606900341b466a231f23386fe4ec0ac38b19f90ea",
	} {
		var m kernels.Machine
		x := sha256.Sum256([]byte(k.String()))
		m.Run(k, &x, 3)
		if got := hex.EncodeToString(x[:]); got != want {
			t.Errorf("%v: 3 steps from SHA-256(name) give %s, want %s", k, got, want)
		}
	}
}

func TestAMachineKeepsNothingBetweenSteps(t *testing.T) {
	t.Parallel()
	var used kernels.Machine
	for _, k := range kernels.All {
		x := sha256.Sum256([]byte("something else"))
		used.Run(k, &x, 1)
	}
	for _, k := range kernels.All {
		var fresh kernels.Machine
		a, b := kernels.State{1}, kernels.State{1}
		used.Run(k, &a, 2)
		fresh.Run(k, &b, 1)
		fresh.Run(k, &b, 1)
		if a != b {
			t.Errorf("%v: what a machine did before is in its steps", k)
		}
	}
}

func TestEveryBitOfAStateMattersToEveryWord(t *testing.T) {
	t.Parallel()
	var m kernels.Machine
	for _, k := range kernels.All {
		base := kernels.State{7}
		want := base
		m.Run(k, &want, 1)
		for bit := 0; bit < 256; bit += 37 {
			x := base
			x[bit/8] ^= 1 << (bit % 8)
			m.Run(k, &x, 1)
			for w := 0; w < 32; w += 8 {
				n := 0
				for i := range 8 {
					n += bits.OnesCount8(x[w+i] ^ want[w+i])
				}
				if n < 12 || n > 52 {
					t.Errorf("%v: bit %d changes %d bits of word %d", k, bit, n, w/8)
				}
			}
		}
	}
}

func TestUnknownKernelsDoNothing(t *testing.T) {
	t.Parallel()
	var m kernels.Machine
	x := kernels.State{1, 2, 3}
	m.Run(99, &x, 5)
	if x != (kernels.State{1, 2, 3}) || kernels.Kernel(99).Gas() != 0 || kernels.Kernel(99).String() != "unknown" {
		t.Error("an unknown kernel does something")
	}
}
