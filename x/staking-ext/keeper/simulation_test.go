// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"encoding/json"
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/staking-ext/keeper"
	"github.com/openmesh-network/openmesh/x/staking-ext/simulation"
)

// simBank shows the fake bank's balances to the message factories.
type simBank struct{ *fakeBank }

func (b simBank) SpendableCoins(ctx context.Context, who sdk.AccAddress) sdk.Coins {
	return coinsOf(b.get(ctx, who))
}

func (simBank) IsSendEnabledDenom(context.Context, string) bool { return true }

func coinsOf(amount math.Int) sdk.Coins { return sdk.NewCoins(sdk.NewCoin(denom, amount)) }

type simAccounts struct{}

func (simAccounts) GetModuleAddress(name string) sdk.AccAddress {
	return authtypes.NewModuleAddress(name)
}

// The factories make messages that are accepted, from the random genesis on.
func TestSimulationsMakeAcceptedMessagesOfEveryKind(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	accounts := simtypes.RandomAccounts(r, 20)
	f := newChain(t)
	// The SDK's simulations write addresses with the prefix of the process.
	f.useCodec(addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix()))

	state := &sdkmodule.SimulationState{
		Rand: r, Cdc: f.cdc, BondDenom: denom, Accounts: accounts,
		GenTimestamp: genesisTime, GenState: map[string]json.RawMessage{},
	}
	simulation.RandomizedGenState(state)
	var gs stakingext.GenesisState
	f.cdc.MustUnmarshalJSON(state.GenState[stakingext.ModuleName], &gs)
	f.ctx = f.ctx.WithBlockHeight(1)
	require.NoError(t, f.k.InitGenesis(f.ctx, &gs))
	for i, a := range accounts {
		f.owners[uint64(1+i)] = a.Address
		f.bank.set(f.ctx, a.Address, math.NewInt(10_000_000))
	}
	f.requireSound()

	factories := map[string]simsx.SimMsgFactoryX{
		"bond":           simulation.MsgBondFactory(f.k),
		"unbond":         simulation.MsgUnbondFactory(f.k),
		"unjail":         simulation.MsgUnjailFactory(f.k),
		"bond service":   simulation.MsgBondServiceFactory(f.k),
		"unbond service": simulation.MsgUnbondServiceFactory(f.k),
		"release":        simulation.MsgReleaseExpiredLockFactory(f.k),
		"back":           simulation.MsgBackFactory(f.k),
		"unback":         simulation.MsgUnbackFactory(f.k),
		"withdraw":       simulation.MsgWithdrawBackerRewardsFactory(f.k),
		"commission":     simulation.MsgSetCommissionFactory(f.k),
		"claim":          simulation.MsgClaimRewardsFactory(f.k),
		"params":         simulation.MsgUpdateParamsFactory(f.k),
	}
	order := []string{
		"bond", "commission", "back", "unbond", "unjail", "release", "back", "unback", "claim", "withdraw",
		"params", "bond", "bond service", "unbond service",
	}
	done := map[string]int{}
	for range 300 {
		for _, kind := range order {
			factory := factories[kind]
			data := simsx.NewChainDataSource(f.ctx, r, simAccounts{}, simBank{f.bank}, f.k.AddressCodec(), accounts...)
			rep := simsx.NewBasicSimulationReporter().WithScope(factory.MsgType())
			_, msg := factory.Create()(f.ctx, data, rep)
			if rep.IsSkipped() {
				continue
			}
			err := f.deliver(func(ctx context.Context) error { return f.handle(ctx, msg) })
			require.NoError(t, factory.DeliveryResultHandler()(err), "%s %s", kind, msg)
			if err == nil {
				done[kind]++
			}
		}
		f.mint(r.Int63n(10_000))
		f.next(1, time.Duration(r.Intn(120))*time.Minute)
		f.requireSound()
	}
	for kind := range factories {
		require.Positive(t, done[kind], kind)
	}
}

// useCodec builds the keeper anew, for addresses of another prefix.
func (f *fixture) useCodec(ac address.Codec) {
	authority, err := ac.BytesToString(gov)
	require.NoError(f.t, err)
	f.k = keeper.New(f.cdc, f.store, ac, fakeAccounts{}, f.bank, authority)
	f.k.SetServices(f.owners)
	f.msgs, f.queries = keeper.NewMsgServer(f.k), keeper.NewQueryServer(f.k)
}

// handle sends a message to its handler.
func (f *fixture) handle(ctx context.Context, msg sdk.Msg) (err error) {
	switch m := msg.(type) {
	case *stakingext.MsgBond:
		_, err = f.msgs.Bond(ctx, m)
	case *stakingext.MsgUnbond:
		_, err = f.msgs.Unbond(ctx, m)
	case *stakingext.MsgUnjail:
		_, err = f.msgs.Unjail(ctx, m)
	case *stakingext.MsgReleaseExpiredLock:
		_, err = f.msgs.ReleaseExpiredLock(ctx, m)
	case *stakingext.MsgBack:
		_, err = f.msgs.Back(ctx, m)
	case *stakingext.MsgUnback:
		_, err = f.msgs.Unback(ctx, m)
	case *stakingext.MsgWithdrawBackerRewards:
		_, err = f.msgs.WithdrawBackerRewards(ctx, m)
	case *stakingext.MsgSetCommission:
		_, err = f.msgs.SetCommission(ctx, m)
	case *stakingext.MsgClaimRewards:
		_, err = f.msgs.ClaimRewards(ctx, m)
	case *stakingext.MsgBondService:
		_, err = f.msgs.BondService(ctx, m)
	case *stakingext.MsgUnbondService:
		_, err = f.msgs.UnbondService(ctx, m)
	case *stakingext.MsgUpdateParams:
		_, err = f.msgs.UpdateParams(ctx, m)
	}
	return err
}
