// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/openmesh-network/openmesh/x/por"

	"github.com/openmesh-network/openmesh/worker/message"
)

type porServer struct {
	por.UnimplementedQueryServer
	chain *fakeChain
}

func (s *porServer) Params(context.Context, *por.QueryParamsRequest) (*por.QueryParamsResponse, error) {
	return &por.QueryParamsResponse{Params: por.LocalnetParams()}, nil
}

func (s *porServer) Duties(context.Context, *por.QueryDutiesRequest) (*por.QueryDutiesResponse, error) {
	if s.chain.noProofs {
		return nil, status.Error(codes.Internal, "a fault of x/por")
	}
	return &por.QueryDutiesResponse{Duties: slices.Clone(s.chain.duties), Height: s.chain.height}, nil
}

func (s *porServer) Capacity(context.Context, *por.QueryCapacityRequest) (*por.QueryCapacityResponse, error) {
	return &por.QueryCapacityResponse{Capacities: []por.CapacityView{
		{Capacity: por.Capacity{Class: por.CLASS_STORAGE, Claimed: 8 << 30, Verified: 1 << 30, Score: 5_250, LastVerdict: por.VERDICT_OK, LastWindow: 6}, Mode: por.MODE_ENFORCED},
	}}, nil
}

func (s *porServer) Windows(context.Context, *por.QueryWindowsRequest) (*por.QueryWindowsResponse, error) {
	return &por.QueryWindowsResponse{Schedules: []por.Schedule{{Class: por.CLASS_STORAGE, DueHeight: 99}}}, nil
}

// asks opens a window that asks for something within so many blocks.
func (c *fakeChain) asks(action por.Action, class por.Class, window uint64, blocks int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	terms, _ := por.LocalnetParams().Class(class)
	w := por.NewWindow(terms, window, c.height, c.time.UnixMilli(), make([]byte, 32), false)
	c.duties = append(c.duties, por.ProofDuty{Window: w, Action: action, Until: c.height + blocks, Challenge: make([]byte, 32), Owed: true})
}

// proved takes an answer; the window then asks for something else. The caller holds the chain.
func (c *fakeChain) proved(action por.Action, window uint64, next por.Action) error {
	for i, d := range c.duties {
		if d.Action == action && d.Window.Number == window && c.height <= d.Until {
			c.duties[i].Action = next
			c.said = append(c.said, fmt.Sprintf("%s/%d", action, window))
			return nil
		}
	}
	c.said = append(c.said, fmt.Sprintf("%s/%d refused", action, window))
	return por.ErrNotAnswering
}

func storageAnswer(window uint64) message.ProofAnswer {
	return message.ProofAnswer{Class: message.ClassStorage, Window: window, Action: message.ActionProveStorage, Units: 3, Proof: []byte{1}}
}

func TestAProofIsSaidOnceHoweverOftenItIsAnswered(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	c.asks(por.ACTION_PROVE_STORAGE, por.CLASS_STORAGE, 7, 50)
	for range 3 {
		r.prove(storageAnswer(7))
	}
	r.mineUntil("proven", func() bool { return c.count("ACTION_PROVE_STORAGE/7") == 1 })
	r.prove(storageAnswer(7))
	for range 5 {
		r.mine()
		r.settle()
	}
	require.Equal(t, 1, c.count("ACTION_PROVE_STORAGE/7"))
	require.Zero(t, c.count("ACTION_PROVE_STORAGE/7 refused"))
}

func TestACommitmentIsRevealedWhenTheChainAsks(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	c.asks(por.ACTION_COMMIT_CPU, por.CLASS_CPU, 3, 50)
	r.prove(message.ProofAnswer{Class: message.ClassCPU, Window: 3, Action: message.ActionCommitCPU, Segments: []uint64{1}, Root: make([]byte, 32)})
	r.prove(message.ProofAnswer{Class: message.ClassCPU, Window: 3, Action: message.ActionRevealCPU, Proof: []byte{1}})
	r.mineUntil("committed", func() bool { return c.count("ACTION_COMMIT_CPU/3") == 1 })
	r.mine()
	r.settle()
	require.Zero(t, c.count("ACTION_REVEAL_CPU/3"), "nothing is revealed before the chain asks for it")
	c.do(func() { c.duties[0].Action, c.duties[0].Until = por.ACTION_REVEAL_CPU, c.height+20 })
	r.mineUntil("revealed", func() bool { return c.count("ACTION_REVEAL_CPU/3") == 1 })
}

func TestAnAnswerThatWasLostIsSaidAgainAndOneThatIsLateIsNot(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	c.do(func() { c.outOfGas = 1 })
	c.asks(por.ACTION_PROVE_STORAGE, por.CLASS_STORAGE, 7, 50)
	r.prove(storageAnswer(7))
	r.mineUntil("proven in the end", func() bool { return c.count("ACTION_PROVE_STORAGE/7") == 1 })
	c.asks(por.ACTION_PROVE_STORAGE, por.CLASS_STORAGE, 8, 0)
	r.prove(storageAnswer(8))
	for range 5 {
		r.mine()
		r.settle()
	}
	require.Zero(t, c.count("ACTION_PROVE_STORAGE/8 refused"), "there is no block left that takes it")
}

func TestWhatIsToBeProvenIsToldInPlainValues(t *testing.T) {
	c := newFakeChain(t)
	c.asks(por.ACTION_PROVE_STORAGE, por.CLASS_STORAGE, 7, 50)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	book := r.due(patience)
	require.Equal(t, testChain, book.ChainID)
	require.NotEmpty(t, book.Operator)
	require.Equal(t, message.PlotTerms{UnitBytes: 1 << 30, UnitCells: 32, MinUnits: 1, CostN: 16}, book.Plot)
	require.Equal(t, []message.ProofClass{{
		Class: "storage", Mode: "enforced", Claimed: 8 << 30, Verified: 1 << 30, Score: 5_250, LastWindow: 6, LastVerdict: "ok", NextHeight: 99,
	}}, book.Classes)
	require.Len(t, book.Duties, 1)
	require.Equal(t, message.ActionProveStorage, book.Duties[0].Action)
	require.Positive(t, book.BlockTime)
}

func TestANodeThatCannotTellProofsDoesNotStopSeats(t *testing.T) {
	c := newFakeChain(t)
	c.noProofs = true
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready() // the heartbeat goes out, heads come
	require.Equal(t, 1, r.log.count("what is to be proven cannot be read"), "told once")
}

func TestAGrantThatLacksAMessageOfTheDaemonIsReplaced(t *testing.T) {
	grant := func(messages ...string) *feegrant.Grant {
		allowance, err := feegrant.NewAllowedMsgAllowance(&feegrant.BasicAllowance{}, messages)
		require.NoError(t, err)
		packed, err := codectypes.NewAnyWithValue(allowance)
		require.NoError(t, err)
		return &feegrant.Grant{Allowance: packed}
	}
	require.True(t, tooNarrow(grant(daemonMessages[0])))
	require.False(t, tooNarrow(grant(daemonMessages...)))
	basic, err := codectypes.NewAnyWithValue(&feegrant.BasicAllowance{})
	require.NoError(t, err)
	require.False(t, tooNarrow(&feegrant.Grant{Allowance: basic}), "it lists none")
}

func TestTheMostUrgentIsSaidFirst(t *testing.T) {
	c := newFakeChain(t)
	r := newRig(t, c, openStore(t), c.node(testChain))
	r.ready()
	c.asks(por.ACTION_PROVE_STORAGE, por.CLASS_STORAGE, 7, 50)
	c.asks(por.ACTION_COMMIT_CPU, por.CLASS_CPU, 3, 20)
	r.mine()
	r.settle()
	r.stop() // its state is the test's now
	r.module.hear(storageAnswer(7))
	r.module.hear(message.ProofAnswer{Class: message.ClassCPU, Window: 3, Action: message.ActionCommitCPU, Segments: []uint64{1}, Root: make([]byte, 32)})
	due := r.module.toSay()
	require.Len(t, due, 2)
	require.Equal(t, []string{"commit_cpu/cpu/3"}, due[0].keys)
	require.Equal(t, []string{"prove_storage/storage/7"}, due[1].keys)
}
