// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package app assembles the modules under x/ and the SDK's own into one state
// machine: the chain that opend runs.
//
// It is responsible for the wiring (stores, keepers, modules and their orders,
// hooks, ante handler, proposal handlers), for genesis, export and upgrades, and
// for the checks that span modules. It is not responsible for any rule of the
// network: those live in the keepers, where governance and authz meet them too.
package app
