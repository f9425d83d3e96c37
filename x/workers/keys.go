// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module in genesis, routes and errors.
	ModuleName = "workers"
	// StoreKey is the name of the module's store.
	StoreKey = ModuleName
)

// The prefixes of everything in the module's store.
var (
	// ParamsPrefix holds the parameters.
	ParamsPrefix = collections.NewPrefix(0)
	// XnodesPrefix maps an operator to its Xnode.
	XnodesPrefix = collections.NewPrefix(1)
	// SignersPrefix maps a signer, current or past, to its operator.
	SignersPrefix = collections.NewPrefix(2)
	// SlotsPrefix maps a slot of the sum tree to the operator in it.
	SlotsPrefix = collections.NewPrefix(3)
	// DeadlinesPrefix orders online Xnodes by the height at which to look at them.
	DeadlinesPrefix = collections.NewPrefix(4)
	// AllocationsPrefix maps (operator, subject) to the resources held.
	AllocationsPrefix = collections.NewPrefix(5)
	// RegistrationsPrefix counts the registrations of the running block.
	RegistrationsPrefix = collections.NewPrefix(6)
	// ReweighCursorPrefix holds the operator at which re-weighing goes on.
	ReweighCursorPrefix = collections.NewPrefix(7)
	// ReclaimsPrefix orders Xnodes by the height at which they are reclaimed.
	ReclaimsPrefix = collections.NewPrefix(40)
	// ServicesPrefix maps an id to a service.
	ServicesPrefix = collections.NewPrefix(60)
	// ServiceNamesPrefix maps a name to the id of a service.
	ServiceNamesPrefix = collections.NewPrefix(61)
	// ServiceOwnersPrefix holds (owner, id) of every service.
	ServiceOwnersPrefix = collections.NewPrefix(62)
	// MembersPrefix holds (id, member) of every member of a service.
	MembersPrefix = collections.NewPrefix(63)
	// ReplicasPrefix maps (service, index) to a replica.
	ReplicasPrefix = collections.NewPrefix(64)
	// HostedPrefix holds (operator, service, index) of every replica with a place.
	HostedPrefix = collections.NewPrefix(65)
	// ReplicaTurnsPrefix orders replicas by the height at which to look at them.
	ReplicaTurnsPrefix = collections.NewPrefix(66)
	// ServiceTurnsPrefix orders services by the height at which to look at them.
	ServiceTurnsPrefix = collections.NewPrefix(67)
	// LastServicePrefix holds the id of the service created last.
	LastServicePrefix = collections.NewPrefix(68)
	// XnodeTurnsPrefix maps an operator to when its Xnode's replicas are looked at.
	XnodeTurnsPrefix = collections.NewPrefix(69)
	// XnodeTurnQueuePrefix orders these turns by height.
	XnodeTurnQueuePrefix = collections.NewPrefix(70)
)

// WeightsFirstPrefix is the first of the four prefixes of the sum tree.
const WeightsFirstPrefix uint8 = 8
