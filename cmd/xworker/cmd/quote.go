// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"

	"github.com/openmesh-network/openmesh/worker/modules/api"
)

// offer is how a task is verified and what is paid for it.
type offer struct {
	verify, seatFee, gasPrice string
	seats, minRating          uint32
}

func (o *offer) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.verify, "verify", "committee", "committee; sample: one seat, and by lot a committee; none: one seat, open to challenges")
	f.Uint32Var(&o.seats, "seats", 7, "size of the committee: 3, 7, 15 or 31")
	f.StringVar(&o.seatFee, "seat-fee", "", "uopen for an agreeing seat; default: the chain's minimum")
	f.StringVar(&o.gasPrice, "gas-price", "", "uopen for 1,000,000 gas; default: the chain's minimum")
	f.Uint32Var(&o.minRating, "min-rating", 0, "least rating of the Xnodes, in 1/10,000; default: the chain's minimum")
}

// committee is the size to ask for: a single seat has none.
func (o *offer) committee() uint32 {
	if o.verify == "sample" || o.verify == "none" {
		return 0
	}
	return o.seats
}

func quoteCommand(g *globals) *cobra.Command {
	var o offer
	var gas uint64
	var memory string
	cmd := &cobra.Command{
		Use:   "quote [flags]",
		Short: "Tell what a task would cost, and how many Xnodes would take it",
		Long: `Asks the chain what a task with these limits would have in escrow and what it would
likely cost, and how many Xnodes have the capacity and accept the price. What a
program uses is what ` + "`xworker task run`" + ` prints.`,
		Example: `  xworker task quote --gas-limit 20000000000
  xworker task quote --gas-limit 20000000000 --seats 15 --gas-price 3 --min-rating 7000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			bytes, err := size(memory)
			if err != nil {
				return fmt.Errorf("--memory: %w", err)
			}
			client, closeConn, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer closeConn()
			q, err := client.QuoteTask(cmd.Context(), &apiv1.QuoteTaskRequest{
				GasLimit: gas, MemoryLimit: bytes, Verify: o.verify, Seats: o.committee(),
				SeatFee: o.seatFee, GasPrice: o.gasPrice, MinRatingBps: o.minRating,
			})
			if err != nil {
				return err
			}
			return g.print(cmd.OutOrStdout(), q, func(w io.Writer) { writeQuote(w, q) })
		},
	}
	o.flags(cmd)
	cmd.Flags().Uint64Var(&gas, "gas-limit", api.DefaultGasLimit, "most gas that the program may use")
	cmd.Flags().StringVar(&memory, "memory", "512MiB", "most memory that the program may use")
	return cmd
}

func writeQuote(w io.Writer, q *apiv1.QuoteTaskResponse) {
	sizes := make([]string, len(q.Ladder))
	for i, n := range q.Ladder {
		sizes[i] = fmt.Sprint(n)
	}
	fmt.Fprintf(w, "verify  %s, seats by stage %s\n", q.Verify, strings.Join(sizes, ", "))
	fmt.Fprintf(w, "offer   %s uopen for 1,000,000 gas, %s uopen a seat, rating of at least %d of 10000\n", q.GasPrice, q.SeatFee, q.MinRatingBps)
	fmt.Fprintf(w, "escrow  %s uopen; what is not earned returns\n", q.MaxFee)
	fmt.Fprintf(w, "cost    at most %s uopen if the first seats agree", q.LikelyFee)
	if q.EscalationBps > 0 {
		fmt.Fprintf(w, "; %s if more are asked, which happens by lot in %d of 10000 tasks", q.EscalatedFee, q.EscalationBps)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "xnodes  %d of %d accept it", q.Matching, q.Sampled)
	if q.Sampled < q.Registered {
		fmt.Fprintf(w, " in a random sample of the %d that there are", q.Registered)
	}
	fmt.Fprintf(w, "; %d have the capacity now", q.Able)
	if n := len(q.GasPrices); n > 0 {
		fmt.Fprintf(w, " and ask %s to %s uopen, half of them at most %s", q.GasPrices[0], q.GasPrices[n-1], q.GasPrices[n/2])
	}
	fmt.Fprintln(w)
}
