// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"github.com/openmesh-network/openmesh/x/por"
)

// SubmitVerdict takes attestations.
func (s msgServer) SubmitVerdict(ctx context.Context, msg *por.MsgSubmitVerdict) (*por.MsgSubmitVerdictResponse, error) {
	sender, subject, err := msg.Validate(s.accounts)
	if err != nil {
		return nil, err
	}
	found, err := s.Attest(ctx, sender, msg.Class, msg.Window, subject, msg.Attestations)
	if err != nil {
		return nil, err
	}
	return &por.MsgSubmitVerdictResponse{Verdict: found.Verdict, Value: found.Value}, nil
}

// ShowEvidence takes the evidence of an audited seat.
func (s msgServer) ShowEvidence(ctx context.Context, msg *por.MsgShowEvidence) (*por.MsgShowEvidenceResponse, error) {
	subject, err := msg.Validate(s.accounts)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.ShowEvidence(ctx, msg.Class, msg.Window, subject, msg.Statement); err != nil {
		return nil, err
	}
	return &por.MsgShowEvidenceResponse{}, nil
}

// ReportEquivocation punishes who attested two things for one seat.
func (s msgServer) ReportEquivocation(ctx context.Context, msg *por.MsgReportEquivocation) (*por.MsgReportEquivocationResponse, error) {
	reporter, subject, err := msg.Validate(s.accounts)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.ReportEquivocation(ctx, reporter, msg.Class, msg.Window, subject, msg.First, msg.Second); err != nil {
		return nil, err
	}
	return &por.MsgReportEquivocationResponse{}, nil
}

// ReportFraud has an item recomputed.
func (s msgServer) ReportFraud(ctx context.Context, msg *por.MsgReportFraud) (*por.MsgReportFraudResponse, error) {
	reporter, operator, err := msg.Validate(s.accounts)
	if err != nil {
		return nil, err
	}
	upheld, err := s.Keeper.ReportFraud(ctx, reporter, msg.Class, msg.Window, operator, msg.Evidence)
	if err != nil {
		return nil, err
	}
	return &por.MsgReportFraudResponse{Upheld: upheld}, nil
}

// DisputeVerdict asks for a larger committee.
func (s msgServer) DisputeVerdict(ctx context.Context, msg *por.MsgDisputeVerdict) (*por.MsgDisputeVerdictResponse, error) {
	subject, err := msg.Validate(s.accounts)
	if err != nil {
		return nil, err
	}
	if err := s.Dispute(ctx, subject, msg.Class, msg.Window); err != nil {
		return nil, err
	}
	return &por.MsgDisputeVerdictResponse{}, nil
}
