// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

func goodCard() workers.Card {
	return workers.Card{
		Claimed: workers.Resources{CpuMillis: 1000},
		Prices:  workers.Prices{GasPrice: math.NewInt(1), SeatFee: math.ZeroInt()},
		Label:   "Attic #1",
		Region:  "eu-west-1",
	}
}

func TestC13_LabelsThatCouldDeceiveAReaderAreRefused(t *testing.T) {
	require.NoError(t, goodCard().Validate(self))
	for name, spoil := range map[string]func(*workers.Card){
		"a newline":              func(c *workers.Card) { c.Label = "a\nb" },
		"an escape":              func(c *workers.Card) { c.Label = "\x1b[31m" },
		"a look-alike":           func(c *workers.Card) { c.Label = "\u0430ttic" },
		"a right-to-left mark":   func(c *workers.Card) { c.Label = "a\u202eb" },
		"a NUL":                  func(c *workers.Card) { c.Label = "a\x00" },
		"a megabyte":             func(c *workers.Card) { c.Label = strings.Repeat("a", 1<<20) },
		"a region in upper case": func(c *workers.Card) { c.Region = "EU" },
		"a region with a space":  func(c *workers.Card) { c.Region = "eu west" },
		"a region that is long":  func(c *workers.Card) { c.Region = strings.Repeat("a", 33) },
		"no resources at all":    func(c *workers.Card) { c.Claimed = workers.Resources{} },
	} {
		c := goodCard()
		spoil(&c)
		require.ErrorIs(t, c.Validate(self), workers.ErrInvalidCard, name)
	}
}

func TestC14_PricesThatAreNoPricesAreRefused(t *testing.T) {
	for name, price := range map[string]math.Int{
		"nil":         {},
		"negative":    math.NewInt(-1),
		"just beyond": workers.MaxPrice.AddRaw(1),
		"2^255":       math.NewIntFromBigInt(math.NewInt(2).BigInt().Lsh(math.NewInt(1).BigInt(), 255)),
	} {
		c := goodCard()
		c.Prices.GasPrice = price
		require.ErrorIs(t, c.Validate(self), workers.ErrInvalidCard, "gas price %s", name)
		c = goodCard()
		c.Prices.SeatFee = price
		require.ErrorIs(t, c.Validate(self), workers.ErrInvalidCard, "seat fee %s", name)
	}
	c := goodCard()
	c.Prices = workers.Prices{GasPrice: workers.MaxPrice, SeatFee: math.ZeroInt()}
	require.NoError(t, c.Validate(self))
}

func TestC14_ResourcesThatAreNoneAreRefused(t *testing.T) {
	for name, r := range map[string]workers.Resources{
		"beyond the limit":          {StorageBytes: workers.MaxQuantity + 1},
		"GPU memory without a GPU":  {CpuMillis: 1, GpuMemoryBytes: 1},
		"a GPU class without a GPU": {CpuMillis: 1, GpuClass: "x"},
		"an ill-written GPU class":  {GpuCount: 1, GpuClass: "NVIDIA H200"},
		"a long GPU class":          {GpuCount: 1, GpuClass: strings.Repeat("x", 33)},
	} {
		require.ErrorIs(t, r.Validate(), workers.ErrInvalidResources, name)
	}
}

func TestResourcesAddUpAndNeverWrapAround(t *testing.T) {
	a := workers.Resources{CpuMillis: 1, MemoryBytes: 2, StorageBytes: 3, GpuCount: 4, GpuMemoryBytes: 5, GpuClass: "x", BandwidthBps: 6}
	sum, err := a.Add(a)
	require.NoError(t, err)
	require.Equal(t, workers.Resources{
		CpuMillis: 2, MemoryBytes: 4, StorageBytes: 6, GpuCount: 8, GpuMemoryBytes: 10, GpuClass: "x", BandwidthBps: 12,
	}, sum)
	back, err := sum.Sub(a)
	require.NoError(t, err)
	require.Equal(t, a, back)
	for i := range 6 {
		one, most := quantity(i, 1), quantity(i, 1<<64-1)
		_, err = most.Add(one)
		require.ErrorIs(t, err, workers.ErrResourceOverflow)
		_, err = workers.Resources{}.Sub(one)
		require.ErrorIs(t, err, workers.ErrResourceOverflow)
		require.False(t, workers.Resources{}.Fits(one))
		require.True(t, most.Fits(one))
	}
	require.True(t, a.Fits(workers.Resources{GpuCount: 4}), "any class")
	require.False(t, a.Fits(workers.Resources{GpuCount: 4, GpuClass: "y"}))
}

// quantity is Resources with only the i-th quantity.
func quantity(i int, v uint64) (r workers.Resources) {
	*[]*uint64{&r.CpuMillis, &r.MemoryBytes, &r.StorageBytes, &r.GpuCount, &r.GpuMemoryBytes, &r.BandwidthBps}[i] = v
	return r
}

func TestWeightIsBondTimesFreeCores(t *testing.T) {
	x := workers.Xnode{
		Card:      workers.Card{Claimed: workers.Resources{CpuMillis: 8999}},
		Verified:  workers.Resources{CpuMillis: 1 << 61},
		Allocated: workers.Resources{CpuMillis: 1000},
		Status:    workers.XNODE_STATUS_ACTIVE, Online: true,
	}
	p := workers.DefaultParams()
	open := func(n int64) math.Int { return math.NewInt(n * 1_000_000) }
	require.Equal(t, uint64(5*7), x.Weight(open(5), p))
	require.Equal(t, uint64(10_000*7), x.Weight(open(1<<40), p), "capped bond")
	beyond := open(1).Mul(math.NewInt(1 << 62)).Mul(math.NewInt(1 << 62))
	require.Equal(t, uint64(10_000*7), x.Weight(beyond, p), "capped bond beyond 64 bits")
	require.Zero(t, x.Weight(math.ZeroInt(), p))
	require.Zero(t, x.Weight(open(-5), p))
	require.Zero(t, x.Weight(math.Int{}, p))
	x.Card.Claimed.CpuMillis = 1 << 60
	require.Equal(t, uint64(5*64), x.Weight(open(5), p), "capped cores")
	x.Online = false
	require.Zero(t, x.Weight(open(5), p), "offline")
	x.Online, x.Status = true, workers.XNODE_STATUS_DRAINING
	require.Zero(t, x.Weight(open(5), p), "draining")
}
