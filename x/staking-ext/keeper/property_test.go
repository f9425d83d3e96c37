// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Whatever is done in whatever order, by whomever: the ledger is sound, no coin
// appears, and only slashes make coins disappear.
func TestAnyInterleavingConservesCoins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := setup(t, func(p *stakingext.Params) {
			p.MaxSlashPerEpochBps = uint32(rapid.IntRange(1, stakingext.BasisPoints).Draw(t, "cap"))
			p.SlashEpochBlocks = 30
			p.MaxMaturedPerBlock, p.MaxReleasedPerBlock, p.MaxPrunedPerBlock = 1, 1, 1
			p.MaxUnbondingEntries = 3
			p.MaxResumedPerBlock = 1
			p.WrongData.HarmedBps = uint32(rapid.IntRange(0, stakingext.MaxHarmedBps).Draw(t, "harmed"))
			p.Offline.HarmedBps = uint32(rapid.IntRange(0, stakingext.MaxHarmedBps).Draw(t, "harmed offline"))
			p.MaxGainBps = 0
			p.WrongData.Tombstone = rapid.Bool().Draw(t, "tombstone")
		})
		people := []sdk.AccAddress{alice, bob, carol}
		who := func(t *rapid.T) sdk.AccAddress { return rapid.SampledFrom(people).Draw(t, "who") }
		amount := func(t *rapid.T) int64 { return rapid.Int64Range(1, 1_500).Draw(t, "amount") }
		subject := func(t *rapid.T) string { return fmt.Sprintf("task/%d", rapid.IntRange(0, 5).Draw(t, "subject")) }
		height := func(t *rapid.T) int64 {
			return max(1, f.ctx.BlockHeight()-rapid.Int64Range(0, 60).Draw(t, "age"))
		}
		fault := func(t *rapid.T) stakingext.Fault {
			return stakingext.Fault{
				Subject: subject(t),
				Kind:    rapid.SampledFrom([]string{"dissent", "absent"}).Draw(t, "kind"),
				Track:   stakingext.FaultTrack(rapid.IntRange(1, 3).Draw(t, "track")),
				Height:  height(t),
				Harmed:  rapid.SampledFrom([]sdk.AccAddress{nil, alice, bob, carol}).Draw(t, "harmed"),
			}
		}
		service := func(t *rapid.T) uint64 { return uint64(rapid.IntRange(1, 3).Draw(t, "service")) }
		cause := func(t *rapid.T) string {
			return rapid.SampledFrom([]string{"por/silent", "por/drift", "x"}).Draw(t, "cause")
		}
		burned := math.ZeroInt()
		// What a slash burned is what all of the people and the module together lost.
		holdings := func() math.Int {
			sum := f.bank.get(f.ctx, module)
			for _, p := range people {
				sum = sum.Add(f.bank.get(f.ctx, p))
			}
			return sum
		}
		burn := func(do func() (math.Int, error)) {
			before, owed := holdings(), f.bank.get(f.ctx, module)
			slashed, err := do()
			lost := before.Sub(holdings())
			if err != nil {
				require.True(t, lost.IsZero())
				return
			}
			require.True(t, lost.LTE(slashed) && lost.MulRaw(2).GTE(slashed), "at least half is burned")
			require.Equal(t, slashed.String(), owed.Sub(f.bank.get(f.ctx, module)).String())
			burned = burned.Add(lost)
		}
		// Refusals are part of the game: only soundness is asserted.
		ignore := func(error) {}

		t.Repeat(map[string]func(*rapid.T){
			"bond":   func(t *rapid.T) { ignore(f.bond(who(t), amount(t))) },
			"unbond": func(t *rapid.T) { ignore(f.unbond(who(t), amount(t))) },
			"unbond all": func(t *rapid.T) {
				operator := who(t)
				if free, err := f.k.FreeBond(f.ctx, operator); err == nil {
					ignore(f.unbond(operator, free.Int64()))
				}
			},
			"lock": func(t *rapid.T) {
				until := f.ctx.BlockHeight() + rapid.Int64Range(0, 40).Draw(t, "blocks")
				ignore(f.lock(who(t), subject(t), amount(t), until))
			},
			"unlock": func(t *rapid.T) {
				ignore(f.deliver(func(ctx context.Context) error { return f.k.Unlock(ctx, who(t), subject(t)) }))
			},
			"release": func(t *rapid.T) { ignore(f.releaseExpired(who(t), subject(t))) },
			"slash": func(t *rapid.T) {
				burn(func() (math.Int, error) {
					return f.slash(who(t), fault(t), uint32(rapid.IntRange(0, stakingext.BasisPoints).Draw(t, "bps")))
				})
			},
			"report": func(t *rapid.T) {
				burn(func() (math.Int, error) { return f.report(who(t), fault(t)) })
			},
			"slash a service": func(t *rapid.T) {
				burn(func() (math.Int, error) {
					return f.slashService(service(t), fault(t), uint32(rapid.IntRange(0, stakingext.BasisPoints).Draw(t, "bps")))
				})
			},
			"bond a service":   func(t *rapid.T) { ignore(f.bondService(who(t), service(t), amount(t))) },
			"unbond a service": func(t *rapid.T) { ignore(f.unbondService(who(t), service(t), amount(t))) },
			"unbond all of a service": func(t *rapid.T) {
				if b, err := f.k.ServiceBondOf(f.ctx, service(t)); err == nil {
					ignore(f.unbondService(who(t), b.ServiceId, b.Amount.Int64()))
				}
			},
			"hand a service over": func(t *rapid.T) { f.owners[service(t)] = who(t) },
			"suspend": func(t *rapid.T) {
				ignore(f.suspend(who(t), cause(t), f.ctx.BlockHeight()+rapid.Int64Range(0, 50).Draw(t, "blocks")))
			},
			"resume": func(t *rapid.T) { ignore(f.resume(who(t), cause(t))) },
			"unjail": func(t *rapid.T) { ignore(f.unjail(who(t))) },
			"block address": func(t *rapid.T) {
				f.bank.blocked[string(who(t))] = rapid.Bool().Draw(t, "blocked")
			},
			"send to the module account": func(t *rapid.T) {
				ignore(f.bank.move(f.ctx, who(t), module, sdk.NewCoins(open(1))))
			},
			"pass blocks": func(t *rapid.T) {
				f.next(rapid.Int64Range(1, 30).Draw(t, "blocks"), time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes"))*time.Minute)
			},
			"": func(t *rapid.T) {
				require.NoError(t, f.k.CheckInvariants(f.ctx))
				require.Equal(t, "3000000", holdings().Add(burned).String())
			},
		})
	})
}
