// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package mesh

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/math"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"
)

// Reconnect leaves the node that the chain is asked through for one that runs.
// It is for after that node was killed.
func (m *Mesh) Reconnect() error {
	client, err := m.Network.Client()
	if err != nil {
		return err
	}
	old := m.client
	m.client = client
	return old.Close()
}

// Online counts the Xnodes that can be drawn.
func (m *Mesh) Online(ctx context.Context) (int, error) {
	res, err := workers.NewQueryClient(m.client.Conn()).Xnodes(ctx, &workers.QueryXnodesRequest{})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, x := range res.Xnodes {
		if x.Online {
			n++
		}
	}
	return n, nil
}

// Balance of an account in uopen.
func (m *Mesh) Balance(ctx context.Context, account string) (math.Int, error) {
	res, err := banktypes.NewQueryClient(m.client.Conn()).Balance(ctx, &banktypes.QueryBalanceRequest{Address: account, Denom: app.BondDenom})
	if err != nil {
		return math.Int{}, err
	}
	return res.Balance.Amount, nil
}

// Operator is the address of an Xnode's operator.
func (m *Mesh) Operator(w *localnet.Worker) (string, error) {
	if w.Operator == "" {
		return "", errors.New("mesh: " + w.Name + " is no Xnode")
	}
	addr, err := m.client.Address(w.Operator)
	if err != nil {
		return "", err
	}
	return addr.String(), nil
}

// WorkerOf is the Xnode whose operator has this address.
func (m *Mesh) WorkerOf(operator string) (*localnet.Worker, error) {
	for _, w := range m.Workers {
		addr, err := m.Operator(w)
		if err != nil {
			return nil, err
		}
		if addr == operator {
			return w, nil
		}
	}
	return nil, fmt.Errorf("no Xnode of operator %s", operator)
}

// Xnode is what the chain knows of a worker.
func (m *Mesh) Xnode(ctx context.Context, w *localnet.Worker) (workers.Xnode, error) {
	operator, err := m.Operator(w)
	if err != nil {
		return workers.Xnode{}, err
	}
	res, err := workers.NewQueryClient(m.client.Conn()).Xnode(ctx, &workers.QueryXnodeRequest{Operator: operator})
	if err != nil {
		return workers.Xnode{}, err
	}
	return res.Xnode, nil
}

// ChainTask is a task with its seats as the chain has them: more than the
// daemon tells, and sooner.
func (m *Mesh) ChainTask(ctx context.Context, id uint64) (slashingtasks.Task, slashingtasks.Committee, error) {
	res, err := slashingtasks.NewQueryClient(m.client.Conn()).Task(ctx, &slashingtasks.QueryTaskRequest{TaskId: id})
	if err != nil {
		return slashingtasks.Task{}, nil, err
	}
	return res.Task, res.Seats, nil
}
