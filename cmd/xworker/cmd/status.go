// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/api"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
	"github.com/openmesh-network/openmesh/worker/modules/chain"

	"github.com/openmesh-network/openmesh/cmd/xworker/doctor"
)

// proofsTimeout bounds the questions of status to the chain.
const proofsTimeout = 3 * time.Second

// proofs asks the chain what is proven of the daemon's Xnode, and why not more.
// Where that cannot be had, unknown says why; the rest of a status stands.
func (g *globals) proofs(ctx context.Context, s *apiv1.StatusResponse) (proofs []chain.ClassView, unknown string) {
	if s.Operator == "" {
		return nil, ""
	}
	cfg, err := config.Load(g.home, nil)
	if err != nil {
		return nil, err.Error()
	}
	if err := cfg.Validate(); err != nil {
		return nil, err.Error()
	}
	ctx, cancel := context.WithTimeout(ctx, proofsTimeout)
	defer cancel()
	client, err := chain.Dial(cfg.Chain.ChainID, cfg.Chain.Nodes)
	if err != nil {
		return nil, err.Error()
	}
	defer client.Close()
	if proofs, err = client.Proofs(ctx, s.Operator, told(s.Allocated)); err != nil {
		return nil, api.Plain(err)
	}
	return proofs, ""
}

// printStatus prints a status with what is proven: in JSON as its field proofs.
func (g *globals) printStatus(w io.Writer, s *apiv1.StatusResponse, proofs []chain.ClassView, text func(io.Writer)) error {
	if !g.json() {
		text(w)
		return nil
	}
	body, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(s)
	if err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return err
	}
	if proofs == nil {
		proofs = []chain.ClassView{}
	}
	if fields["proofs"], err = json.Marshal(proofs); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(fields)
}

// writeProofs says class by class what is claimed, verified and allocated, and why
// not all of it counts.
func writeProofs(w io.Writer, proofs []chain.ClassView, unknown string) {
	if unknown != "" {
		fmt.Fprintf(w, "proofs    not known: %s\n", unknown)
		return
	}
	for _, c := range proofs {
		if c.Claimed == 0 {
			continue
		}
		amount := func(n uint64) string { return doctor.Amount(c.Class, n) }
		fmt.Fprintf(w, "%-9s %s claimed, %s verified, %s allocated; score %d of 10000, last verdict %s (%s)\n",
			c.Class, amount(c.Claimed), amount(c.Verified), amount(c.Allocated), c.Score, c.LastVerdict, c.Mode)
		if c.Why != "" {
			fmt.Fprintf(w, "          %s\n", c.Why)
		}
	}
}
