// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
)

func taskCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "task",
		Short: "Submit tasks and fetch their verified results",
		Long: `A task is a WebAssembly program (WASI preview 1) with its inputs. A committee of
Xnodes that nobody can choose runs it, each commits to a result and reveals it; the
result on which more than two thirds agree is the task's, and they are paid.`,
		Example: `  xworker task run --module wordcount.wasm --input book.txt
  xworker task submit --module wordcount.wasm --input book.txt --out counts.txt
  xworker task result 7`,
	}
	cmd.AddCommand(runCommand(g), quoteCommand(g), submitCommand(g), taskStatusCommand(g), watchCommand(g), resultCommand(g))
	return cmd
}

func taskID(text string) (uint64, error) {
	id, err := strconv.ParseUint(text, 10, 64)
	if err != nil || id == 0 {
		return 0, fmt.Errorf("%q is no task id: `xworker task submit` prints it", text)
	}
	return id, nil
}

func taskStatusCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "status <task id>",
		Short:   "Tell where a task stands",
		Example: "  xworker task status 7\n  xworker task status 7 --output json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := taskID(args[0])
			if err != nil {
				return err
			}
			client, closeConn, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer closeConn()
			t, err := client.GetTask(cmd.Context(), &apiv1.GetTaskRequest{TaskId: id})
			if err != nil {
				return err
			}
			return g.print(cmd.OutOrStdout(), t, func(w io.Writer) { writeTask(w, t) })
		},
	}
}

func watchCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "watch <task id>",
		Short: "Tell each change of a task until it is final",
		Long: `Exits with 0 when the task is verified and its program ended well, with 3 when it
was closed without a result, and with 4 when the program failed.`,
		Example: "  xworker task watch 7",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := taskID(args[0])
			if err != nil {
				return err
			}
			client, closeConn, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer closeConn()
			t, err := g.watch(cmd.Context(), client, id, cmd.OutOrStdout())
			if err != nil {
				return err
			}
			return verdict(t)
		},
	}
}

// watch prints each change and returns the final task.
func (g *globals) watch(ctx context.Context, client apiv1.WorkerAPIClient, id uint64, out io.Writer) (*apiv1.Task, error) {
	stream, err := client.WatchTask(ctx, &apiv1.WatchTaskRequest{TaskId: id})
	if err != nil {
		return nil, err
	}
	start := time.Now()
	var last *apiv1.Task
	for {
		t, err := stream.Recv()
		if errors.Is(err, io.EOF) && last != nil {
			return last, nil
		}
		if err != nil {
			return nil, fmt.Errorf("watching task %d (it goes on without us: `xworker task watch %d` comes back to it): %w", id, id, err)
		}
		last = t
		err = g.print(out, t, func(w io.Writer) {
			fmt.Fprintf(w, "%6.1fs  height %d  %s\n", time.Since(start).Seconds(), t.Height, progress(t))
		})
		if err != nil {
			return nil, err
		}
	}
}

func resultCommand(g *globals) *cobra.Command {
	var path, out string
	cmd := &cobra.Command{
		Use:   "result <task id>",
		Short: "Fetch a verified task's output",
		Long: `Fetches the output from the seats that agreed on it, checks every block of it
against the CID on the chain, and writes one file of it.`,
		Example: "  xworker task result 7\n  xworker task result 7 --path out/report.csv --out report.csv",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := taskID(args[0])
			if err != nil {
				return err
			}
			client, closeConn, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer closeConn()
			return g.fetch(cmd, client, id, path, out)
		},
	}
	cmd.Flags().StringVar(&path, "path", "stdout", "file of the output: stdout or out/<file>")
	cmd.Flags().StringVar(&out, "out", "-", "file to write; - for standard output")
	return cmd
}

// verdict is the exit of a command that waited for a task.
func verdict(t *apiv1.Task) error {
	switch {
	case t.Phase == "closed":
		return &codedError{exitClosed, fmt.Errorf("task %d was closed without a result: %s; the fee was refunded", t.Id, closeReason(t.Reason))}
	case t.Outcome == nil || t.Outcome.Status != "ok":
		return &codedError{exitProgram, fmt.Errorf("task %d is verified, but its program did not end well: %s", t.Id, outcomeText(t.Outcome))}
	default:
		return nil
	}
}

// closeReason says what happened and what to do.
func closeReason(reason string) string {
	switch reason {
	case "no_beacon":
		return "the chain's randomness did not come in time (are enough validators with beacon keys online?); submit it again"
	case "no_committee":
		return "too few Xnodes could take a seat: ask for fewer seats or less memory, or submit it again later"
	case "expired":
		return "too many seats were missed and could not be replaced; submit it again"
	case "inconclusive":
		return "the seats did not agree, even after the committee was enlarged: does the program behave the same on every run?"
	default:
		return reason
	}
}

func outcomeText(o *apiv1.Outcome) string {
	switch {
	case o == nil:
		return "no outcome"
	case o.Status == "exit":
		return fmt.Sprintf("exit code %d", o.ExitCode)
	case o.Status == "out_of_gas":
		return fmt.Sprintf("it needs more gas than its limit of %d (--gas-limit)", o.Gas)
	case o.Status == "out_of_depth":
		return "its calls nest deeper than any worker allows"
	case o.Status == "memory_limit":
		return "it needs more memory than its limit (--memory)"
	case o.Status == "invalid_module":
		return "the sandbox refuses the module: `xworker task run` tells why"
	default:
		return o.Status
	}
}

// count counts the seats by state.
func count(t *apiv1.Task, states ...string) int {
	n := 0
	for _, s := range t.Committee {
		for _, state := range states {
			if s.State == state {
				n++
			}
		}
	}
	return n
}

// progress is one line about where the task stands.
func progress(t *apiv1.Task) string {
	missed := ""
	if n := count(t, "missed", "declined"); n > 0 {
		missed = fmt.Sprintf(", %d seats given up, %d redraws", n, t.Redraws)
	}
	switch t.Phase {
	case "drawing":
		return "drawing a committee" + missed
	case "committing":
		return fmt.Sprintf("%d of %d seats have committed, until height %d%s", count(t, "committed", "revealed"), t.Seats, t.Deadline, missed)
	case "revealing":
		return fmt.Sprintf("%d of %d seats have revealed, until height %d%s", count(t, "revealed"), t.Seats, t.Deadline, missed)
	case "challengeable":
		return fmt.Sprintf("at least %d of %d seats agree; open to challenges until height %d", t.Quorum, t.Seats, t.Deadline)
	case "verified":
		text := fmt.Sprintf("verified: %s, %d gas", outcomeText(t.Outcome), t.Outcome.GetGas())
		if root := t.Outcome.GetOutputRoot(); root != "" {
			text += ", output " + root
		}
		return text
	case "closed":
		return "closed: " + closeReason(t.Reason)
	default:
		return t.Phase
	}
}

func writeTask(w io.Writer, t *apiv1.Task) {
	fmt.Fprintf(w, "task %d: %s\n", t.Id, progress(t))
	fmt.Fprintf(w, "  module %s\n", t.ModuleCid)
	for _, in := range t.Inputs {
		fmt.Fprintf(w, "  input  %s %s\n", in.Name, in.Cid)
	}
	fmt.Fprintf(w, "  verify %s, gas limit %d at %s uopen for 1,000,000, %s uopen a seat, rating of at least %d, profile %d\n",
		t.Verify, t.GasLimit, t.GasPrice, t.SeatFee, t.MinRatingBps, t.DetwasmVersion)
	fmt.Fprintf(w, "  submitted at %d, drawn at %d, finished at %d\n", t.SubmittedHeight, t.DrawnHeight, t.FinishedHeight)
	fmt.Fprintf(w, "  escrow %s uopen, paid %s uopen\n", t.Escrow, t.Paid)
	for _, s := range t.Committee {
		vote := ""
		if s.Outcome != nil {
			vote = fmt.Sprintf("  %s %d gas %s", s.Outcome.Status, s.Outcome.Gas, s.Outcome.OutputRoot)
		}
		fmt.Fprintf(w, "  seat %-2d stage %d  %s  %-10s paid %s%s\n", s.Index, s.Stage, s.Operator, s.State, s.Paid, vote)
	}
}
