// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

const (
	// maxPage is the most records in an answer, defaultPage what is given unasked.
	maxPage, defaultPage = 200, 100
)

type queryServer struct{ k *Keeper }

// NewQueryServer makes the handlers of the module's queries.
func NewQueryServer(k *Keeper) slashingtasks.QueryServer { return queryServer{k} }

// Params returns the parameters.
func (s queryServer) Params(ctx context.Context, _ *slashingtasks.QueryParamsRequest) (*slashingtasks.QueryParamsResponse, error) {
	params, err := s.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &slashingtasks.QueryParamsResponse{Params: params}, nil
}

// Task returns a task with its committee.
func (s queryServer) Task(ctx context.Context, req *slashingtasks.QueryTaskRequest) (*slashingtasks.QueryTaskResponse, error) {
	task, err := s.k.Task(ctx, req.TaskId)
	if err != nil {
		return nil, err
	}
	seats, err := s.k.Committee(ctx, req.TaskId)
	if err != nil {
		return nil, err
	}
	return &slashingtasks.QueryTaskResponse{Task: task, Seats: seats}, nil
}

// Tasks returns a page of all tasks, by id.
func (s queryServer) Tasks(ctx context.Context, req *slashingtasks.QueryTasksRequest) (*slashingtasks.QueryTasksResponse, error) {
	page, err := checkPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	tasks, next, err := query.CollectionPaginate(ctx, s.k.Tasks, page,
		func(_ uint64, task slashingtasks.Task) (slashingtasks.Task, error) { return task, nil })
	if err != nil {
		return nil, pageError(err)
	}
	return &slashingtasks.QueryTasksResponse{Tasks: tasks, Pagination: next}, nil
}

// TasksByRequester returns a page of a requester's retained tasks, by id.
func (s queryServer) TasksByRequester(ctx context.Context, req *slashingtasks.QueryTasksByRequesterRequest) (*slashingtasks.QueryTasksByRequesterResponse, error) {
	page, err := checkPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	requester, err := slashingtasks.ParseAddress(s.k.addresses, "requester", req.Requester)
	if err != nil {
		return nil, err
	}
	tasks, next, err := query.CollectionPaginate(ctx, s.k.Requesters, page,
		func(key collections.Pair[sdk.AccAddress, uint64], _ collections.NoValue) (slashingtasks.Task, error) {
			return s.k.Task(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](requester))
	if err != nil {
		return nil, pageError(err)
	}
	return &slashingtasks.QueryTasksByRequesterResponse{Tasks: tasks, Pagination: next}, nil
}

// OpenSeats returns a page of the seats that an operator holds, by task id.
func (s queryServer) OpenSeats(ctx context.Context, req *slashingtasks.QueryOpenSeatsRequest) (*slashingtasks.QueryOpenSeatsResponse, error) {
	page, err := checkPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	operator, err := slashingtasks.ParseAddress(s.k.addresses, "operator", req.Operator)
	if err != nil {
		return nil, err
	}
	text, err := s.k.addresses.BytesToString(operator)
	if err != nil {
		return nil, err
	}
	seats, next, err := query.CollectionPaginate(ctx, s.k.OpenSeats, page,
		func(key collections.Pair[sdk.AccAddress, uint64], _ collections.NoValue) (slashingtasks.OpenSeat, error) {
			return s.openSeat(ctx, key.K2(), text)
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](operator))
	if err != nil {
		return nil, pageError(err)
	}
	return &slashingtasks.QueryOpenSeatsResponse{Seats: seats, Pagination: next}, nil
}

func (s queryServer) openSeat(ctx context.Context, taskID uint64, operator string) (slashingtasks.OpenSeat, error) {
	w, err := s.k.open(ctx, taskID)
	if err != nil {
		return slashingtasks.OpenSeat{}, err
	}
	i := w.seats.Find(operator)
	if i < 0 {
		return slashingtasks.OpenSeat{}, slashingtasks.ErrInvariant.Wrapf("task %d has no seat of %s", taskID, operator)
	}
	open := slashingtasks.OpenSeat{Seat: w.seats[i], Task: w.task}
	for _, seat := range w.seats {
		if seat.Operator != operator {
			open.Peers = append(open.Peers, seat.Operator)
		}
	}
	return open, nil
}

// Quote returns the escrow that a submission needs now.
func (s queryServer) Quote(ctx context.Context, req *slashingtasks.QueryQuoteRequest) (*slashingtasks.QueryQuoteResponse, error) {
	params, err := s.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	seatFee, err := parsePrice("seat_fee", req.SeatFee, params.MinSeatFee)
	if err != nil {
		return nil, err
	}
	gasPrice, err := parsePrice("gas_price", req.GasPrice, params.MinGasPrice)
	if err != nil {
		return nil, err
	}
	terms, err := slashingtasks.NewTerms(params, slashingtasks.Offer{
		Verify: req.Verify, Seats: req.Seats, SeatFee: seatFee, GasPrice: gasPrice, MinRatingBps: req.MinRatingBps,
	})
	if err != nil {
		return nil, err
	}
	if req.GasLimit == 0 || req.GasLimit > params.MaxGasLimit {
		return nil, slashingtasks.ErrInvalidProgram.Wrapf("gas_limit must be within 1 and %d", params.MaxGasLimit)
	}
	if terms, err = terms.Secured(params, req.GasLimit); err != nil {
		return nil, err
	}
	res := &slashingtasks.QueryQuoteResponse{
		SeatBond:       terms.SeatBond,
		MaxFee:         terms.Escrow(req.GasLimit),
		LikelyFee:      slashingtasks.EscrowFor(terms.Ladder[0], seatFee, req.GasLimit, gasPrice),
		SeatFee:        seatFee,
		GasPrice:       gasPrice,
		Ladder:         terms.Ladder,
		Verify:         terms.Verify,
		MinRatingBps:   terms.MinRatingBps,
		DetwasmVersion: params.MaxDetwasmVersion,
	}
	res.EscalatedFee = res.LikelyFee
	if len(terms.Ladder) > 1 {
		res.EscalationBps = terms.CoinBps(0)
		res.EscalatedFee = slashingtasks.EscrowFor(terms.Ladder[1], seatFee, req.GasLimit, gasPrice)
	}
	return res, nil
}

func parsePrice(name, text string, least math.Int) (math.Int, error) {
	if text == "" {
		return least, nil
	}
	price, ok := math.NewIntFromString(text)
	if !ok {
		return math.Int{}, slashingtasks.ErrInvalidPrice.Wrapf("%s must be an integer of uopen", name)
	}
	return price, nil
}

// checkPage refuses what would make a node read more than it answers, and sets
// the limit: without one the SDK would count everything.
func checkPage(page *query.PageRequest) (*query.PageRequest, error) {
	if page == nil {
		return &query.PageRequest{Limit: defaultPage}, nil
	}
	switch {
	case page.Limit > maxPage:
		return nil, slashingtasks.ErrInvalidPage.Wrapf("limit %d, at most %d", page.Limit, maxPage)
	case page.CountTotal:
		return nil, slashingtasks.ErrInvalidPage.Wrap("count_total would read everything")
	case page.Offset > 0:
		return nil, slashingtasks.ErrInvalidPage.Wrap("an offset would read everything before it: use key")
	}
	checked := *page
	if checked.Limit == 0 {
		checked.Limit = defaultPage
	}
	return &checked, nil
}

// pageError names the one thing of a page that a client can get wrong beyond
// checkPage: a key that is none.
func pageError(err error) error { return slashingtasks.ErrInvalidPage.Wrap(err.Error()) }
