// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/por"
)

// Committee returns who measures a subject, and what they found.
func (s queryServer) Committee(ctx context.Context, req *por.QueryCommitteeRequest) (*por.QueryCommitteeResponse, error) {
	subject, err := por.AccountOf(s.k.accounts, "subject", req.Subject)
	if err != nil {
		return nil, err
	}
	c, err := s.k.Committee(ctx, req.Class, req.Window, subject)
	if err != nil {
		return nil, err
	}
	found := c.Count()
	return &por.QueryCommitteeResponse{Committee: c, Verdict: found.Verdict, Value: found.Value}, nil
}

// Seats returns a page of a verifier's seats.
func (s queryServer) Seats(ctx context.Context, req *por.QuerySeatsRequest) (*por.QuerySeatsResponse, error) {
	verifier, err := por.AccountOf(s.k.accounts, "verifier", req.Verifier)
	if err != nil {
		return nil, err
	}
	asked, err := checkedPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	duties, page, err := query.CollectionPaginate(ctx, s.k.Duties, asked,
		func(key dutyKey, _ collections.NoValue) (por.SeatDuty, error) {
			subject, err := s.k.accounts.BytesToString(key.K4())
			return por.SeatDuty{Class: por.Class(key.K2()), Window: key.K3(), Subject: subject}, err
		},
		func(o *query.CollectionsPaginateOptions[dutyKey]) {
			prefix := collections.QuadPrefix[sdk.AccAddress, uint32, uint64, sdk.AccAddress](verifier)
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, err
	}
	return &por.QuerySeatsResponse{Duties: duties, Pagination: page}, nil
}

// VerifierScore returns how an operator serves on committees.
func (s queryServer) VerifierScore(ctx context.Context, req *por.QueryVerifierScoreRequest) (*por.QueryVerifierScoreResponse, error) {
	operator, err := por.AccountOf(s.k.accounts, "operator", req.Operator)
	if err != nil {
		return nil, err
	}
	score, err := s.k.VerifierScore(ctx, operator)
	if err != nil {
		return nil, err
	}
	return &por.QueryVerifierScoreResponse{Score: score}, nil
}

// Charges returns a page of the pending charges.
func (s queryServer) Charges(ctx context.Context, req *por.QueryChargesRequest) (*por.QueryChargesResponse, error) {
	asked, err := checkedPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	charges, page, err := query.CollectionPaginate(ctx, s.k.Charges, asked,
		func(_ collections.Pair[uint32, sdk.AccAddress], charge por.Charge) (por.Charge, error) {
			return charge, nil
		})
	if err != nil {
		return nil, err
	}
	return &por.QueryChargesResponse{Charges: charges, Pagination: page}, nil
}

// Charge returns the pending charge against a subject.
func (s queryServer) Charge(ctx context.Context, req *por.QueryChargeRequest) (*por.QueryChargeResponse, error) {
	subject, err := por.AccountOf(s.k.accounts, "subject", req.Subject)
	if err != nil {
		return nil, err
	}
	charge, err := s.k.Charge(ctx, req.Class, subject)
	if err != nil {
		return nil, err
	}
	return &por.QueryChargeResponse{Charge: charge}, nil
}

// Fraud returns what was proven of an operator, if anything was.
func (s queryServer) Fraud(ctx context.Context, req *por.QueryFraudRequest) (*por.QueryFraudResponse, error) {
	operator, err := por.AccountOf(s.k.accounts, "operator", req.Operator)
	if err != nil {
		return nil, err
	}
	record, found, err := s.k.Fraud(ctx, req.Class, req.Window, operator)
	if err != nil || !found {
		return &por.QueryFraudResponse{}, err
	}
	return &por.QueryFraudResponse{Fraud: &record}, nil
}
