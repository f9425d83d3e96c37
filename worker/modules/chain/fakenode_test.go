// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	cmtp2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	"github.com/cosmos/cosmos-sdk/types/query"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

const (
	testChain     = "open-test"
	accountNumber = 12121336228147791688
	moduleCID     = "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
)

// fakeChain is what its nodes serve: as much of the state machine as the module
// talks to. It has a new block when a test says so.
type fakeChain struct {
	t        *testing.T
	enc      encoding
	operator string
	signer   *keys.Signer

	mu      sync.Mutex
	height  int64
	time    time.Time
	xnode   *workers.Xnode // nil where the signer speaks for none
	tasks   map[uint64]*slashingtasks.OpenSeat
	salts   map[uint64][]byte // commitments by task
	nextID  uint64
	mempool [][]byte
	inPool  map[string]bool
	nonces  map[time.Time]bool
	results map[string]*sdk.TxResponse
	said    []string                   // what was executed, in order
	batches []int                      // the sizes of the commits' batches
	signed  map[string]map[string]bool // transactions broadcast, by what they say
	tried   map[string]int             // what was broadcast, accepted or not
	queries map[string]int             // by method

	duties   []por.ProofDuty // what is to be proven
	noProofs bool            // the node does not know x/por
	court    *por.Committee  // that this Xnode sits on
	stands   *por.Committee  // that measures this Xnode

	maxBatch uint32 // what governance allows in one message

	// What goes wrong, and how often.
	noAccount   bool
	dropTxs     int    // transactions that the mempool loses
	outOfGas    int    // transactions that run out of gas
	noFunds     int    // broadcasts refused for want of funds
	loseAnswers int    // broadcasts whose answer is lost
	simulateErr string // the refusal of every simulation
}

func newFakeChain(t *testing.T) *fakeChain {
	enc, err := newEncoding()
	require.NoError(t, err)
	c := &fakeChain{
		t: t, enc: enc, signer: keys.Generate(), operator: keys.Generate().Account(),
		height: 10, time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		tasks: map[uint64]*slashingtasks.OpenSeat{}, salts: map[uint64][]byte{}, nextID: 1000,
		inPool: map[string]bool{}, nonces: map[time.Time]bool{}, results: map[string]*sdk.TxResponse{},
		maxBatch: slashingtasks.DefaultParams().MaxBatch,
		tried:    map[string]int{}, queries: map[string]int{}, signed: map[string]map[string]bool{},
	}
	c.xnode = &workers.Xnode{Operator: c.operator, Signer: c.signer.Account(), Status: workers.XNODE_STATUS_ACTIVE}
	return c
}

// seat draws the Xnode into a task.
func (c *fakeChain) seat(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tasks[id] = &slashingtasks.OpenSeat{
		Seat: slashingtasks.Seat{TaskId: id, Operator: c.operator, State: slashingtasks.SEAT_STATE_DRAWN, Paid: math.ZeroInt()},
		Task: slashingtasks.Task{
			Id: id, Phase: slashingtasks.PHASE_COMMITTING, Deadline: c.height + 1000, Escrow: math.ZeroInt(), Paid: math.ZeroInt(),
			Program: slashingtasks.Program{ModuleCid: moduleCID, GasLimit: 5},
			Terms:   slashingtasks.Terms{SeatFee: math.ZeroInt(), GasPrice: math.ZeroInt(), SeatBond: math.ZeroInt(), ChallengeBond: math.ZeroInt()},
		},
	}
}

// do changes the chain.
func (c *fakeChain) do(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// block makes a block of what is in the mempool and returns its height.
func (c *fakeChain) block() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.height++
	c.time = c.time.Add(time.Second)
	for _, raw := range c.mempool {
		delete(c.inPool, hashOf(raw))
		if c.dropTxs > 0 {
			c.dropTxs--
			continue
		}
		c.execute(raw)
	}
	c.mempool = nil
	return c.height
}

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func (c *fakeChain) execute(raw []byte) {
	tx, timeout := c.decode(raw)
	if c.time.After(timeout) || c.nonces[timeout] {
		return // it can not be included
	}
	c.nonces[timeout] = true
	r := &sdk.TxResponse{TxHash: hashOf(raw), Height: c.height, GasUsed: 50_000}
	c.results[r.TxHash] = r
	if c.outOfGas > 0 {
		c.outOfGas--
		r.Code, r.Codespace, r.RawLog = 11, "sdk", "out of gas"
		return
	}
	var data sdk.TxMsgData
	for _, msg := range tx.GetMsgs() {
		res, err := c.handle(msg)
		if err != nil {
			r.Code, r.Codespace, r.RawLog = 2, "fake", err.Error()
			return
		}
		packed, err := codectypes.NewAnyWithValue(res)
		require.NoError(c.t, err)
		data.MsgResponses = append(data.MsgResponses, packed)
	}
	bz, err := data.Marshal()
	require.NoError(c.t, err)
	r.Data = strings.ToUpper(hex.EncodeToString(bz))
}

func (c *fakeChain) handle(msg sdk.Msg) (proto.Message, error) {
	switch msg := msg.(type) {
	case *workers.MsgHeartbeat:
		c.said = append(c.said, "heartbeat")
		_, err := c.xnode.Beat(c.height, msg.Instance, testParams())
		c.xnode.Online = err == nil
		return &workers.MsgHeartbeatResponse{}, err
	case *slashingtasks.MsgCommit:
		if len(msg.Commits) > int(c.maxBatch) {
			return nil, slashingtasks.ErrInvalidBatch
		}
		c.batches = append(c.batches, len(msg.Commits))
		for _, item := range msg.Commits {
			c.said = append(c.said, keyOf(commit, item.TaskId))
			if o := c.tasks[item.TaskId]; o != nil && o.Seat.State == slashingtasks.SEAT_STATE_DRAWN {
				o.Seat.State, c.salts[item.TaskId] = slashingtasks.SEAT_STATE_COMMITTED, item.Commitment
			}
		}
		return &slashingtasks.MsgCommitResponse{}, nil
	case *slashingtasks.MsgReveal:
		for _, item := range msg.Reveals {
			c.said = append(c.said, keyOf(reveal, item.TaskId))
			operator, err := addresses.StringToBytes(c.operator)
			require.NoError(c.t, err)
			if bytes.Equal(slashingtasks.Commitment(testChain, item.TaskId, operator, item.Outcome, item.Salt), c.salts[item.TaskId]) {
				c.tasks[item.TaskId].Seat.State = slashingtasks.SEAT_STATE_REVEALED
			}
		}
		return &slashingtasks.MsgRevealResponse{}, nil
	case *por.MsgProveStorage:
		return &por.MsgProveStorageResponse{}, c.proved(por.ACTION_PROVE_STORAGE, msg.Window, por.ACTION_WAIT)
	case *por.MsgCommitCpu:
		return &por.MsgCommitCpuResponse{}, c.proved(por.ACTION_COMMIT_CPU, msg.Window, por.ACTION_WAIT)
	case *por.MsgRevealCpu:
		return &por.MsgRevealCpuResponse{}, c.proved(por.ACTION_REVEAL_CPU, msg.Window, por.ACTION_UNSPECIFIED)
	case *por.MsgSubmitVerdict:
		return &por.MsgSubmitVerdictResponse{}, c.attested(msg)
	case *por.MsgShowEvidence:
		c.said = append(c.said, "evidence")
		c.court.Audited = 0
		return &por.MsgShowEvidenceResponse{}, nil
	case *por.MsgReportEquivocation:
		c.said = append(c.said, "equivocation")
		return &por.MsgReportEquivocationResponse{}, nil
	case *slashingtasks.MsgDecline:
		for _, id := range msg.TaskIds {
			c.said = append(c.said, keyOf(decline, id)+" "+msg.Reason)
			delete(c.tasks, id)
		}
		return &slashingtasks.MsgDeclineResponse{}, nil
	case *slashingtasks.MsgSubmitTask:
		c.nextID++
		c.said = append(c.said, fmt.Sprintf("submit %d", c.nextID))
		return &slashingtasks.MsgSubmitTaskResponse{TaskId: c.nextID}, nil
	default:
		return nil, fmt.Errorf("unknown message %T", msg)
	}
}

func testParams() workers.Params {
	p := workers.DefaultParams()
	p.HeartbeatTimeout, p.MinHeartbeatInterval = 20, 2
	return p
}

// decode checks what every transaction of the daemon must be: unordered, with a
// timeout, and rightly signed.
func (c *fakeChain) decode(raw []byte) (sdk.Tx, time.Time) {
	tx, err := c.enc.tx.TxDecoder()(raw)
	require.NoError(c.t, err)
	unordered := tx.(sdk.TxWithUnordered)
	require.True(c.t, unordered.GetUnordered())
	signed := tx.(authsigning.Tx)
	sigs, err := signed.GetSignaturesV2()
	require.NoError(c.t, err)
	require.Len(c.t, sigs, 1)
	require.Zero(c.t, sigs[0].Sequence)
	key, err := codectypes.NewAnyWithValue(c.signer.PrivKey().PubKey())
	require.NoError(c.t, err)
	data := txsigning.SignerData{
		ChainID: testChain, AccountNumber: accountNumber, Address: c.signer.Account(),
		PubKey: &anypb.Any{TypeUrl: key.TypeUrl, Value: key.Value},
	}
	require.NoError(c.t, authsigning.VerifySignature(context.Background(), c.signer.PrivKey().PubKey(), data, sigs[0].Data,
		c.enc.tx.SignModeHandler(), tx.(authsigning.V2AdaptableTx).GetSigningTxData()))
	return tx, unordered.GetTimeoutTimeStamp()
}

// count is how often something was executed.
func (c *fakeChain) count(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, s := range c.said {
		if s == what {
			n++
		}
	}
	return n
}

func (c *fakeChain) state(id uint64) slashingtasks.SeatState {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tasks[id] == nil {
		return slashingtasks.SEAT_STATE_UNSPECIFIED
	}
	return c.tasks[id].Seat.State
}

// fakeNode is one gRPC server in front of the chain.
type fakeNode struct {
	chain   *fakeChain
	network string
	addr    string
	server  *grpc.Server
	lag     int64 // blocks behind; guarded by the chain
	frozen  int64 // height at which it stands still, 0 for none
	asked   int   // questions besides for its name; guarded by the chain
}

func (c *fakeChain) node(network string) *fakeNode {
	n := &fakeNode{chain: c, network: network, addr: "127.0.0.1:0"}
	n.start()
	c.t.Cleanup(n.stop)
	return n
}

func (n *fakeNode) start() {
	listener, err := net.Listen("tcp", n.addr)
	require.NoError(n.chain.t, err)
	n.addr = listener.Addr().String()
	server := grpc.NewServer(grpc.ForceServerCodec(n.chain.enc.cdc.GRPCCodec()), grpc.UnaryInterceptor(n.intercept))
	cmtservice.RegisterServiceServer(server, &cometServer{node: n})
	nodeservice.RegisterServiceServer(server, &nodeServer{node: n})
	txtypes.RegisterServiceServer(server, &txServer{chain: n.chain})
	authtypes.RegisterQueryServer(server, &authServer{chain: n.chain})
	banktypes.RegisterQueryServer(server, &bankServer{})
	feegrant.RegisterQueryServer(server, &feegrantServer{})
	workers.RegisterQueryServer(server, &workersServer{chain: n.chain})
	slashingtasks.RegisterQueryServer(server, &tasksServer{chain: n.chain})
	por.RegisterQueryServer(server, &porServer{chain: n.chain})
	n.server = server
	go func() { _ = server.Serve(listener) }()
}

func (n *fakeNode) stop() { n.server.Stop() }

// tip is the height that the node has; the caller holds the chain.
func (n *fakeNode) tip() int64 {
	if n.frozen > 0 {
		return n.frozen
	}
	return n.chain.height - n.lag
}

// intercept answers at the height that is asked for, or not at all.
func (n *fakeNode) intercept(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	n.chain.mu.Lock()
	defer n.chain.mu.Unlock()
	method := info.FullMethod[strings.LastIndex(info.FullMethod, "/")+1:]
	n.chain.queries[method]++
	if method != "GetNodeInfo" {
		n.asked++
	}
	md, _ := metadata.FromIncomingContext(ctx)
	for _, h := range md.Get(grpctypes.GRPCBlockHeightHeader) {
		if height, err := strconv.ParseInt(h, 10, 64); err != nil || height > n.tip() {
			return nil, status.Errorf(codes.Unknown, "cannot query with height in the future: %s", h)
		}
	}
	return next(ctx, req)
}

type cometServer struct {
	cmtservice.UnimplementedServiceServer
	node *fakeNode
}

func (s *cometServer) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &cmtp2p.DefaultNodeInfo{Network: s.node.network}}, nil
}

type nodeServer struct {
	nodeservice.UnimplementedServiceServer
	node *fakeNode
}

func (s *nodeServer) Status(context.Context, *nodeservice.StatusRequest) (*nodeservice.StatusResponse, error) {
	behind := s.node.chain.height - s.node.tip()
	at := s.node.chain.time.Add(-time.Duration(behind) * time.Second)
	return &nodeservice.StatusResponse{Height: uint64(s.node.tip()), Timestamp: &at}, nil
}

type authServer struct {
	authtypes.UnimplementedQueryServer
	chain *fakeChain
}

func (s *authServer) AccountInfo(_ context.Context, r *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
	if s.chain.noAccount {
		return nil, status.Errorf(codes.NotFound, "account %s not found", r.Address)
	}
	return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{Address: r.Address, AccountNumber: accountNumber}}, nil
}

type bankServer struct {
	banktypes.UnimplementedQueryServer
}

func (*bankServer) Balance(context.Context, *banktypes.QueryBalanceRequest) (*banktypes.QueryBalanceResponse, error) {
	coin := sdk.NewInt64Coin("uopen", 77)
	return &banktypes.QueryBalanceResponse{Balance: &coin}, nil
}

type feegrantServer struct {
	feegrant.UnimplementedQueryServer
}

func (*feegrantServer) Allowance(context.Context, *feegrant.QueryAllowanceRequest) (*feegrant.QueryAllowanceResponse, error) {
	return nil, status.Error(codes.NotFound, "fee-grant not found")
}

type txServer struct {
	txtypes.UnimplementedServiceServer
	chain *fakeChain
}

func (s *txServer) Simulate(context.Context, *txtypes.SimulateRequest) (*txtypes.SimulateResponse, error) {
	if s.chain.simulateErr != "" {
		return nil, status.Error(codes.Unknown, s.chain.simulateErr)
	}
	return &txtypes.SimulateResponse{GasInfo: &sdk.GasInfo{GasUsed: 50_000}}, nil
}

func (s *txServer) BroadcastTx(_ context.Context, r *txtypes.BroadcastTxRequest) (*txtypes.BroadcastTxResponse, error) {
	c := s.chain
	answer := func(code uint32, log string) (*txtypes.BroadcastTxResponse, error) {
		return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{Code: code, Codespace: "sdk", RawLog: log}}, nil
	}
	hash := hashOf(r.TxBytes)
	c.tried[hash]++
	tx, timeout := c.decode(r.TxBytes)
	if msg, ok := tx.GetMsgs()[0].(*slashingtasks.MsgCommit); ok {
		for _, item := range msg.Commits {
			key := keyOf(commit, item.TaskId)
			if c.signed[key] == nil {
				c.signed[key] = map[string]bool{}
			}
			c.signed[key][hash] = true
		}
	}
	switch {
	case c.inPool[hash]:
		return answer(19, "tx already in mempool")
	case c.nonces[timeout]:
		return answer(18, "already used timeout")
	case c.time.After(timeout):
		return answer(42, "timed out")
	case c.noFunds > 0:
		c.noFunds--
		return answer(5, "insufficient funds")
	}
	c.mempool, c.inPool[hash] = append(c.mempool, r.TxBytes), true
	if c.loseAnswers > 0 {
		c.loseAnswers--
		return nil, status.Error(codes.Unavailable, "the connection broke")
	}
	return answer(0, "")
}

func (s *txServer) GetTx(_ context.Context, r *txtypes.GetTxRequest) (*txtypes.GetTxResponse, error) {
	if res := s.chain.results[r.Hash]; res != nil {
		return &txtypes.GetTxResponse{TxResponse: res}, nil
	}
	return nil, status.Errorf(codes.NotFound, "tx not found: %s", r.Hash)
}

type workersServer struct {
	workers.UnimplementedQueryServer
	chain *fakeChain
}

func (s *workersServer) Params(context.Context, *workers.QueryParamsRequest) (*workers.QueryParamsResponse, error) {
	return &workers.QueryParamsResponse{Params: testParams()}, nil
}

func (s *workersServer) XnodeBySigner(_ context.Context, r *workers.QueryXnodeBySignerRequest) (*workers.QueryXnodeBySignerResponse, error) {
	if s.chain.xnode == nil || r.Signer != s.chain.xnode.Signer {
		return nil, status.Error(codes.NotFound, "this account speaks for no Xnode")
	}
	return &workers.QueryXnodeBySignerResponse{Xnode: s.dressed()}, nil
}

func (s *workersServer) Xnode(_ context.Context, r *workers.QueryXnodeRequest) (*workers.QueryXnodeResponse, error) {
	x := s.dressed()
	x.Operator = r.Operator
	x.Card.Endpoints = []string{"/ip4/10.0.0.1/tcp/4101/p2p/peer-of-" + r.Operator}
	return &workers.QueryXnodeResponse{Xnode: x}, nil
}

func (s *workersServer) dressed() workers.Xnode {
	x := *s.chain.xnode
	x.Card.Prices = workers.Prices{GasPrice: math.ZeroInt(), SeatFee: math.ZeroInt()}
	return x
}

type tasksServer struct {
	slashingtasks.UnimplementedQueryServer
	chain *fakeChain
}

func (s *tasksServer) Params(context.Context, *slashingtasks.QueryParamsRequest) (*slashingtasks.QueryParamsResponse, error) {
	params := slashingtasks.DefaultParams()
	params.MaxBatch = s.chain.maxBatch
	return &slashingtasks.QueryParamsResponse{Params: params}, nil
}

func (s *tasksServer) Quote(_ context.Context, r *slashingtasks.QueryQuoteRequest) (*slashingtasks.QueryQuoteResponse, error) {
	return &slashingtasks.QueryQuoteResponse{
		MaxFee: math.NewInt(int64(r.Seats) * 100), LikelyFee: math.NewInt(100), SeatFee: math.NewInt(7), GasPrice: math.NewInt(1),
		EscalatedFee: math.NewInt(200), EscalationBps: 500, Ladder: []uint32{r.Seats, 15}, Verify: r.Verify, MinRatingBps: r.MinRatingBps,
		DetwasmVersion: 1,
	}, nil
}

// Market says back what it was asked, as the number of Xnodes.
func (s *workersServer) Market(_ context.Context, r *workers.QueryMarketRequest) (*workers.QueryMarketResponse, error) {
	return &workers.QueryMarketResponse{
		Registered: r.Resources.CpuMillis, Sampled: r.Resources.MemoryBytes, Able: uint64(r.MinRating),
		Matching: uint64(len(r.GasPrice + r.SeatFee)), GasPrices: []string{"1"},
	}, nil
}

func (s *tasksServer) Task(_ context.Context, r *slashingtasks.QueryTaskRequest) (*slashingtasks.QueryTaskResponse, error) {
	o := s.chain.tasks[r.TaskId]
	if o == nil {
		return nil, status.Errorf(codes.NotFound, "task %d: no such task", r.TaskId)
	}
	return &slashingtasks.QueryTaskResponse{Task: o.Task, Seats: []slashingtasks.Seat{o.Seat}}, nil
}

func (s *tasksServer) OpenSeats(_ context.Context, r *slashingtasks.QueryOpenSeatsRequest) (*slashingtasks.QueryOpenSeatsResponse, error) {
	var ids []uint64
	from := uint64(0)
	if len(r.Pagination.Key) == 8 {
		from = binary.BigEndian.Uint64(r.Pagination.Key)
	}
	for id := range s.chain.tasks {
		if id >= from {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	res := &slashingtasks.QueryOpenSeatsResponse{Pagination: &query.PageResponse{}}
	for _, id := range ids {
		if uint64(len(res.Seats)) == r.Pagination.Limit {
			res.Pagination.NextKey = binary.BigEndian.AppendUint64(nil, id)
			break
		}
		res.Seats = append(res.Seats, *s.chain.tasks[id])
	}
	return res, nil
}
