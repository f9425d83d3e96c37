// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package fakes

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/workers"
)

// ErrPoor is what Bank says to who has too little.
var ErrPoor = errors.New("insufficient funds")

// MustPut stores an Xnode as it is, with its signer.
func (w *Workers) MustPut(x workers.Xnode) {
	operator, err := w.Codec.StringToBytes(x.Operator)
	if err != nil {
		panic(err)
	}
	signer, err := workers.SignerAddress(x.SignerPubKey)
	if err != nil {
		panic(err)
	}
	w.xnodes[string(operator)] = x
	w.signers[string(signer)] = operator
}

// DrawXnodes draws from those that take work, each with the same chance, by the seed alone.
func (w *Workers) DrawXnodes(_ context.Context, seed []byte, n int, _ workers.Need, exclude []sdk.AccAddress) ([]workers.Xnode, error) {
	rank := func(x workers.Xnode) []byte {
		sum := sha256.Sum256(append(slices.Clone(seed), x.Operator...))
		return sum[:]
	}
	var fit []workers.Xnode
	for operator, x := range w.xnodes {
		excluded := slices.ContainsFunc(exclude, func(e sdk.AccAddress) bool { return string(e) == operator })
		if x.TakesWork() && x.Operator != "" && !excluded {
			fit = append(fit, x)
		}
	}
	slices.SortFunc(fit, func(a, b workers.Xnode) int { return bytes.Compare(rank(a), rank(b)) })
	return fit[:min(n, len(fit))], nil
}

// Backers has who has a stake in whose bond: backer and operator, as bytes, one behind the other.
type Backers map[string]bool

// Backs says whether it is there.
func (b *Bonds) Backs(_ context.Context, backer, operator sdk.AccAddress) (bool, error) {
	return b.Backers[string(backer)+string(operator)], nil
}

// Accounts stands for x/auth.
type Accounts struct{}

// GetModuleAddress returns a module's address.
func (Accounts) GetModuleAddress(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

// GetModuleAccount makes none: Bank keeps balances by address.
func (Accounts) GetModuleAccount(context.Context, string) sdk.ModuleAccountI { return nil }

// Bank keeps balances of one coin.
type Bank struct {
	// Balances by address, as bytes.
	Balances map[string]math.Int
	// Burned is what was burned.
	Burned math.Int
}

// NewBank makes a bank in which nobody has anything.
func NewBank() *Bank { return &Bank{Balances: map[string]math.Int{}, Burned: math.ZeroInt()} }

// Snapshot returns what puts the bank back to how it is now: a transaction that fails undoes
// everything.
func (b *Bank) Snapshot() (restore func()) {
	balances, burned := maps.Clone(b.Balances), b.Burned
	return func() { b.Balances, b.Burned = balances, burned }
}

// Fund gives coins out of nothing.
func (b *Bank) Fund(to sdk.AccAddress, amount int64) { b.add(to, math.NewInt(amount)) }

// GetBalance returns a balance.
func (b *Bank) GetBalance(_ context.Context, addr sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, b.of(addr))
}

// SendCoinsFromAccountToModule moves coins.
func (b *Bank) SendCoinsFromAccountToModule(_ context.Context, sender sdk.AccAddress, module string, amt sdk.Coins) error {
	return b.move(sender, authtypes.NewModuleAddress(module), amt)
}

// SendCoinsFromModuleToAccount moves coins.
func (b *Bank) SendCoinsFromModuleToAccount(_ context.Context, module string, recipient sdk.AccAddress, amt sdk.Coins) error {
	return b.move(authtypes.NewModuleAddress(module), recipient, amt)
}

// BurnCoins takes coins out of the world.
func (b *Bank) BurnCoins(_ context.Context, module string, amt sdk.Coins) error {
	from := authtypes.NewModuleAddress(module)
	if b.of(from).LT(amt[0].Amount) {
		return ErrPoor
	}
	b.add(from, amt[0].Amount.Neg())
	b.Burned = b.Burned.Add(amt[0].Amount)
	return nil
}

func (b *Bank) move(from, to sdk.AccAddress, amt sdk.Coins) error {
	if b.of(from).LT(amt[0].Amount) {
		return ErrPoor
	}
	b.add(from, amt[0].Amount.Neg())
	b.add(to, amt[0].Amount)
	return nil
}

func (b *Bank) of(addr sdk.AccAddress) math.Int {
	if balance, found := b.Balances[string(addr)]; found {
		return balance
	}
	return math.ZeroInt()
}

func (b *Bank) add(addr sdk.AccAddress, amount math.Int) {
	b.Balances[string(addr)] = b.of(addr).Add(amount)
}

// Judge says of every item what it is told to.
type Judge struct {
	// Cost is the gas of judging.
	Cost uint64
	// Wrong and Err are what it says.
	Wrong bool
	Err   error
	// Cases are those that were judged.
	Cases []por.Case
}

// Gas implements por.Judge.
func (j *Judge) Gas(por.Case, por.FraudEvidence) (uint64, error) { return j.Cost, nil }

// Judge implements por.Judge.
func (j *Judge) Judge(c por.Case, _ por.FraudEvidence) (bool, error) {
	j.Cases = append(j.Cases, c)
	return j.Wrong, j.Err
}
