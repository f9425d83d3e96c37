// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
)

// verifiedTask is the main job: everything about it is checked.
func (d *demo) verifiedTask(ctx context.Context, j job) error {
	before, err := d.balances(ctx)
	if err != nil {
		return err
	}
	out := filepath.Join(d.dir, "result-1")
	err = d.mesh.Follow(ctx, os.Stdout, d.mesh.Consumer, "task", "submit",
		"--module", j.module, "--input", "text="+j.input, "--seats", fmt.Sprint(seats), "--out", out)
	if err != nil {
		return err
	}
	t, err := d.mesh.Task(ctx, 1)
	if err != nil {
		return err
	}
	agree, paid, err := d.committee(t)
	if err != nil {
		return err
	}
	if err := sameBytes(out, j.expected); err != nil {
		return err
	}
	if o := t.Outcome; o.Status != j.local.Status || o.Gas != j.local.Gas || o.OutputRoot != j.local.OutputRoot {
		return fmt.Errorf("the committee agreed on %s, this machine alone on %+v", o, j.local)
	}
	fmt.Println("  outcome: the same as this machine's own before anything was paid: status, gas and output")
	fmt.Printf("  result: %s, byte-equal to the native run (%d bytes)\n", t.Outcome.OutputRoot, len(j.expected))
	after, err := d.balances(ctx)
	if err != nil {
		return err
	}
	return d.money(t, agree, paid, before, after)
}

// taskWithKills submits a second task and kills seats before they commit.
func (d *demo) taskWithKills(ctx context.Context, j job) error {
	j, err := j.lasting(ctx, d.dir)
	if err != nil {
		return err
	}
	id, err := d.mesh.Submit(ctx, "--module", j.module, "--input", "text="+j.input, "--seats", fmt.Sprint(seats))
	if err != nil {
		return err
	}
	t, err := d.mesh.WaitTask(ctx, id, "a committee to be drawn", func(t *apiv1.Task) bool { return t.Phase == "committing" })
	if err != nil {
		return err
	}
	victims := map[string]bool{}
	for _, s := range t.Committee {
		if len(victims) == kills {
			break
		}
		if s.State != "drawn" {
			continue
		}
		w, err := d.mesh.WorkerOf(s.Operator)
		if err != nil {
			return err
		}
		if err := w.Kill(); err != nil {
			return err
		}
		victims[s.Operator] = true
		fmt.Printf("  killed %s, which holds seat %d (%s)\n", w.Name, s.Index, s.Operator)
	}
	if len(victims) < kills {
		return fmt.Errorf("only %d seats were still at work when they were to be killed", len(victims))
	}
	fmt.Printf("  %d of %d Xnodes are left; their seats are redrawn at the deadline, height %d\n", xnodes-kills, xnodes, t.Deadline)
	if err := d.mesh.Follow(ctx, os.Stdout, d.mesh.Consumer, "task", "watch", fmt.Sprint(id)); err != nil {
		return err
	}
	out := filepath.Join(d.dir, "result-2")
	if err := d.mesh.Follow(ctx, os.Stdout, d.mesh.Consumer, "task", "result", fmt.Sprint(id), "--out", out); err != nil {
		return err
	}
	if t, err = d.mesh.Task(ctx, id); err != nil {
		return err
	}
	if _, _, err := d.committee(t); err != nil {
		return err
	}
	fresh := 0
	for _, s := range t.Committee {
		switch {
		case victims[s.Operator] && s.State != "missed":
			return fmt.Errorf("seat %d was killed before it committed, but is %s", s.Index, s.State)
		case s.Index >= seats && s.State == "revealed":
			fresh++
		}
	}
	if t.Redraws == 0 || fresh == 0 {
		return fmt.Errorf("no missed seat was redrawn (%d redraws, %d fresh votes)", t.Redraws, fresh)
	}
	fmt.Printf("  %d seats were missed, %d redrawn seats voted in their place\n", kills, fresh)
	return sameBytes(out, j.expected)
}

// committee prints the votes and checks the quorum.
func (d *demo) committee(t *apiv1.Task) (agree int, paid math.Int, err error) {
	if t.Phase != "verified" || t.Outcome.GetStatus() != "ok" {
		return 0, paid, fmt.Errorf("task %d is %s with outcome %s", t.Id, t.Phase, t.Outcome)
	}
	fmt.Printf("  task %d: module %s\n", t.Id, t.ModuleCid)
	for _, in := range t.Inputs {
		fmt.Printf("          input  %s = %s\n", in.Name, in.Cid)
	}
	fmt.Printf("          submitted at height %d, committee drawn at %d, verified at %d\n", t.SubmittedHeight, t.DrawnHeight, t.FinishedHeight)
	paid = math.ZeroInt()
	for _, s := range t.Committee {
		same := s.Outcome != nil && s.Outcome.OutputRoot == t.Outcome.OutputRoot && s.Outcome.Status == t.Outcome.Status && s.Outcome.Gas == t.Outcome.Gas
		vote := "no vote"
		if s.Outcome != nil {
			vote = fmt.Sprintf("votes %s, %d gas, %s", s.Outcome.Status, s.Outcome.Gas, s.Outcome.OutputRoot)
		}
		if same {
			agree++
		}
		amount, ok := math.NewIntFromString(s.Paid)
		if !ok {
			return 0, paid, fmt.Errorf("seat %d was paid %q", s.Index, s.Paid)
		}
		if same != amount.IsPositive() {
			return 0, paid, fmt.Errorf("seat %d: agrees is %t, paid is %s", s.Index, same, amount)
		}
		paid = paid.Add(amount)
		fmt.Printf("          seat %d  %s  %-9s  paid %s uopen  %s\n", s.Index, s.Operator, s.State, amount, vote)
	}
	fmt.Printf("  price: %d gas at %s uopen for 1,000,000, and %s uopen for the seat\n", t.Outcome.Gas, t.GasPrice, t.SeatFee)
	fmt.Printf("  votes: %d of %d seats agree, a quorum is %d\n", agree, t.Seats, t.Quorum)
	if agree < int(t.Quorum) || 3*agree <= 2*int(t.Seats) {
		return 0, paid, fmt.Errorf("%d votes are not more than two thirds of %d seats", agree, t.Seats)
	}
	return agree, paid, nil
}

// balances of the consumer and of every operator, in uopen.
func (d *demo) balances(ctx context.Context) (map[string]math.Int, error) {
	consumer, err := d.mesh.ConsumerAddress(ctx)
	if err != nil {
		return nil, err
	}
	accounts := map[string]string{"consumer": consumer}
	for _, w := range d.mesh.Workers {
		addr, err := d.mesh.Client().Address(w.Operator)
		if err != nil {
			return nil, err
		}
		accounts[addr.String()] = addr.String()
	}
	out := map[string]math.Int{}
	for name, account := range accounts {
		if out[name], err = d.mesh.Balance(ctx, account); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// money checks that the fee has moved, to the last uopen.
func (d *demo) money(t *apiv1.Task, agree int, paid math.Int, before, after map[string]math.Int) error {
	if t.Escrow != "0" || t.Paid != paid.String() {
		return fmt.Errorf("escrow is %s, paid is %s, the seats have %s", t.Escrow, t.Paid, paid)
	}
	spent := before["consumer"].Sub(after["consumer"])
	txFee := spent.Sub(paid)
	fmt.Printf("  money: the consumer spent %s uopen: %s for %d seats, %s for the transaction; the rest of the escrow returned\n", spent, paid, agree, txFee)
	if !paid.IsPositive() || !txFee.IsPositive() || txFee.GT(math.NewInt(100_000)) {
		return errors.New("the fee did not move as it should")
	}
	for _, s := range t.Committee {
		got := after[s.Operator].Sub(before[s.Operator])
		fmt.Printf("         %s %+d uopen (its seat's pay less what its daemon's transactions cost)\n", s.Operator, got.Int64())
	}
	return nil
}

func sameBytes(path string, want []byte) error {
	got, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("the result in %s differs from the native run", path)
	}
	return nil
}

// invariants stops one validator, whose state then lies still, and checks it;
// the other three go on.
func (d *demo) invariants(ctx context.Context, opend string) error {
	node := d.mesh.Network.Nodes[len(d.mesh.Network.Nodes)-1]
	stopCtx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := node.Stop(stopCtx); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, opend, "debug", "invariants", "--home", node.Home)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("opend debug invariants: %w", err)
	}
	return waitBlocks(ctx, d.mesh.Network)
}

func waitBlocks(ctx context.Context, n *localnet.Network) error {
	if err := n.WaitBlocks(ctx, 2); err != nil {
		return fmt.Errorf("the chain does not go on with three of four validators: %w", err)
	}
	fmt.Println("  the chain goes on with three of four validators")
	return nil
}
