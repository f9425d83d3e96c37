// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"cosmossdk.io/math"

	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// detached submits with the command line and returns what it says.
func (s *story) detached(args ...string) *apiv1.SubmitTaskResponse {
	s.Helper()
	out, err := s.Xworker(s.ctx, s.Consumer, append([]string{"task", "submit", "--detach", "--output", "json"}, args...)...)
	require.NoError(s, err)
	r := &apiv1.SubmitTaskResponse{}
	require.NoError(s, protojson.Unmarshal(out, r), "%s", out)
	return r
}

// txFee is what a transaction cost besides what it did, in uopen.
func (s *story) txFee(hash string) math.Int {
	s.Helper()
	res, err := txtypes.NewServiceClient(s.Client().Conn()).GetTx(s.ctx, &txtypes.GetTxRequest{Hash: hash})
	require.NoError(s, err)
	require.Zero(s, res.TxResponse.Code)
	return res.Tx.AuthInfo.Fee.Amount.AmountOf("uopen")
}

// One task each way: the program ends well, it does not, and nobody can run it.
// Money moves to the last uopen as the terms say, and every command exits with
// the code that scripts rely on.
func TestOneTaskVerifiedOneThatFailsAndOneThatNobodyCanRun(t *testing.T) {
	s := together(t)
	input := filepath.Join("..", "..", "go.sum")
	want, err := exec.Command(built.wordcountNative, input).Output()
	require.NoError(t, err)
	consumer, err := s.ConsumerAddress(s.ctx)
	require.NoError(t, err)
	before, err := s.Balance(s.ctx, consumer)
	require.NoError(t, err)

	good := s.detached("--module", built.wordcount, "--input", "text="+input, "--seats", "3")
	failing := s.detached("--module", built.guest, "--seats", "3", "--", "exit", "3")
	impossible := s.detached("--module", built.guest, "--seats", "31", "--", "say", "nothing")
	for _, r := range []*apiv1.SubmitTaskResponse{good, failing, impossible} {
		task, _ := s.task(r.TaskId)
		require.Equal(t, task.Terms.Escrow(task.Program.GasLimit).String(), r.Escrow, "what the last stage can cost")
	}

	require.NoError(t, s.Follow(s.ctx, s.Output(), s.Consumer, "task", "watch", fmt.Sprint(good.TaskId)))
	out := filepath.Join(t.TempDir(), "counts.txt")
	_, err = s.Xworker(s.ctx, s.Consumer, "task", "result", fmt.Sprint(good.TaskId), "--out", out)
	require.NoError(t, err)
	got, err := os.ReadFile(out)
	require.NoError(t, err)
	require.NotEmpty(t, want)
	require.Equal(t, string(want), string(got), "the native run's bytes")

	_, err = s.Xworker(s.ctx, s.Consumer, "task", "watch", fmt.Sprint(failing.TaskId))
	require.Equal(t, 4, s.exitCode(err), "the program failed")
	require.ErrorContains(t, err, "exit code 3")
	_, err = s.Xworker(s.ctx, s.Consumer, "task", "watch", fmt.Sprint(impossible.TaskId))
	require.Equal(t, 3, s.exitCode(err), "closed")
	require.ErrorContains(t, err, "too few Xnodes")
	_, err = s.Xworker(s.ctx, s.Consumer, "task", "result", fmt.Sprint(impossible.TaskId))
	require.Equal(t, 1, s.exitCode(err))
	require.ErrorContains(t, err, "closed")

	spent := math.ZeroInt()
	for _, r := range []*apiv1.SubmitTaskResponse{good, failing, impossible} {
		spent = spent.Add(s.paid(r.TaskId)).Add(s.txFee(r.TxHash))
	}
	after, err := s.Balance(s.ctx, consumer)
	require.NoError(t, err)
	require.Equal(t, before.Sub(after).String(), spent.String(), "the seats' pay and the transactions' fees, all else returned")
	closed, _ := s.task(impossible.TaskId)
	require.Equal(t, slashingtasks.CLOSE_REASON_NO_COMMITTEE, closed.Reason)
	require.True(t, closed.Paid.IsZero())

	got, err = s.Xworker(s.ctx, s.Consumer, "task", "submit", "--module", built.guest, "--seats", "3", "--out", "-", "--", "say", "hello")
	require.NoError(t, err)
	require.Equal(t, "hello\n", string(got), "standard output is the program's alone")
	s.invariants()
}

// paid is what a finished task's seats have been paid together, each as the
// terms say.
func (s *story) paid(id uint64) math.Int {
	s.Helper()
	task, seats := s.task(id)
	require.True(s, task.Final())
	require.True(s, task.Escrow.IsZero(), "escrow %s is left", task.Escrow)
	sum := math.ZeroInt()
	for _, seat := range seats {
		due := math.ZeroInt()
		if task.Outcome != nil && seat.VotedFor(*task.Outcome) {
			due = task.Terms.SeatPay(seat.Outcome.Gas, task.Program.GasLimit)
			require.True(s, due.IsPositive())
		}
		require.Equal(s, due.String(), seat.Paid.String(), "%s", table(seats))
		require.False(s, seat.Held, "seat %d still locks bond and capacity", seat.Index)
		sum = sum.Add(seat.Paid)
	}
	require.Equal(s, sum.String(), task.Paid.String())
	return sum
}
