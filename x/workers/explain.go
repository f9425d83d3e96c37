// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"fmt"
	"math"
	"strings"

	sdkmath "cosmossdk.io/math"
)

// Standing is what other stores say of an Xnode.
type Standing struct {
	// Eligible says whether its operator's bond lets it take work.
	Eligible bool
	// Weight is what it is drawn with.
	Weight uint64
}

// constraint is one thing that a Need asks for.
type constraint struct {
	name string // stable, for programs
	need string
	// miss is how far an Xnode is from having it, in whatever unit; 0 where it does.
	miss func(Xnode, Standing) uint64
	// have says what the Xnode has instead.
	have func(Xnode, Standing) string
	// amount is how much of it some resources hold; nil for what is no resource.
	amount func(Resources) uint64
	want   uint64
}

// constraintsOf lists everything that a need asks for, in the order in which it
// is told. An Xnode that misses none of it is one that a draw takes, and the
// other way round.
func constraintsOf(n Need) []constraint {
	all := []constraint{
		{name: "status", need: "active",
			miss: func(x Xnode, _ Standing) uint64 { return missing(x.Status == XNODE_STATUS_ACTIVE) },
			have: func(x Xnode, _ Standing) string {
				return strings.ToLower(strings.TrimPrefix(x.Status.String(), "XNODE_STATUS_"))
			}},
		{name: "online", need: "a heartbeat",
			miss: func(x Xnode, _ Standing) uint64 { return missing(x.Online) },
			have: func(x Xnode, _ Standing) string { return fmt.Sprintf("the last at height %d", x.LastHeartbeat) }},
		{name: "bond", need: "eligible",
			miss: func(_ Xnode, s Standing) uint64 { return missing(s.Eligible) },
			have: func(Xnode, Standing) string { return "none that is" }},
		{name: "until", need: height(n.Until),
			miss: func(x Xnode, _ Standing) uint64 { return missing(x.LastsUntil(n.Until)) },
			have: func(x Xnode, _ Standing) string { return height(x.ReclaimHeight) }},
	}
	all = append(all, resourceConstraints(n.Resources)...)
	if len(n.Regions) > 0 {
		all = append(all, constraint{name: "region", need: strings.Join(n.Regions, " or "),
			miss: func(x Xnode, _ Standing) uint64 { return missing(x.IsIn(n.Regions)) },
			have: func(x Xnode, _ Standing) string { return orNone(x.Card.Region) }})
	}
	for _, a := range n.Attributes {
		all = append(all, constraint{name: "attribute:" + a.Key, need: a.Value,
			miss: func(x Xnode, _ Standing) uint64 { return missing(x.HasAll([]Attribute{a})) },
			have: func(x Xnode, _ Standing) string {
				if value, ok := x.Card.Attribute(a.Key); ok {
					return fmt.Sprintf("%q", value)
				}
				return "none"
			}})
	}
	if n.MinRating > 0 {
		all = append(all, constraint{name: "rating", need: fmt.Sprintf("%d/10000", n.MinRating),
			miss: func(x Xnode, _ Standing) uint64 { return uint64(n.MinRating - min(x.Rating, n.MinRating)) },
			have: func(x Xnode, _ Standing) string { return fmt.Sprint(x.Rating) }})
	}
	all = append(all, priceConstraint("gas_price", n.MaxGasPrice, func(x Xnode) sdkmath.Int { return x.Card.Prices.GasPrice })...)
	all = append(all, priceConstraint("seat_fee", n.MaxSeatFee, func(x Xnode) sdkmath.Int { return x.Card.Prices.SeatFee })...)
	return append(all, constraint{name: "weight", need: "a free core and a unit of free bond",
		miss: func(_ Xnode, s Standing) uint64 { return missing(s.Weight > 0) },
		have: func(x Xnode, _ Standing) string { return fmt.Sprintf("%d free cpu_millis", x.Free().CpuMillis) }})
}

// resourceConstraints are those of the quantities that are asked for.
func resourceConstraints(r Resources) (all []constraint) {
	if r.GpuClass != "" {
		all = append(all, constraint{name: "gpu_class", need: r.GpuClass, want: 1,
			miss: func(x Xnode, _ Standing) uint64 { return missing(x.Free().GpuClass == r.GpuClass) },
			have: func(x Xnode, _ Standing) string { return orNone(x.Free().GpuClass) },
			amount: func(has Resources) uint64 {
				if has.GpuClass == r.GpuClass {
					return 1
				}
				return 0
			}})
	}
	for i, name := range [6]string{"cpu_millis", "memory_bytes", "storage_bytes", "gpu_count", "gpu_memory_bytes", "bandwidth_bps"} {
		want := r.quantities()[i]
		if want == 0 {
			continue
		}
		amount := func(has Resources) uint64 { return has.quantities()[i] }
		all = append(all, constraint{name: name, need: fmt.Sprint(want), want: want, amount: amount,
			miss: func(x Xnode, _ Standing) uint64 { return want - min(amount(x.Free()), want) },
			have: func(x Xnode, _ Standing) string { return fmt.Sprint(amount(x.Free())) }})
	}
	return all
}

// priceConstraint is that of an offer, if there is one.
func priceConstraint(name string, offered sdkmath.Int, asked func(Xnode) sdkmath.Int) []constraint {
	if offered.IsNil() {
		return nil
	}
	return []constraint{{name: name, need: offered.String() + " uopen or less",
		miss: func(x Xnode, _ Standing) uint64 {
			if !above(asked(x), offered) {
				return 0
			}
			if more := asked(x).Sub(offered); more.IsUint64() {
				return more.Uint64()
			}
			return math.MaxUint64
		},
		have: func(x Xnode, _ Standing) string { return asked(x).String() + " uopen" }}}
}

func missing(ok bool) uint64 {
	if ok {
		return 0
	}
	return 1
}

func height(h int64) string {
	if h == 0 {
		return "an open end"
	}
	return fmt.Sprintf("height %d", h)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
