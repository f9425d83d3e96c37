// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
)

// callTimeout bounds one call to a node.
const callTimeout = 10 * time.Second

var (
	// ErrWrongChain is returned for a node of another chain.
	ErrWrongChain = errors.New("the node is of another chain")
	// ErrUnreachable is returned when no node answers.
	ErrUnreachable = errors.New("no node of the chain answers")

	errClientClosed = errors.New("the chain client is closed")
)

// Client speaks gRPC to one of several nodes and moves to the next when that
// one is gone. No node is asked anything before it has said that it is of our
// chain. It is safe for concurrent use.
type Client struct {
	enc   encoding
	nodes []string

	mu      sync.Mutex
	chainID string
	link    *link
	next    int // index of the node to connect to next
	closed  bool
}

// link is the connection to one node.
type link struct {
	node string
	conn *grpc.ClientConn
	ours atomic.Bool // it is of our chain
}

// Dial prepares a client; it does not connect yet. chainID may be empty for one
// that takes the first node's.
func Dial(chainID string, nodes []string) (*Client, error) {
	enc, err := newEncoding()
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, errors.New("no node given")
	}
	return &Client{enc: enc, chainID: chainID, nodes: nodes}, nil
}

// Close ends the connection. Calls fail from then on.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.link == nil {
		return nil
	}
	l := c.link
	c.link = nil
	return l.conn.Close()
}

// ChainID of the nodes; empty before the first call of a client without one.
func (c *Client) ChainID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chainID
}

// Connect finds a node that answers and is of our chain, trying each once. It
// returns ErrWrongChain when one is of another chain and none is of ours, and
// ErrUnreachable when none answers.
func (c *Client) Connect(ctx context.Context) error {
	var wrong, last error
	for range c.nodes {
		_, err := c.latest(ctx)
		if err == nil {
			return nil
		}
		last = err
		if errors.Is(err, ErrWrongChain) {
			wrong = err
		}
		c.rotate()
	}
	if wrong != nil {
		return wrong
	}
	return fmt.Errorf("%w (%v): %w", ErrUnreachable, c.nodes, last)
}

// Invoke makes a unary call; it implements the client connection of generated
// code. A node that does not answer is left for the next one, so the caller's
// retry goes there.
func (c *Client) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	l, err := c.connection()
	if err != nil {
		return err
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err = c.verify(call, l); err == nil {
		err = l.conn.Invoke(call, method, args, reply, opts...)
	}
	switch {
	case err == nil || ctx.Err() != nil:
		return err // a caller that gave up says nothing about the node
	case errors.Is(err, ErrWrongChain):
		c.drop(l)
		return err
	case isLost(err) || status.Code(err) == codes.Canceled: // cancelled by whoever left the node
		c.drop(l)
		return status.Errorf(codes.Unavailable, "node %s: %s", l.node, status.Convert(err).Message())
	default:
		return err
	}
}

// NewStream refuses: nothing that the daemon asks of a node streams.
func (c *Client) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errors.New("the chain client makes no streams")
}

// verify asks a node once which chain it is of.
func (c *Client) verify(ctx context.Context, l *link) error {
	if l.ours.Load() {
		return nil
	}
	res, err := cmtservice.NewServiceClient(l.conn).GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return err
	}
	if res.DefaultNodeInfo == nil {
		return fmt.Errorf("%w: %s does not say which", ErrWrongChain, l.node)
	}
	id := res.DefaultNodeInfo.Network
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chainID == "" {
		c.chainID = id
	}
	if id != c.chainID {
		return fmt.Errorf("%w: %s is of %q, expected %q: check chain.chain_id and chain.nodes", ErrWrongChain, l.node, id, c.chainID)
	}
	l.ours.Store(true)
	return nil
}

func (c *Client) connection() (*link, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClientClosed
	}
	if c.link != nil {
		return c.link, nil
	}
	node := c.nodes[c.next%len(c.nodes)]
	conn, err := grpc.NewClient(node,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(c.enc.cdc.GRPCCodec()), grpc.MaxCallRecvMsgSize(32<<20)))
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", node, err)
	}
	c.link = &link{node: node, conn: conn}
	return c.link, nil
}

// rotate leaves the node for the next one, where there is one.
func (c *Client) rotate() {
	if len(c.nodes) == 1 {
		return
	}
	c.mu.Lock()
	l := c.link
	c.mu.Unlock()
	c.drop(l)
}

// drop leaves l, unless somebody did already.
func (c *Client) drop(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l == nil || c.link != l {
		return
	}
	c.link = nil
	c.next++
	_ = l.conn.Close() // the connection is given up anyway
}

// isLost tells the want of an answer from an answer of the node.
func isLost(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded:
		return true
	default:
		return false
	}
}

// isNotFound says that the node answered that there is no such thing.
func isNotFound(err error) bool { return status.Code(err) == codes.NotFound }

// block is a height with its time.
type block struct {
	height int64
	time   time.Time
}

// latest asks for the newest block whose state can be read.
func (c *Client) latest(ctx context.Context) (block, error) {
	res, err := nodeservice.NewServiceClient(c).Status(ctx, &nodeservice.StatusRequest{})
	if err != nil {
		return block{}, err
	}
	if res.Timestamp == nil {
		return block{}, errors.New("the node does not tell the time of its newest block")
	}
	return block{int64(res.Height), res.Timestamp.UTC()}, nil
}

// at makes the calls with the context read the state of one height. What is
// read together belongs together then, even where another node takes over
// between two calls: one that is behind has no such state and says so.
func at(ctx context.Context, height int64) context.Context {
	return metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
}
