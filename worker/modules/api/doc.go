// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package api is how programs and people on this machine talk to the daemon:
// gRPC, the same calls as REST, health, and Prometheus metrics, all on one
// loopback port each.
//
// It keeps nothing. Every call but health and metrics needs the bearer token in
// the daemon's home, since calls spend the signer's coins.
//
// Asks: message.SubmitTask, message.GetQuote, message.GetTask, message.GetChainStatus,
// message.SetDraining, message.GetTasksStatus, message.FetchBlob. Hears:
// message.Head.
//
// Not here: what the calls mean (chain, tasks, blobs).
package api
