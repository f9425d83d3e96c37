// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/openmesh-network/openmesh/worker/bus"
)

// problem writes an error as RFC 9457 problem details.
func problem(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	s := status.Convert(err)
	code := runtime.HTTPStatusFromCode(s.Code())
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	// Nothing can be done for a client that is gone.
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": s.Code().String(), "status": code, "detail": s.Message(),
	})
}

// statusOf gives an error of the bus the code that fits its cause, and leaves
// out which module asked which.
func statusOf(err error) error {
	var asked *bus.AskError
	if errors.As(err, &asked) {
		err = asked.Err
	}
	code := codes.FailedPrecondition
	switch s, ok := status.FromError(err); {
	case ok && s.Code() != codes.Unknown:
		code = s.Code()
	case errors.Is(err, context.DeadlineExceeded):
		code = codes.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		code = codes.Canceled
	}
	return status.Error(code, Plain(err))
}

// Plain is the text of an error without the words of the transport.
func Plain(err error) string {
	var s interface {
		error
		GRPCStatus() *status.Status
	}
	if !errors.As(err, &s) {
		return err.Error()
	}
	return strings.Replace(err.Error(), s.Error(), s.GRPCStatus().Message(), 1)
}
