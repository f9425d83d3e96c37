// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package fakes

import (
	"context"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// AccountCodec spells accounts as the chain does.
var AccountCodec = addresscodec.NewBech32Codec("open")

// Workers stands for x/workers: Xnodes by operator, and what was told of them.
type Workers struct {
	xnodes  map[string]workers.Xnode
	signers map[string]sdk.AccAddress

	// Codec spells signers; AccountCodec unless it is set.
	Codec address.Codec
	// Evidence has the last evidence told, by operator bytes.
	Evidence map[string]string
	// Told counts what was told.
	Told int
	// Broken is what asking about an operator returns, by operator bytes.
	Broken map[string]error
	// Bombs are called when an operator is asked about, by operator bytes.
	Bombs map[string]func()
}

// NewWorkers makes a register without Xnodes.
func NewWorkers() *Workers {
	return &Workers{
		xnodes: map[string]workers.Xnode{}, signers: map[string]sdk.AccAddress{},
		Evidence: map[string]string{}, Broken: map[string]error{}, Codec: AccountCodec, Bombs: map[string]func(){},
	}
}

// Claim makes an Xnode, or changes what it claims; zero retires it.
func (w *Workers) Claim(operator, signer sdk.AccAddress, claimed workers.Resources) {
	x := w.xnodes[string(operator)]
	x.Card.Claimed, x.Status = claimed, workers.XNODE_STATUS_ACTIVE
	x.Signer = MustSpell(w.Codec, signer)
	if claimed.IsZero() {
		x.Status, x.Verified = workers.XNODE_STATUS_RETIRED, workers.Resources{}
	}
	w.xnodes[string(operator)] = x
	w.signers[string(signer)] = operator
}

// Rotate makes another signer speak for the operator, and the one before for nobody.
func (w *Workers) Rotate(operator, before, after sdk.AccAddress) {
	delete(w.signers, string(before))
	w.signers[string(after)] = operator
}

// Allocate puts a part of an Xnode to use.
func (w *Workers) Allocate(operator sdk.AccAddress, allocated workers.Resources) {
	x := w.xnodes[string(operator)]
	x.Allocated = allocated
	w.xnodes[string(operator)] = x
}

// MustSpell spells an address.
func MustSpell(codec address.Codec, addr []byte) string {
	text, err := codec.BytesToString(addr)
	if err != nil {
		panic(err)
	}
	return text
}

// Xnode finds by operator.
func (w *Workers) Xnode(_ context.Context, operator sdk.AccAddress) (workers.Xnode, error) {
	if bomb := w.Bombs[string(operator)]; bomb != nil {
		bomb()
	}
	if err := w.Broken[string(operator)]; err != nil {
		return workers.Xnode{}, err
	}
	x, found := w.xnodes[string(operator)]
	if !found {
		return x, workers.ErrNotRegistered
	}
	return x, nil
}

// OperatorBySigner finds by signer.
func (w *Workers) OperatorBySigner(_ context.Context, signer sdk.AccAddress) (sdk.AccAddress, error) {
	operator, found := w.signers[string(signer)]
	if !found {
		return nil, workers.ErrUnknownSigner
	}
	return operator, nil
}

// SetVerified takes down what an Xnode is known to have.
func (w *Workers) SetVerified(ctx context.Context, operator sdk.AccAddress, verified workers.Resources, evidence string) error {
	x, err := w.Xnode(ctx, operator)
	if err != nil {
		return err
	}
	if err := workers.ValidateEvidence(evidence); err != nil {
		return err
	}
	if err := verified.Validate(); err != nil {
		return err
	}
	x.Verified = verified
	w.xnodes[string(operator)] = x
	w.Evidence[string(operator)] = evidence
	w.Told++
	return nil
}

// Bonds stands for x/staking-ext: it takes down faults.
type Bonds struct {
	// Faults has what was reported, in order.
	Faults []stakingext.Fault
	// Err is what reporting returns.
	Err error
	// Backers has who backs whom.
	Backers Backers
}

// ReportFault takes a fault down; seven uopen are taken for each.
func (b *Bonds) ReportFault(_ context.Context, _ sdk.AccAddress, fault stakingext.Fault) (math.Int, error) {
	if b.Err != nil {
		return math.Int{}, b.Err
	}
	if err := fault.Validate(); err != nil {
		return math.Int{}, err
	}
	b.Faults = append(b.Faults, fault)
	return math.NewInt(7), nil
}
