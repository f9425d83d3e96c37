// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"encoding/hex"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

// page is how many records are read at once.
const page = 100

// Task reads a task and its committee, with the addresses of the seats where
// they are wanted.
func (c *Client) Task(ctx context.Context, id uint64, withSources bool) (message.Task, error) {
	head, err := c.latest(ctx)
	if err != nil {
		return message.Task{}, err
	}
	ctx = at(ctx, head.height)
	res, err := slashingtasks.NewQueryClient(c).Task(ctx, &slashingtasks.QueryTaskRequest{TaskId: id})
	if err != nil {
		return message.Task{}, err
	}
	task := fromTask(res.Task, res.Seats)
	task.ReadHeight = head.height
	if !withSources {
		return task, nil
	}
	for i := range task.Committee {
		if task.Committee[i].Source, err = c.endpoint(ctx, task.Committee[i].Operator); err != nil {
			return message.Task{}, err
		}
	}
	return task, nil
}

// endpoint is where an operator's daemon listens; a retired one nowhere.
func (c *Client) endpoint(ctx context.Context, operator string) (message.Source, error) {
	res, err := workers.NewQueryClient(c).Xnode(ctx, &workers.QueryXnodeRequest{Operator: operator})
	if isNotFound(err) {
		return message.Source{}, nil
	}
	if err != nil {
		return message.Source{}, err
	}
	for _, s := range sources(res.Xnode.Card.Endpoints) {
		return s, nil // all of them end in the signer's peer id
	}
	return message.Source{}, nil
}

// xnode reads the Xnode that signer speaks for; found is false where there is none.
func (c *Client) xnode(ctx context.Context, signer string) (x workers.Xnode, found bool, err error) {
	res, err := workers.NewQueryClient(c).XnodeBySigner(ctx, &workers.QueryXnodeBySignerRequest{Signer: signer})
	if isNotFound(err) {
		return workers.Xnode{}, false, nil
	}
	if err != nil {
		return workers.Xnode{}, false, err
	}
	return res.Xnode, true, nil
}

// openSeats reads every seat that operator holds.
func (c *Client) openSeats(ctx context.Context, operator string) ([]slashingtasks.OpenSeat, error) {
	var seats []slashingtasks.OpenSeat
	next := &query.PageRequest{Limit: page}
	for {
		res, err := slashingtasks.NewQueryClient(c).OpenSeats(ctx, &slashingtasks.QueryOpenSeatsRequest{Operator: operator, Pagination: next})
		if err != nil {
			return nil, err
		}
		seats = append(seats, res.Seats...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return seats, nil
		}
		next = &query.PageRequest{Limit: page, Key: res.Pagination.NextKey}
	}
}

// balance of an account in denom.
func (c *Client) balance(ctx context.Context, account, denom string) (string, error) {
	res, err := banktypes.NewQueryClient(c).Balance(ctx, &banktypes.QueryBalanceRequest{Address: account, Denom: denom})
	if err != nil {
		return "", err
	}
	return res.Balance.Amount.String(), nil
}

func decodeTxData(data string) (*sdk.TxMsgData, error) {
	raw, err := hex.DecodeString(data)
	if err != nil {
		return nil, fmt.Errorf("transaction data: %w", err)
	}
	var out sdk.TxMsgData
	if err := out.Unmarshal(raw); err != nil {
		return nil, fmt.Errorf("transaction data: %w", err)
	}
	return &out, nil
}
