// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/openmesh-network/openmesh/testutil/mesh"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// One key submits many tasks at the same moment, and a few keys hold all their
// seats: nothing trips over a sequence, nothing is said twice, and what is to be
// said at the same time shares a transaction.
func TestD4_ManyTasksOfOneHotKeyAtOnce(t *testing.T) {
	const tasks, seats = 20, 3
	s := together(t)
	client, done, err := mesh.Dial(s.Consumer)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, done()) })
	cid := s.upload(client, built.guest)
	began, err := s.Network.Height(s.ctx)
	require.NoError(t, err)

	ids := make([]uint64, tasks)
	group, ctx := errgroup.WithContext(s.ctx)
	for i := range ids {
		group.Go(func() error {
			r, err := client.SubmitTask(ctx, &apiv1.SubmitTaskRequest{
				ModuleCid: cid, Args: []string{"say", fmt.Sprint(i)}, Seats: seats, MemoryLimit: 64 << 20,
			})
			if err == nil {
				ids[i] = r.TaskId
			}
			return err
		})
	}
	require.NoError(t, group.Wait())
	distinct, revealed := map[uint64]bool{}, 0
	for _, id := range ids {
		distinct[id] = true
		_, committee := s.verified(id)
		revealed += int(committee.Count(slashingtasks.SEAT_STATE_REVEALED))
		s.paid(id)
	}
	require.Len(t, distinct, tasks)
	require.GreaterOrEqual(t, revealed, tasks*seats)

	commits := s.said(began, &slashingtasks.MsgCommit{}, s.commits)
	reveals := s.said(began, &slashingtasks.MsgReveal{}, s.reveals)
	t.Logf("%d seats: %d transactions with commits, %d with reveals", revealed, commits, reveals)
	require.Less(t, commits+reveals, 2*revealed, "what is due at the same time shares a transaction")
	for _, w := range append(s.Workers, s.Consumer) {
		log, err := os.ReadFile(w.Process().Log)
		require.NoError(t, err)
		require.NotContains(t, string(log), "sequence", w.Name)
	}
}

// upload puts a file into a daemon's store.
func (s *story) upload(client apiv1.WorkerAPIClient, path string) string {
	s.Helper()
	body, err := os.ReadFile(path)
	require.NoError(s, err)
	stream, err := client.AddBlob(s.ctx)
	require.NoError(s, err)
	for len(body) > 0 {
		n := min(len(body), 256<<10)
		require.NoError(s, stream.Send(&apiv1.AddBlobRequest{Chunk: body[:n]}))
		body = body[n:]
	}
	r, err := stream.CloseAndRecv()
	require.NoError(s, err)
	return r.Cid
}

// said counts the transactions since a height that hold a message of that kind.
// None of them failed, and nobody has said anything about a task twice.
func (s *story) said(since int64, kind sdk.Msg, tasks func(*txtypes.Tx) (signer string, ids []uint64)) int {
	s.Helper()
	const page = 100
	n, told := 0, map[string]bool{}
	for at := uint64(1); ; at++ {
		res, err := txtypes.NewServiceClient(s.Client().Conn()).GetTxsEvent(s.ctx, &txtypes.GetTxsEventRequest{
			Query: fmt.Sprintf("message.action='%s' AND tx.height>%d", sdk.MsgTypeURL(kind), since), Page: at, Limit: page,
		})
		require.NoError(s, err)
		for i, tx := range res.Txs {
			require.Zero(s, res.TxResponses[i].Code, res.TxResponses[i].RawLog)
			n++
			signer, ids := tasks(tx)
			for _, id := range ids {
				what := fmt.Sprint(signer, " on task ", id)
				require.False(s, told[what], "%s was said twice", what)
				told[what] = true
			}
		}
		if len(res.Txs) < page {
			return n
		}
	}
}

func (s *story) commits(tx *txtypes.Tx) (signer string, ids []uint64) {
	s.Helper()
	require.Len(s, tx.Body.Messages, 1)
	var m slashingtasks.MsgCommit
	require.NoError(s, m.Unmarshal(tx.Body.Messages[0].Value))
	for _, c := range m.Commits {
		ids = append(ids, c.TaskId)
	}
	return m.Signer, ids
}

func (s *story) reveals(tx *txtypes.Tx) (signer string, ids []uint64) {
	s.Helper()
	require.Len(s, tx.Body.Messages, 1)
	var m slashingtasks.MsgReveal
	require.NoError(s, m.Unmarshal(tx.Body.Messages[0].Value))
	for _, r := range m.Reveals {
		ids = append(ids, r.TaskId)
	}
	return m.Signer, ids
}
