// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/openmesh-network/openmesh/x/por"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

// NodeView is what one node says of itself.
type NodeView struct {
	Node, ChainID string
	// Height and Time are the newest block's.
	Height int64
	Time   time.Time
	// Asked and Answered are when, by this machine's clock.
	Asked, Answered time.Time
}

// Peek asks one node, whichever chain it is of.
func Peek(ctx context.Context, node string) (NodeView, error) {
	conn, err := grpc.NewClient(node, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return NodeView{}, fmt.Errorf("node %s: %w", node, err)
	}
	defer conn.Close()
	info, err := cmtservice.NewServiceClient(conn).GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return NodeView{}, fmt.Errorf("node %s: %w", node, err)
	}
	v := NodeView{Node: node, ChainID: info.GetDefaultNodeInfo().GetNetwork(), Asked: time.Now()}
	res, err := nodeservice.NewServiceClient(conn).Status(ctx, &nodeservice.StatusRequest{})
	if err != nil {
		return NodeView{}, fmt.Errorf("node %s: %w", node, err)
	}
	v.Answered, v.Height = time.Now(), int64(res.Height)
	if res.Timestamp != nil {
		v.Time = res.Timestamp.UTC()
	}
	return v, nil
}

// Survey is what the chain knows of one signer's Xnode, read at one height.
type Survey struct {
	Height int64
	Time   time.Time
	// Account says that the signer's account is on the chain, Balance what it has
	// in uopen.
	Account bool
	Balance string
	// Xnode is nil where the signer speaks for none.
	Xnode *XnodeView
	// Fees are nil where the operator grants the signer none.
	Fees *FeesView
	// Bond is nil where the operator has none; MinBond is the least, in uopen.
	Bond    *BondView
	MinBond string
	Classes []ClassView
	// Unknown holds what the node did not tell, and why.
	Unknown []string
}

// XnodeView is what the chain shows of an Xnode.
type XnodeView struct {
	Operator, Status             string
	Online                       bool
	LastHeartbeat, ReclaimHeight int64
	Weight                       uint64
	RatingBps                    uint32
	Claimed, Verified, Allocated message.Hardware
	Endpoints                    []string
}

// BondView is an operator's bond in uopen.
type BondView struct {
	Amount, Free, Status string
	Eligible             bool
	// Reason why it is not eligible.
	Reason string
	// JailedUntil is the earliest time of an unjail; zero if it never was jailed.
	JailedUntil time.Time
	// Suspensions that hold, each with its cause and its end.
	Suspensions []string
}

// FeesView is the operator's fee grant to its signer.
type FeesView struct {
	// Expires is zero for never.
	Expires time.Time
	// Left is what may still be spent, empty for no bound.
	Left string
	// Missing are the daemon's messages that it does not cover.
	Missing []string
}

// ClassView is what is proven of one class of resources, in the class's unit:
// bytes, thousandths of a core, bits a second, GPUs.
type ClassView struct {
	Class string `json:"class"`
	// Mode is off, shadow or enforced.
	Mode      string `json:"mode"`
	Claimed   uint64 `json:"claimed"`
	Verified  uint64 `json:"verified"`
	Counted   uint64 `json:"counted"`
	Allocated uint64 `json:"allocated"`
	// Score is the record of windows, 0 to 10,000.
	Score uint32 `json:"score"`
	// LastWindow and LastVerdict are of the newest concluded window; 0 and none
	// before the first.
	LastWindow  uint64 `json:"last_window"`
	LastVerdict string `json:"last_verdict"`
	Misses      uint32 `json:"misses"`
	// Why not all of the claim counts, and what that means; empty if it does.
	Why string `json:"why,omitempty"`
}

// Survey reads everything that a diagnosis of the signer's Xnode wants to know.
// It fails where the node is lost; what a node refuses to tell is in Unknown.
func (c *Client) Survey(ctx context.Context, signer string) (Survey, error) {
	head, err := c.latest(ctx)
	if err != nil {
		return Survey{}, err
	}
	s := Survey{Height: head.height, Time: head.time}
	ctx = at(ctx, head.height)
	_, err = authtypes.NewQueryClient(c).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: signer})
	if s.Account = err == nil; err != nil && !isNotFound(err) {
		if err := s.miss("the signer's account", err); err != nil {
			return s, err
		}
	}
	if s.Balance, err = c.balance(ctx, signer, "uopen"); err != nil {
		if err := s.miss("the signer's balance", err); err != nil {
			return s, err
		}
	}
	res, err := workers.NewQueryClient(c).XnodeBySigner(ctx, &workers.QueryXnodeBySignerRequest{Signer: signer})
	if isNotFound(err) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Xnode = viewXnode(res)
	for what, read := range map[string]func(context.Context, string) error{
		"the bond": s.readBond(c), "the fee grant": s.readFees(c, signer), "what is proven": s.readClasses(c),
	} {
		if err := read(ctx, res.Xnode.Operator); err != nil {
			if err := s.miss(what, err); err != nil {
				return s, err
			}
		}
	}
	slices.Sort(s.Unknown)
	return s, nil
}

// miss notes what a node does not tell, and returns the error of a lost one.
func (s *Survey) miss(what string, err error) error {
	if isLost(err) || errors.Is(err, ErrWrongChain) {
		return err
	}
	s.Unknown = append(s.Unknown, fmt.Sprintf("%s: %v", what, err))
	return nil
}

func viewXnode(r *workers.QueryXnodeBySignerResponse) *XnodeView {
	x := r.Xnode
	return &XnodeView{
		Operator: x.Operator, Status: word(x.Status.String(), "XNODE_STATUS_"), Online: x.Online,
		LastHeartbeat: x.LastHeartbeat, ReclaimHeight: x.ReclaimHeight, Weight: r.Weight, RatingBps: x.Rating,
		Claimed: hardware(x.Card.Claimed), Verified: hardware(x.Verified), Allocated: hardware(x.Allocated), Endpoints: x.Card.Endpoints,
	}
}

// word makes the name of an enumeration's value one for people.
func word(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

func (s *Survey) readBond(c *Client) func(context.Context, string) error {
	return func(ctx context.Context, operator string) error {
		staking := stakingext.NewQueryClient(c)
		params, err := staking.Params(ctx, &stakingext.QueryParamsRequest{})
		if err != nil {
			return err
		}
		s.MinBond = params.Params.MinBond.String()
		res, err := staking.Bond(ctx, &stakingext.QueryBondRequest{Operator: operator})
		if isNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		b := &BondView{
			Amount: res.Bond.Amount.String(), Free: res.Free.String(), Eligible: res.Eligible, Reason: res.IneligibleReason,
			Status: word(res.Bond.Status.String(), "BOND_STATUS_"), JailedUntil: res.Bond.JailedUntil,
		}
		for _, p := range res.Bond.Suspensions {
			b.Suspensions = append(b.Suspensions, fmt.Sprintf("%s until height %d", p.Cause, p.UntilHeight))
		}
		s.Bond = b
		return nil
	}
}

func (s *Survey) readFees(c *Client, signer string) func(context.Context, string) error {
	return func(ctx context.Context, operator string) error {
		// A node says Internal where there is no grant, so the list is asked for.
		res, err := feegrant.NewQueryClient(c).Allowances(ctx, &feegrant.QueryAllowancesRequest{Grantee: signer})
		if isNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, grant := range res.Allowances {
			if grant.Granter != operator {
				continue
			}
			var allowance feegrant.FeeAllowanceI
			if err := c.enc.registry.UnpackAny(grant.Allowance, &allowance); err != nil {
				return err
			}
			s.Fees, err = viewFees(allowance)
			return err
		}
		return nil
	}
}

func viewFees(a feegrant.FeeAllowanceI) (*FeesView, error) {
	v := &FeesView{}
	if m, ok := a.(*feegrant.AllowedMsgAllowance); ok {
		for _, url := range daemonMessages {
			if !slices.Contains(m.AllowedMessages, url) {
				v.Missing = append(v.Missing, url)
			}
		}
		inner, err := m.GetAllowance()
		if err != nil {
			return nil, err
		}
		a = inner
	}
	var basic *feegrant.BasicAllowance
	switch a := a.(type) {
	case *feegrant.BasicAllowance:
		basic = a
	case *feegrant.PeriodicAllowance:
		basic = &a.Basic
	default:
		return v, nil
	}
	if basic.Expiration != nil {
		v.Expires = *basic.Expiration
	}
	if basic.SpendLimit != nil {
		v.Left = basic.SpendLimit.AmountOf("uopen").String()
	}
	return v, nil
}

func (s *Survey) readClasses(c *Client) func(context.Context, string) error {
	return func(ctx context.Context, operator string) error {
		var err error
		s.Classes, err = c.classes(ctx, operator, s.Xnode.Allocated)
		return err
	}
}

// Proofs reads what is proven of an operator's Xnode, class by class; allocated
// is what it has allocated, which belongs to the picture.
func (c *Client) Proofs(ctx context.Context, operator string, allocated message.Hardware) ([]ClassView, error) {
	return c.classes(ctx, operator, allocated)
}

func (c *Client) classes(ctx context.Context, operator string, allocated message.Hardware) ([]ClassView, error) {
	q := por.NewQueryClient(c)
	res, err := q.Capacity(ctx, &por.QueryCapacityRequest{Operator: operator})
	if err != nil {
		return nil, err
	}
	due := map[por.Class]int64{}
	windows, err := q.Windows(ctx, &por.QueryWindowsRequest{})
	if err != nil {
		return nil, err
	}
	for _, schedule := range windows.Schedules {
		due[schedule.Class] = schedule.DueHeight
	}
	held := resources(allocated)
	var out []ClassView
	for _, v := range res.Capacities {
		k := v.Capacity
		out = append(out, ClassView{
			Class: k.Class.Name(), Mode: word(v.Mode.String(), "MODE_"),
			Claimed: k.Claimed, Verified: k.Verified, Counted: v.Counted, Allocated: k.Class.Of(held),
			Score: k.Score, LastWindow: k.LastWindow, LastVerdict: verdictName(k.LastVerdict), Misses: k.Misses,
			Why: why(v, due[k.Class]),
		})
	}
	return out, nil
}

func verdictName(v por.Verdict) string {
	if v == por.VERDICT_UNSPECIFIED {
		return "none"
	}
	return word(v.String(), "VERDICT_")
}

// why says why not all of a claim counts, or that it counts without proof.
func why(v por.CapacityView, due int64) string {
	k := v.Capacity
	switch {
	case k.Claimed == 0:
		return ""
	case v.Mode == por.MODE_OFF:
		return "" // nobody asks for proofs
	case k.Verified >= k.Claimed:
		return ""
	case k.LastWindow == 0:
		return fmt.Sprintf("no window has been answered yet; the next one opens about height %d", due)
	}
	at := fmt.Sprintf("window %d", k.LastWindow)
	switch k.LastVerdict {
	case por.VERDICT_MISMATCH:
		return fmt.Sprintf("what was signed in %s was false (evidence %X)", at, k.Evidence)
	case por.VERDICT_UNKNOWN:
		return at + " could not be measured, which is nobody's fault; the next one counts"
	case por.VERDICT_MISSED:
		return fmt.Sprintf("%s was not answered in time, %d in a row; the next one opens about height %d", at, k.Misses, due)
	case por.VERDICT_WITHHELD:
		return at + " was committed to and not revealed: nothing is verified before the next proof"
	case por.VERDICT_ABSENT:
		return "the Xnode was offline when " + at + " opened"
	default:
		return fmt.Sprintf("no more than that was proved in %s", at)
	}
}
