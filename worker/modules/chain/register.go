// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cosmos/gogoproto/proto"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

// Registration is what an operator signs once to put an Xnode on the chain.
type Registration struct {
	// Bond to put down, for example 100000000uopen; zero to add none.
	Bond sdk.Coin
	// FeeAllowance bounds what the signer may spend on fees; zero for no bound.
	FeeAllowance sdk.Coin
	// Card is what the chain shows of the Xnode.
	Card workers.Card
}

// daemonMessages are all that the hot key may spend the operator's fees on.
var daemonMessages = []string{
	sdk.MsgTypeURL(&workers.MsgHeartbeat{}),
	sdk.MsgTypeURL(&slashingtasks.MsgCommit{}),
	sdk.MsgTypeURL(&slashingtasks.MsgReveal{}),
	sdk.MsgTypeURL(&slashingtasks.MsgDecline{}),
	sdk.MsgTypeURL(&por.MsgProveStorage{}),
	sdk.MsgTypeURL(&por.MsgCommitCpu{}),
	sdk.MsgTypeURL(&por.MsgRevealCpu{}),
	sdk.MsgTypeURL(&por.MsgSubmitVerdict{}),
	sdk.MsgTypeURL(&por.MsgShowEvidence{}),
	sdk.MsgTypeURL(&por.MsgReportEquivocation{}),
}

// Register bonds, registers the Xnode with the signer's proof of possession and
// grants the signer fees for the daemon's messages, in one transaction of the
// operator. A signer that has its grant already keeps it, unless messages of the
// daemon are missing in it: then it is replaced.
func (c *Client) Register(ctx context.Context, operator Key, signer *keys.Signer, r Registration, fees Fees) (*sdk.TxResponse, error) {
	if c.ChainID() == "" {
		if err := c.Connect(ctx); err != nil {
			return nil, err
		}
	}
	account := sdk.AccAddress(operator.PubKey().Address())
	text, err := addresses.BytesToString(account)
	if err != nil {
		return nil, err
	}
	possession, err := signer.PrivKey().Sign(workers.PossessionSignBytes(c.ChainID(), account))
	if err != nil {
		return nil, err
	}
	var msgs []sdk.Msg
	if r.Bond.IsValid() && r.Bond.IsPositive() {
		msgs = append(msgs, &stakingext.MsgBond{Operator: text, Amount: r.Bond})
	}
	msgs = append(msgs, &workers.MsgRegisterXnode{
		Operator:     text,
		SignerPubKey: signer.PrivKey().PubKey().Bytes(),
		Possession:   possession,
		Card:         r.Card,
	})
	grant, err := c.feeGrant(ctx, account, signer, r.FeeAllowance)
	if err != nil {
		return nil, err
	}
	return c.Send(ctx, operator, fees, append(msgs, grant...)...)
}

// feeGrant is empty where the grant is there, and replaces one that is too narrow.
func (c *Client) feeGrant(ctx context.Context, operator sdk.AccAddress, signer *keys.Signer, limit sdk.Coin) ([]sdk.Msg, error) {
	granter, err := addresses.BytesToString(operator)
	if err != nil {
		return nil, err
	}
	if granter == signer.Account() {
		return nil, errors.New("operator and signer are one key: the operator's key owns the bond and must not lie on the machine")
	}
	var msgs []sdk.Msg
	res, err := feegrant.NewQueryClient(c).Allowance(ctx, &feegrant.QueryAllowanceRequest{Granter: granter, Grantee: signer.Account()})
	switch {
	case err == nil && !tooNarrow(res.Allowance):
		return nil, nil
	case err == nil:
		msgs = append(msgs, &feegrant.MsgRevokeAllowance{Granter: granter, Grantee: signer.Account()})
	case isLost(err):
		return nil, err
	}
	var basic feegrant.BasicAllowance
	if limit.IsValid() && limit.IsPositive() {
		basic.SpendLimit = sdk.NewCoins(limit)
	}
	allowance, err := feegrant.NewAllowedMsgAllowance(&basic, daemonMessages)
	if err != nil {
		return nil, fmt.Errorf("fee grant: %w", err)
	}
	packed, err := codectypes.NewAnyWithValue(allowance)
	if err != nil {
		return nil, fmt.Errorf("fee grant: %w", err)
	}
	return append(msgs, &feegrant.MsgGrantAllowance{Granter: granter, Grantee: signer.Account(), Allowance: packed}), nil
}

// tooNarrow says whether a grant lacks messages of the daemon. Kinds of grants
// that list none are the operator's own business.
func tooNarrow(grant *feegrant.Grant) bool {
	if grant == nil || grant.Allowance == nil || grant.Allowance.TypeUrl != "/"+proto.MessageName(&feegrant.AllowedMsgAllowance{}) {
		return false
	}
	var allowed feegrant.AllowedMsgAllowance
	if allowed.Unmarshal(grant.Allowance.Value) != nil {
		return false
	}
	for _, m := range daemonMessages {
		if !slices.Contains(allowed.AllowedMessages, m) {
			return true
		}
	}
	return false
}

// DaemonMessages are the types of all messages that a fee grant to the daemon has
// to cover.
func DaemonMessages() []string { return slices.Clone(daemonMessages) }
