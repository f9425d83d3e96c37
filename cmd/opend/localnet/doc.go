// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package localnet runs a whole network on one machine: validators, and Xnodes
// if it is given their program, as plain processes on loopback addresses.
//
// Everything lies in one folder: a home for every node, logs, a keyring with
// the accounts, and localnet.json, which tells other processes where everything
// is. The keys are test keys: nothing of value belongs to them.
//
// It starts and stops processes and waits for them; it neither knows what tasks
// are nor judges what the network does.
package localnet
