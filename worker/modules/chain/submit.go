// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"fmt"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

// DefaultSeats is the committee of a task that names none.
const DefaultSeats = 7

// submission turns a request into the chain's message: prices default to the
// chain's minimum, and the escrow is exactly what the chain asks for.
func (c *Client) submission(ctx context.Context, requester string, q message.SubmitTask) (*slashingtasks.MsgSubmitTask, error) {
	res, err := slashingtasks.NewQueryClient(c).Params(ctx, &slashingtasks.QueryParamsRequest{})
	if err != nil {
		return nil, err
	}
	params := res.Params
	quote, asked, err := c.quote(ctx, q.Offer, q.Program.GasLimit)
	if err != nil {
		return nil, err
	}
	if q.MaxFee != "" {
		limit, ok := math.NewIntFromString(q.MaxFee)
		if !ok {
			return nil, fmt.Errorf("the fee limit %q is no whole number of uopen", q.MaxFee)
		}
		if quote.MaxFee.GT(limit) {
			return nil, fmt.Errorf("the escrow would be %s uopen, more than the limit of %s: raise the limit, or ask for fewer seats or less gas", quote.MaxFee, limit)
		}
	}
	msg := &slashingtasks.MsgSubmitTask{
		Requester:    requester,
		Program:      toProgram(q.Program),
		Verify:       asked.Verify,
		Seats:        asked.Seats,
		SeatFee:      quote.SeatFee,
		GasPrice:     quote.GasPrice,
		MinRatingBps: quote.MinRatingBps,
		MaxFee:       sdk.NewCoin(params.FeeDenom, quote.MaxFee),
	}
	for _, s := range q.Sources {
		msg.Sources = append(msg.Sources, slashingtasks.Source{Address: s})
	}
	return msg, nil
}

// quote asks the chain what an offer comes to.
func (c *Client) quote(ctx context.Context, o message.Offer, gasLimit uint64) (*slashingtasks.QueryQuoteResponse, *slashingtasks.QueryQuoteRequest, error) {
	verify, err := toVerify(o.Verify)
	if err != nil {
		return nil, nil, err
	}
	if o.Seats == 0 && verify == slashingtasks.VERIFY_COMMITTEE {
		o.Seats = DefaultSeats
	}
	asked := &slashingtasks.QueryQuoteRequest{
		Verify: verify, Seats: o.Seats, GasLimit: gasLimit, SeatFee: o.SeatFee, GasPrice: o.GasPrice, MinRatingBps: o.MinRatingBps,
	}
	quote, err := slashingtasks.NewQueryClient(c).Quote(ctx, asked)
	return quote, asked, err
}

// Quote tells what a task would cost, and how many Xnodes the offer reaches.
func (c *Client) Quote(ctx context.Context, q message.GetQuote) (message.Quote, error) {
	quote, _, err := c.quote(ctx, q.Offer, q.GasLimit)
	if err != nil {
		return message.Quote{}, err
	}
	res, err := slashingtasks.NewQueryClient(c).Params(ctx, &slashingtasks.QueryParamsRequest{})
	if err != nil {
		return message.Quote{}, err
	}
	market, err := workers.NewQueryClient(c).Market(ctx, &workers.QueryMarketRequest{
		Resources: workers.Resources{CpuMillis: res.Params.SeatCpuMillis, MemoryBytes: q.MemoryLimit},
		GasPrice:  quote.GasPrice.String(), SeatFee: quote.SeatFee.String(), MinRating: quote.MinRatingBps,
	})
	if err != nil {
		return message.Quote{}, err
	}
	return message.Quote{
		Offer: message.Offer{
			Verify: enumName(quote.Verify.String(), "VERIFY_"), Seats: quote.Ladder[0],
			SeatFee: quote.SeatFee.String(), GasPrice: quote.GasPrice.String(), MinRatingBps: quote.MinRatingBps,
		},
		MaxFee: quote.MaxFee.String(), LikelyFee: quote.LikelyFee.String(),
		EscalatedFee: quote.EscalatedFee.String(), EscalationBps: quote.EscalationBps,
		Ladder: quote.Ladder, DetwasmVersion: quote.DetwasmVersion,
		Registered: market.Registered, Sampled: market.Sampled, Able: market.Able, Matching: market.Matching,
		GasPrices: market.GasPrices,
	}, nil
}

// submitted reads the task's id out of the transaction's result.
func (c *Client) submitted(r *sdk.TxResponse, escrow math.Int) (message.TaskSubmitted, error) {
	var response slashingtasks.MsgSubmitTaskResponse
	if err := c.response(r, &response); err != nil {
		return message.TaskSubmitted{}, err
	}
	return message.TaskSubmitted{TaskID: response.TaskId, TxHash: r.TxHash, Height: r.Height, Escrow: escrow.String()}, nil
}

// response decodes the result of the transaction's first message.
func (c *Client) response(r *sdk.TxResponse, into interface{ Unmarshal([]byte) error }) error {
	data, err := decodeTxData(r.Data)
	if err != nil {
		return err
	}
	if len(data.MsgResponses) == 0 {
		return fmt.Errorf("transaction %s has no result", r.TxHash)
	}
	return into.Unmarshal(data.MsgResponses[0].Value)
}
