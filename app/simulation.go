// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"github.com/cosmos/cosmos-sdk/types/module"
)

// newSimulation returns the modules that take part in random simulations. A
// module that lacks a method of module.AppModuleSimulation would be left out in
// silence; the golden of messages in the tests says who is there.
func newSimulation(m *module.Manager) *module.SimulationManager {
	simulation := module.NewSimulationManagerFromAppModules(m.Modules, nil)
	simulation.RegisterStoreDecoders()
	return simulation
}
