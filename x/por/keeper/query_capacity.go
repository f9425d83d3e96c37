// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/por"
)

// maxProofs is the most measurements of a class in an answer about one Xnode.
const maxProofs = 20

// Windows returns the window that runs in each class, and when the next one opens.
func (s queryServer) Windows(ctx context.Context, _ *por.QueryWindowsRequest) (*por.QueryWindowsResponse, error) {
	res := &por.QueryWindowsResponse{Height: height(ctx)}
	for _, class := range por.Classes() {
		schedule, err := s.k.Schedules.Get(ctx, uint32(class))
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		res.Schedules = append(res.Schedules, schedule)
		w, running, err := s.k.runningWindow(ctx, class)
		if err != nil {
			return nil, err
		}
		if running {
			res.Windows = append(res.Windows, w)
		}
	}
	return res, nil
}

// Window returns a window that runs or is still kept.
func (s queryServer) Window(ctx context.Context, req *por.QueryWindowRequest) (*por.QueryWindowResponse, error) {
	w, err := s.windowOf(ctx, req.Class, req.Number)
	if err != nil {
		return nil, err
	}
	return &por.QueryWindowResponse{Window: w}, nil
}

// windowOf finds a window by number, 0 being the newest.
func (s queryServer) windowOf(ctx context.Context, class por.Class, number uint64) (por.Window, error) {
	if !class.Known() {
		return por.Window{}, errorsmod.Wrapf(por.ErrInvalidClass, "%d", class)
	}
	if number == 0 {
		schedule, err := s.k.Schedules.Get(ctx, uint32(class))
		if err != nil && !errors.Is(err, collections.ErrNotFound) {
			return por.Window{}, err
		}
		number = schedule.Windows
	}
	return s.k.window(ctx, class, number)
}

// Measurements returns a page of what a window found out, by operator.
func (s queryServer) Measurements(ctx context.Context, req *por.QueryMeasurementsRequest) (*por.QueryMeasurementsResponse, error) {
	page, err := checkedPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	w, err := s.windowOf(ctx, req.Class, req.Number)
	if err != nil {
		return nil, err
	}
	found, next, err := query.CollectionPaginate(ctx, s.k.Measurements, page,
		func(_ collections.Triple[uint32, uint64, sdk.AccAddress], m por.Measurement) (por.Measurement, error) {
			return m, nil
		},
		func(o *query.CollectionsPaginateOptions[collections.Triple[uint32, uint64, sdk.AccAddress]]) {
			prefix := collections.TripleSuperPrefix[uint32, uint64, sdk.AccAddress](uint32(w.Class), w.Number)
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, err
	}
	return &por.QueryMeasurementsResponse{Measurements: found, Pagination: next}, nil
}

// Duties returns what an Xnode has to answer now.
func (s queryServer) Duties(ctx context.Context, req *por.QueryDutiesRequest) (*por.QueryDutiesResponse, error) {
	operator, err := s.k.account(req.Operator)
	if err != nil {
		return nil, err
	}
	res := &por.QueryDutiesResponse{Height: height(ctx)}
	for _, class := range por.Classes() {
		duty, asked, err := s.k.ProofDuty(ctx, class, operator)
		if err != nil {
			return nil, err
		}
		if asked {
			res.Duties = append(res.Duties, duty)
		}
	}
	return res, nil
}

// Proofs returns what the kept windows found out about an Xnode.
func (s queryServer) Proofs(ctx context.Context, req *por.QueryProofsRequest) (*por.QueryProofsResponse, error) {
	operator, err := s.k.account(req.Operator)
	if err != nil {
		return nil, err
	}
	res := &por.QueryProofsResponse{}
	for _, class := range por.Classes() {
		schedule, err := s.k.Schedules.Get(ctx, uint32(class))
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		listed := 0
		for number := schedule.Windows; number > 0 && number >= schedule.Oldest && listed < maxProofs; number-- {
			m, found, err := s.k.measurement(ctx, por.Window{Class: class, Number: number}, operator)
			if err != nil {
				return nil, err
			}
			if found {
				m.Proof = nil
				res.Measurements, listed = append(res.Measurements, m), listed+1
			}
		}
	}
	return res, nil
}

// Capacity returns what is claimed, verified and counted of an Xnode.
func (s queryServer) Capacity(ctx context.Context, req *por.QueryCapacityRequest) (*por.QueryCapacityResponse, error) {
	operator, err := s.k.account(req.Operator)
	if err != nil {
		return nil, err
	}
	params, err := s.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	res := &por.QueryCapacityResponse{}
	for _, class := range por.Classes() {
		c, found, err := s.k.capacity(ctx, operator, class)
		if err != nil {
			return nil, err
		}
		if found {
			mode := params.Mode(class)
			res.Capacities = append(res.Capacities, por.CapacityView{Capacity: c, Mode: mode, Counted: c.Counted(mode)})
		}
	}
	if len(res.Capacities) == 0 {
		return nil, errorsmod.Wrap(por.ErrNoCapacity, req.Operator)
	}
	return res, nil
}

// Capacities returns a page of all capacities, by operator and class.
func (s queryServer) Capacities(ctx context.Context, req *por.QueryCapacitiesRequest) (*por.QueryCapacitiesResponse, error) {
	page, err := checkedPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	found, next, err := query.CollectionPaginate(ctx, s.k.Capacities, page,
		func(_ collections.Pair[sdk.AccAddress, uint32], c por.Capacity) (por.Capacity, error) { return c, nil })
	if err != nil {
		return nil, err
	}
	return &por.QueryCapacitiesResponse{Capacities: found, Pagination: next}, nil
}

// checkedPage refuses what would read more than a page.
func checkedPage(page *query.PageRequest) (*query.PageRequest, error) {
	asked := query.PageRequest{Limit: query.DefaultLimit} // without a limit everything would be counted
	if page == nil {
		return &asked, nil
	}
	switch {
	case page.Limit > maxPage:
		return nil, errorsmod.Wrapf(por.ErrInvalidPage, "limit %d, at most %d", page.Limit, maxPage)
	case page.CountTotal:
		return nil, errorsmod.Wrap(por.ErrInvalidPage, "count_total would read everything")
	case page.Offset > 0:
		return nil, errorsmod.Wrap(por.ErrInvalidPage, "an offset would read everything before it; use key")
	}
	asked.Key, asked.Reverse = page.Key, page.Reverse
	if page.Limit > 0 {
		asked.Limit = page.Limit
	}
	return &asked, nil
}
