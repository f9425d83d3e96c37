// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/openmesh-network/openmesh/x/por"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// surveyed is a node that answers what a survey asks.
type surveyed struct {
	chain *fakeChain
	bond  *stakingext.QueryBondResponse
	grant *feegrant.AllowedMsgAllowance
	views []por.CapacityView
	mute  bool // it does not know x/por
}

type surveyedBonds struct {
	stakingext.UnimplementedQueryServer
	s *surveyed
}

func (b *surveyedBonds) Params(context.Context, *stakingext.QueryParamsRequest) (*stakingext.QueryParamsResponse, error) {
	return &stakingext.QueryParamsResponse{Params: stakingext.DefaultParams()}, nil
}

func (b *surveyedBonds) Bond(context.Context, *stakingext.QueryBondRequest) (*stakingext.QueryBondResponse, error) {
	if b.s.bond == nil {
		return nil, status.Error(codes.NotFound, "no bond")
	}
	return b.s.bond, nil
}

type surveyedFees struct {
	feegrant.UnimplementedQueryServer
	s *surveyed
}

func (f *surveyedFees) Allowances(_ context.Context, r *feegrant.QueryAllowancesRequest) (*feegrant.QueryAllowancesResponse, error) {
	if f.s.grant == nil {
		return &feegrant.QueryAllowancesResponse{}, nil
	}
	packed, err := codectypes.NewAnyWithValue(f.s.grant)
	return &feegrant.QueryAllowancesResponse{Allowances: []*feegrant.Grant{
		{Granter: "open1somebodyelse", Grantee: r.Grantee, Allowance: packed}, {Granter: f.s.chain.operator, Grantee: r.Grantee, Allowance: packed},
	}}, err
}

type surveyedProofs struct {
	por.UnimplementedQueryServer
	s *surveyed
}

func (p *surveyedProofs) Capacity(ctx context.Context, r *por.QueryCapacityRequest) (*por.QueryCapacityResponse, error) {
	if p.s.mute {
		return p.UnimplementedQueryServer.Capacity(ctx, r)
	}
	return &por.QueryCapacityResponse{Capacities: p.s.views}, nil
}

func (p *surveyedProofs) Windows(context.Context, *por.QueryWindowsRequest) (*por.QueryWindowsResponse, error) {
	return &por.QueryWindowsResponse{Schedules: []por.Schedule{{Class: por.CLASS_STORAGE, DueHeight: 99}}}, nil
}

func (p *surveyedProofs) Params(context.Context, *por.QueryParamsRequest) (*por.QueryParamsResponse, error) {
	return &por.QueryParamsResponse{Params: por.DefaultParams()}, nil
}

// serve starts the node and connects a client to it.
func (s *surveyed) serve(t *testing.T) (*Client, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n := &fakeNode{chain: s.chain, network: testChain}
	server := grpc.NewServer(grpc.ForceServerCodec(s.chain.enc.cdc.GRPCCodec()))
	cmtservice.RegisterServiceServer(server, &cometServer{node: n})
	nodeservice.RegisterServiceServer(server, &nodeServer{node: n})
	authtypes.RegisterQueryServer(server, &authServer{chain: s.chain})
	banktypes.RegisterQueryServer(server, &bankServer{})
	workers.RegisterQueryServer(server, &workersServer{chain: s.chain})
	feegrant.RegisterQueryServer(server, &surveyedFees{s: s})
	stakingext.RegisterQueryServer(server, &surveyedBonds{s: s})
	por.RegisterQueryServer(server, &surveyedProofs{s: s})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	client, err := Dial(testChain, []string{listener.Addr().String()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client, listener.Addr().String()
}

func TestASurveyReadsEverythingAboutOneXnode(t *testing.T) {
	c := newFakeChain(t)
	expires := c.time.Add(time.Hour)
	basic := &feegrant.BasicAllowance{SpendLimit: sdk.NewCoins(sdk.NewInt64Coin("uopen", 5)), Expiration: &expires}
	grant, err := feegrant.NewAllowedMsgAllowance(basic, daemonMessages[1:])
	require.NoError(t, err)
	s := &surveyed{chain: c, grant: grant, bond: &stakingext.QueryBondResponse{
		Bond: stakingext.Bond{
			Operator: c.operator, Amount: math.NewInt(9), Locked: math.NewInt(2), Status: stakingext.StatusJailed,
			Suspensions: []stakingext.Suspension{{Cause: "por/silent", UntilHeight: 7}},
		}, Free: math.NewInt(7), IneligibleReason: "jailed",
	}}
	s.views = []por.CapacityView{{
		Capacity: por.Capacity{Class: por.CLASS_STORAGE, Claimed: 10, Verified: 4, Score: 5, LastWindow: 3, LastVerdict: por.VERDICT_MISSED, Misses: 2},
		Mode:     por.MODE_ENFORCED, Counted: 4,
	}}
	c.xnode.Allocated = workers.Resources{StorageBytes: 3}
	client, addr := s.serve(t)
	got, err := client.Survey(t.Context(), c.signer.Account())
	require.NoError(t, err)
	require.Equal(t, c.height, got.Height)
	require.Equal(t, "77", got.Balance)
	require.True(t, got.Account)
	require.Equal(t, c.operator, got.Xnode.Operator)
	require.Equal(t, "active", got.Xnode.Status)
	require.Equal(t, "9", got.Bond.Amount)
	require.Equal(t, "7", got.Bond.Free)
	require.Equal(t, "jailed", got.Bond.Reason)
	require.Equal(t, []string{"por/silent until height 7"}, got.Bond.Suspensions)
	require.Equal(t, stakingext.DefaultParams().MinBond.String(), got.MinBond)
	require.Equal(t, &FeesView{Expires: expires, Left: "5", Missing: daemonMessages[:1]}, got.Fees)
	require.Equal(t, []ClassView{{
		Class: "storage", Mode: "enforced", Claimed: 10, Verified: 4, Counted: 4, Allocated: 3, Score: 5, LastWindow: 3, LastVerdict: "missed", Misses: 2,
		Why: "window 3 was not answered in time, 2 in a row; the next one opens about height 99",
	}}, got.Classes)
	require.Empty(t, got.Unknown)

	v, err := Peek(t.Context(), addr)
	require.NoError(t, err)
	require.Equal(t, testChain, v.ChainID)
	require.Equal(t, c.height, v.Height)
	require.True(t, c.time.Equal(v.Time))

	terms, err := client.Terms(t.Context())
	require.NoError(t, err)
	require.Equal(t, "enforced", terms.Storage.Mode)
	require.Equal(t, uint64(64<<30), terms.Storage.PlotBytes)
	require.Equal(t, uint64(2), terms.Storage.Units(65<<30))
	require.NotEmpty(t, terms.CPU.Functions)
	mine, err := terms.PlotKey(c.operator)
	require.NoError(t, err)
	other, err := terms.PlotKey(c.signer.Account())
	require.NoError(t, err)
	require.NotEqual(t, mine, other, "a plot is one operator's")
	_, err = terms.PlotKey("nobody")
	require.Error(t, err)
}

func TestASurveySaysWhatTheNodeDoesNotTell(t *testing.T) {
	c := newFakeChain(t)
	s := &surveyed{chain: c, mute: true}
	client, _ := s.serve(t)
	got, err := client.Survey(t.Context(), c.signer.Account())
	require.NoError(t, err)
	require.Nil(t, got.Bond)
	require.Nil(t, got.Fees)
	require.Len(t, got.Unknown, 1)
	require.Contains(t, got.Unknown[0], "what is proven")

	c.do(func() { c.xnode, c.noAccount = nil, true })
	got, err = client.Survey(t.Context(), c.signer.Account())
	require.NoError(t, err)
	require.Nil(t, got.Xnode)
	require.False(t, got.Account)

	gone, err := Dial(testChain, []string{"127.0.0.1:1"})
	require.NoError(t, err)
	defer gone.Close()
	_, err = gone.Survey(t.Context(), c.signer.Account())
	require.Error(t, err)
}

func TestWhyAClaimDoesNotCount(t *testing.T) {
	for want, k := range map[string]por.Capacity{
		"":                             {},
		"no window has been answered":  {Claimed: 2},
		"was false (evidence AB)":      {Claimed: 2, LastWindow: 1, LastVerdict: por.VERDICT_MISMATCH, Evidence: []byte{0xab}},
		"nobody's fault":               {Claimed: 2, LastWindow: 1, LastVerdict: por.VERDICT_UNKNOWN},
		"not answered in time":         {Claimed: 2, LastWindow: 1, LastVerdict: por.VERDICT_MISSED},
		"not revealed":                 {Claimed: 2, LastWindow: 1, LastVerdict: por.VERDICT_WITHHELD},
		"offline when window 1 opened": {Claimed: 2, LastWindow: 1, LastVerdict: por.VERDICT_ABSENT},
		"no more than that":            {Claimed: 2, Verified: 1, LastWindow: 1, LastVerdict: por.VERDICT_OK},
	} {
		require.Contains(t, why(por.CapacityView{Capacity: k, Mode: por.MODE_ENFORCED}, 9), want)
	}
	require.Empty(t, why(por.CapacityView{Capacity: por.Capacity{Claimed: 2, Verified: 2, LastVerdict: por.VERDICT_OK}}, 9))
	require.Empty(t, why(por.CapacityView{Capacity: por.Capacity{Claimed: 2}, Mode: por.MODE_OFF}, 9))
}
