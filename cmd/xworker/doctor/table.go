// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
)

// Checks is the table of all checks, in the order of the report.
func Checks() []Check {
	const short, long = 15 * time.Second, time.Minute
	return []Check{
		{Name: "home", About: "the home's folder", Timeout: short, Run: checkHome},
		{Name: "config", About: "the configuration", Timeout: short, Run: checkConfig},
		{Name: "signer", About: "the signer's key", Timeout: short, Run: checkSigner},
		{Name: "system", About: "limits and interfaces of the system", Timeout: short, Run: checkSystem},
		{Name: "disk", About: "disks of the home and of the plot", Timeout: short, Run: checkDisk},
		{Name: "memory", About: "the memory claim", Timeout: short, Run: checkMemory},
		{Name: "cores", About: "the processor claim", Timeout: short, Run: checkCores},
		{Name: "ports", About: "the daemon's ports", Timeout: short, Run: checkPorts},
		{Name: "endpoints", About: "the addresses that others are told", Timeout: short, Run: checkEndpoints},
		{Name: "reach", About: "whether they answer", Timeout: short, Run: checkReach},
		{Name: "nodes", About: "the chain's nodes", Timeout: short, Run: checkNodes},
		{Name: "clock", About: "the clock", Timeout: 2 * short, Run: checkClock},
		{Name: "registered", About: "the Xnode on the chain", Timeout: short, Run: checkRegistered},
		{Name: "bond", About: "the operator's bond", Timeout: short, Run: checkBond},
		{Name: "fees", About: "the signer's fees", Timeout: short, Run: checkFees},
		{Name: "capacity", About: "what the chain has verified", Timeout: short, Run: checkCapacity},
		{Name: "sandbox", About: "running a program", Timeout: long, Alone: true, Run: checkSandbox},
		{Name: "prove-storage", About: "a dry run of the storage proof", Timeout: long, Alone: true, Run: proveStorage},
		{Name: "prove-cpu", About: "a dry run of the processor proof", Timeout: long, Alone: true, Run: proveCPU},
		{Name: "prove-memory", About: "a dry run of the memory proof", Timeout: long, Alone: true, Run: proveMemory},
		{Name: "prove-gpu", About: "a dry run of the GPU proof", Timeout: 3 * long, Alone: true, Run: proveGPU},
	}
}

// Quick is the table without what measures.
func Quick() []Check {
	var out []Check
	for _, c := range Checks() {
		if !c.Alone {
			out = append(out, c)
		}
	}
	return out
}

// claimed is what is claimed and what the chain asks for it.
func (e *Exam) claimed(ctx context.Context) (message.Hardware, chain.Terms, []Finding) {
	claims, f := e.claims(ctx)
	if f != nil {
		return claims, chain.Terms{}, f
	}
	terms, f := e.ask(ctx)
	return claims, terms, f
}
