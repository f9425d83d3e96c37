// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/worker/modules/api"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/proving/machine"
)

// What is tolerated.
const (
	nodeTimeout   = 5 * time.Second
	staleBlock    = 30 * time.Second // the newest block's age
	behindBlocks  = 5                // between nodes
	clockWarning  = 2 * time.Second
	clockFailure  = 10 * time.Second
	blockWait     = 8 * time.Second
	grantWarning  = 7 * 24 * time.Hour
	littleForFees = 100_000 // uopen
)

// checkNodes: every node answers, is of our chain, and none is behind (D3).
func checkNodes(ctx context.Context, e *Exam) []Finding {
	cfg, f := e.cfg()
	if f != nil {
		return f
	}
	nodes := cfg.Chain.Nodes
	views, errs := make([]chain.NodeView, len(nodes)), make([]error, len(nodes))
	var wait sync.WaitGroup
	for i, node := range nodes {
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, nodeTimeout)
			defer cancel()
			views[i], errs[i] = e.Peek(ctx, node)
		})
	}
	wait.Wait()
	var tip int64
	alive := 0
	for i := range nodes {
		if errs[i] == nil && views[i].ChainID == cfg.Chain.ChainID {
			tip = max(tip, views[i].Height)
			alive++
		}
	}
	var out []Finding
	for i, v := range views {
		level := func(f Finding) Finding { // one of several may be down
			if alive > 0 && f.Level == Failure {
				f.Level = Warning
			}
			return f
		}
		switch {
		case errs[i] != nil:
			out = append(out, level(fail(fmt.Sprintf("node %s does not answer: %s", nodes[i], api.Plain(errs[i])),
				"the daemon hears of no work and answers no proof", "start opend there, open its gRPC port (app.toml: grpc.address), or change chain.nodes")))
		case v.ChainID != cfg.Chain.ChainID:
			out = append(out, fail(fmt.Sprintf("node %s is of chain %q, not %q", nodes[i], v.ChainID, cfg.Chain.ChainID),
				"the daemon refuses nodes of another chain", "change chain.chain_id or chain.nodes"))
		case e.Now().Sub(v.Time) > staleBlock:
			out = append(out, level(fail(fmt.Sprintf("node %s: its newest block, %d, is %s old", nodes[i], v.Height, e.Now().Sub(v.Time).Round(time.Second)),
				"it is catching up, or the chain stands still, or this clock is ahead", "`opend status` there tells; give it time, or change chain.nodes")))
		case tip-v.Height > behindBlocks:
			out = append(out, warn(fmt.Sprintf("node %s is %d blocks behind the others", nodes[i], tip-v.Height),
				"deadlines pass before the daemon hears of them", "give it time, or change chain.nodes"))
		default:
			out = append(out, good("node %s is of %s, at height %d", nodes[i], v.ChainID, v.Height)...)
		}
	}
	return out
}

// checkClock: somebody keeps the clock, and the chain's blocks agree with it (D6).
func checkClock(ctx context.Context, e *Exam) []Finding {
	var out []Finding
	for _, f := range e.look(ctx).Findings() {
		if f.Subject == "clock" && f.Level != machine.Fine {
			out = append(out, warn(f.Text, "proofs and seats have deadlines in the chain's time", "timedatectl set-ntp true"))
		}
	}
	cfg, f := e.cfg()
	if f != nil {
		return append(out, f...)
	}
	offset, about, ok := e.offset(ctx, cfg.Chain.ChainID, cfg.Chain.Nodes)
	fix := "timedatectl set-ntp true; `chronyc tracking` tells the rest"
	switch {
	case !ok:
		out = append(out, skip("no node told of a new block within %s to compare the clock with", blockWait)...)
	case offset.Abs() > clockFailure:
		out = append(out, fail(fmt.Sprintf("the clock is %s %s the chain's", offset.Abs().Round(100*time.Millisecond), aheadOf(offset)),
			"transactions time out before they are taken, and deadlines are misread", fix))
	case offset.Abs() > clockWarning:
		out = append(out, warn(fmt.Sprintf("the clock is %s %s the chain's", offset.Abs().Round(100*time.Millisecond), aheadOf(offset)),
			"at 10 s transactions begin to time out", fix))
	case len(out) == 0:
		return good("the clock agrees with the chain's blocks, as well as their interval of %s tells", about.Round(100*time.Millisecond))
	}
	return out
}

func aheadOf(offset time.Duration) string {
	if offset > 0 {
		return "ahead of"
	}
	return "behind"
}

// offset is how far this clock is outside of where a new block's time allows it to
// be: a block is seen between its time and one interval and a half later. Positive
// is ahead; about is the interval.
func (e *Exam) offset(ctx context.Context, chainID string, nodes []string) (offset, about time.Duration, ok bool) {
	var last chain.NodeView
	var node string
	for _, n := range nodes { // the first that answers
		if v, err := e.Peek(ctx, n); err == nil && v.ChainID == chainID {
			last, node = v, n
			break
		}
	}
	if node == "" {
		return 0, 0, false
	}
	for until := e.Now().Add(blockWait); e.Now().Before(until) && ctx.Err() == nil; {
		e.Wait(ctx, 200*time.Millisecond)
		v, err := e.Peek(ctx, node)
		if err != nil {
			continue
		}
		if v.Height > last.Height {
			interval := v.Time.Sub(last.Time) / time.Duration(v.Height-last.Height)
			ahead, uncertain := machine.Offset(v.Asked, v.Time, v.Answered)
			switch latest := interval + interval/2 + time.Second + uncertain; {
			case ahead > latest:
				return ahead - latest, interval, true
			case ahead < -uncertain:
				return ahead + uncertain, interval, true
			default:
				return 0, interval, true
			}
		}
		last = v
	}
	if behind := last.Time.Sub(last.Answered); behind > 0 { // no block needs to come for that
		return -behind, 0, true
	}
	return 0, 0, false
}

// checkRegistered: the signer speaks for an Xnode that takes work.
func checkRegistered(ctx context.Context, e *Exam) []Finding {
	cfg, s, f := e.known(ctx)
	if f != nil {
		return f
	}
	x := s.Xnode
	if x == nil {
		if cfg.Tasks.MaxRunning == 0 {
			return good("the signer speaks for no Xnode, and this daemon takes no tasks")
		}
		return []Finding{fail("the signer speaks for no Xnode of "+cfg.Chain.ChainID, "the chain gives no work to whom it does not know",
			fmt.Sprintf("xworker register --home %s --operator <key> --bond <coins>", e.Home))}
	}
	var out []Finding
	running := e.running() != nil
	switch {
	case x.Status == "retired":
		out = append(out, fail("the Xnode of "+x.Operator+" is retired", "the chain gives it no work", fmt.Sprintf("xworker register --home %s --operator <key>", e.Home)))
	case x.Status == "draining":
		out = append(out, warn("the Xnode of "+x.Operator+" is draining", "it finishes what it has and gets nothing new", "opend tx workers resume-xnode --from <operator>"))
	case !x.Online && running:
		out = append(out, fail(fmt.Sprintf("the daemon runs, but the chain has heard no heartbeat since height %d", x.LastHeartbeat), "an Xnode that is offline gets no work",
			"`xworker status` tells what the chain refused; the checks of node, fees and clock why"))
	case !x.Online:
		out = append(out, warn("the Xnode is offline: no daemon runs in this home", "it gets no work and misses its windows", "xworker start --home "+e.Home))
	}
	if x.ReclaimHeight > 0 {
		out = append(out, warn(fmt.Sprintf("a reclaim is announced for height %d", x.ReclaimHeight), "nothing that lasts longer is put on it, and then it drains", "opend tx workers cancel-reclaim --from <operator>"))
	}
	if x.Weight == 0 && x.Online && x.Status == "active" {
		out = append(out, warn("its weight is 0: it is never drawn", "weight comes from verified capacity and free bond", "the findings of capacity and bond say what is missing"))
	}
	for _, u := range s.Unknown {
		out = append(out, warn("the node does not tell "+u, "some checks have nothing to go by", "update opend on that node, or change chain.nodes"))
	}
	if len(out) > 0 {
		return out
	}
	return good("Xnode of %s: %s, online, weight %d, rating %d of 10000", x.Operator, x.Status, x.Weight, x.RatingBps)
}

// checkBond: the operator's bond makes it eligible for work.
func checkBond(ctx context.Context, e *Exam) []Finding {
	_, s, f := e.known(ctx)
	switch {
	case f != nil:
		return f
	case s.Xnode == nil:
		return skip("no Xnode is registered, so none needs a bond")
	case s.Bond == nil && s.MinBond == "":
		return skip("the node does not tell the bond")
	case s.Bond == nil:
		return []Finding{fail("the operator has no bond", "nothing vouches for its results, so it gets no work",
			fmt.Sprintf("opend tx stakingext bond %suopen --from <operator>", s.MinBond))}
	}
	b := s.Bond
	var out []Finding
	for _, c := range b.Suspensions {
		out = append(out, warn("suspended: "+c, "it gets no work before that, and loses nothing", "nothing: it lifts by itself; the cause names who suspended"))
	}
	switch {
	case b.Status == "tombstoned":
		out = append(out, fail("the bond is tombstoned", "this operator never takes work again", "opend tx stakingext unbond --help; register with another operator"))
	case b.Status == "jailed":
		out = append(out, fail(fmt.Sprintf("the operator is jailed until %s", b.JailedUntil.UTC().Format(time.RFC3339)), "it gets no work; `opend query stakingext faults` tells for what",
			"after that time: opend tx stakingext unjail --from <operator>"))
	case !b.Eligible && len(b.Suspensions) == 0:
		out = append(out, fail(fmt.Sprintf("the bond of %s uopen (%s free) makes it not eligible: %s", b.Amount, b.Free, b.Reason), "it gets no work",
			fmt.Sprintf("opend tx stakingext bond <coins> --from <operator>; the least is %s uopen", s.MinBond)))
	}
	if len(out) > 0 {
		return out
	}
	if free, ok := math.NewIntFromString(b.Free); ok && !free.IsPositive() {
		return []Finding{warn(fmt.Sprintf("all of the bond of %s uopen is locked by work", b.Amount), "more work needs more bond", "opend tx stakingext bond <coins> --from <operator>")}
	}
	return good("%s uopen are bonded, %s free; eligible", b.Amount, b.Free)
}

// checkFees: somebody pays for the signer's transactions, and goes on doing so.
func checkFees(ctx context.Context, e *Exam) []Finding {
	_, s, f := e.known(ctx)
	if f != nil {
		return f
	}
	balance, _ := math.NewIntFromString(s.Balance)
	if balance.IsNil() {
		balance = math.ZeroInt()
	}
	own := balance.GTE(math.NewInt(littleForFees))
	if s.Xnode == nil {
		if own {
			return good("the signer has %s uopen to pay fees with", s.Balance)
		}
		return skip("no Xnode is registered; `xworker register` grants the signer its fees (it has %s uopen)", s.Balance)
	}
	regrant := func(urls []string) string {
		kind := ""
		if len(urls) > 0 {
			kind = " --allowed-messages " + strings.Join(urls, ",")
		}
		return fmt.Sprintf("opend tx feegrant revoke %[1]s <signer> --from %[1]s; opend tx feegrant grant %[1]s <signer>%[2]s --from %[1]s", s.Xnode.Operator, kind)
	}
	var out []Finding
	if !s.Account && s.Fees == nil {
		out = append(out, fail("the signer's account is not on the chain", "its transactions are refused", regrant(chain.DaemonMessages())))
		return out
	}
	g := s.Fees
	if g == nil {
		if own {
			return []Finding{warn(fmt.Sprintf("the operator grants no fees; the signer pays with its own %s uopen", s.Balance), "it stops when they are spent", regrant(chain.DaemonMessages()))}
		}
		return []Finding{fail(fmt.Sprintf("the operator grants no fees, and the signer has %s uopen", s.Balance), "heartbeats, results and proofs cannot be sent", regrant(chain.DaemonMessages()))}
	}
	if !g.Expires.IsZero() {
		switch left := g.Expires.Sub(s.Time); {
		case left <= 0:
			out = append(out, fail("the fee grant expired on "+g.Expires.UTC().Format(time.RFC3339), "heartbeats, results and proofs cannot be sent", regrant(chain.DaemonMessages())))
		case left < grantWarning:
			out = append(out, warn(fmt.Sprintf("the fee grant expires in %s", left.Round(time.Hour)), "then nothing can be sent", regrant(chain.DaemonMessages())))
		}
	}
	if left, ok := math.NewIntFromString(g.Left); ok && left.LT(math.NewInt(littleForFees)) {
		out = append(out, warn(fmt.Sprintf("the fee grant has %s uopen left", g.Left), "when it is spent nothing can be sent", regrant(chain.DaemonMessages())))
	}
	if len(g.Missing) > 0 {
		out = append(out, fail("the fee grant does not cover "+strings.Join(g.Missing, ", "), "these messages are refused: what they would have proved does not count", regrant(chain.DaemonMessages())))
	}
	if len(out) > 0 {
		return out
	}
	bound := "without bound"
	if g.Left != "" {
		bound = "of which " + g.Left + " uopen are left"
	}
	return good("the operator grants the signer its fees, %s", bound)
}

// checkCapacity: what is claimed is verified, and if not, why not.
func checkCapacity(ctx context.Context, e *Exam) []Finding {
	_, s, f := e.known(ctx)
	switch {
	case f != nil:
		return f
	case s.Xnode == nil:
		return skip("no Xnode is registered, so nothing is claimed")
	}
	var out []Finding
	for _, c := range s.Classes {
		if c.Claimed == 0 {
			continue
		}
		text := fmt.Sprintf("%s: %s claimed, %s verified, %s allocated, score %d, last verdict %s",
			c.Class, Amount(c.Class, c.Claimed), Amount(c.Class, c.Verified), Amount(c.Class, c.Allocated), c.Score, c.LastVerdict)
		fix := "`xworker status` follows the next window; the dry runs below say what this machine does now"
		level := OK
		switch {
		case c.LastVerdict == "mismatch":
			level, fix = Failure, "the machine computes wrongly or somebody else has the key: `opend query por proofs "+s.Xnode.Operator+"` shows it; test memory and disk before going on"
		case c.Mode == "enforced" && c.Counted < c.Claimed && c.LastWindow > 0:
			level = Warning
		case c.Mode == "enforced" && c.Counted < c.Claimed:
			level, fix = Warning, "keep the daemon running until the next window has passed"
		case slices.Contains([]string{"missed", "withheld"}, c.LastVerdict):
			level = Warning
		}
		f := Finding{Level: level, What: text, Claimed: c.Claimed, Measured: c.Verified}
		if level != OK {
			if f.Why, f.Fix = c.Why, fix; f.Why == "" {
				f.Why = "only what is verified brings work"
			}
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return skip("nothing is claimed that is proved")
	}
	return out
}

// Amount says so much of a class to people.
func Amount(class string, n uint64) string {
	switch class {
	case "storage", "memory":
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case "cpu":
		return fmt.Sprintf("%.2f cores", float64(n)/1000)
	case "bandwidth":
		return fmt.Sprintf("%.0f Mbit/s", float64(n)/1e6)
	default:
		return fmt.Sprint(n)
	}
}
