// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"bytes"
	"fmt"

	"cosmossdk.io/core/address"
	errorsmod "cosmossdk.io/errors"
)

// serviceChecker walks the services of a genesis state. Its maps are looked up only.
type serviceChecker struct {
	ac       address.Codec
	services map[uint64]Service
	replicas map[[2]uint64]Replica
}

// validateServices checks services, members, replicas and turns, and that they agree.
func (gs GenesisState) validateServices(ac address.Codec) error {
	c := serviceChecker{ac: ac, services: map[uint64]Service{}, replicas: map[[2]uint64]Replica{}}
	for _, step := range []func(GenesisState) error{c.checkServices, c.checkMembers, c.checkReplicas, c.checkLinks, c.checkHoldings, c.checkTurns} {
		if err := step(gs); err != nil {
			return err
		}
	}
	return nil
}

func (c serviceChecker) checkServices(gs GenesisState) error {
	names := map[string]bool{}
	for i, s := range gs.Services {
		if err := s.Validate(c.ac); err != nil {
			return err
		}
		if i > 0 && gs.Services[i-1].Id >= s.Id {
			return errorsmod.Wrapf(ErrInvalidGenesis, "service %d comes twice or out of order", s.Id)
		}
		if s.Id > gs.LastServiceId || names[s.Name] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "service %d is beyond last_service_id, or shares its name", s.Id)
		}
		names[s.Name] = true
		c.services[s.Id] = s
	}
	return nil
}

func (c serviceChecker) checkMembers(gs GenesisState) error {
	var service uint64
	var previous []byte
	counts := map[uint64]uint32{}
	for _, m := range gs.Members {
		member, err := c.ac.StringToBytes(m.Member)
		if err != nil {
			return fmt.Errorf("%w: member of service %d: %w", ErrInvalidGenesis, m.ServiceId, err)
		}
		if m.ServiceId < service || (m.ServiceId == service && bytes.Compare(previous, member) >= 0) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "member %s of service %d comes twice or out of order", m.Member, m.ServiceId)
		}
		if _, ok := c.services[m.ServiceId]; !ok {
			return errorsmod.Wrapf(ErrInvalidGenesis, "member of service %d, which there is not", m.ServiceId)
		}
		service, previous = m.ServiceId, member
		counts[m.ServiceId]++
	}
	for _, s := range gs.Services {
		if counts[s.Id] != s.Members {
			return errorsmod.Wrapf(ErrInvalidGenesis, "service %d has %d members, not %d", s.Id, counts[s.Id], s.Members)
		}
	}
	return nil
}

func (c serviceChecker) checkReplicas(gs GenesisState) error {
	for i, r := range gs.Replicas {
		if err := r.Validate(c.ac); err != nil {
			return err
		}
		if i > 0 {
			p := gs.Replicas[i-1]
			if p.ServiceId > r.ServiceId || (p.ServiceId == r.ServiceId && p.Index >= r.Index) {
				return errorsmod.Wrapf(ErrInvalidGenesis, "replica %d of service %d comes twice or out of order", r.Index, r.ServiceId)
			}
		}
		s, ok := c.services[r.ServiceId]
		if !ok || r.Index >= s.NextIndex || s.Status == SERVICE_STATUS_RETIRED {
			return errorsmod.Wrapf(ErrInvalidGenesis, "replica %d of service %d: no such service, retired, or beyond next_index", r.Index, r.ServiceId)
		}
		if r.Version > s.Version || r.PlacedVersion > s.PlacementVersion {
			return errorsmod.Wrapf(ErrInvalidGenesis, "replica %d of service %d is of a version to come", r.Index, r.ServiceId)
		}
		c.replicas[[2]uint64{r.ServiceId, r.Index}] = r
	}
	return nil
}

// checkLinks checks that replaced_by and replaces name each other.
func (c serviceChecker) checkLinks(gs GenesisState) error {
	for _, r := range gs.Replicas {
		next, prev := c.replicas[[2]uint64{r.ServiceId, r.ReplacedBy}], c.replicas[[2]uint64{r.ServiceId, r.Replaces}]
		if (r.ReplacedBy != 0 && next.Replaces != r.Index) || (r.Replaces != 0 && prev.ReplacedBy != r.Index) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "replica %d of service %d: the other one does not know", r.Index, r.ServiceId)
		}
	}
	return nil
}

// checkHoldings checks that replicas and their allocations come together.
func (c serviceChecker) checkHoldings(gs GenesisState) error {
	held := map[string]bool{}
	for _, r := range gs.Replicas {
		if r.Holds() {
			held[r.Operator+" "+r.Subject()] = true
		}
	}
	matched := 0
	for _, a := range gs.Allocations {
		switch {
		case held[a.Operator+" "+a.Subject]:
			matched++
		case IsReplicaSubject(a.Subject):
			return errorsmod.Wrapf(ErrInvalidGenesis, "allocation %q of %s has no replica", a.Subject, a.Operator)
		}
	}
	if matched != len(held) {
		return errorsmod.Wrap(ErrInvalidGenesis, "a replica holds nothing of its Xnode")
	}
	return nil
}

func (c serviceChecker) checkTurns(gs GenesisState) error {
	var previous []byte
	for _, t := range gs.XnodeTurns {
		operator, err := c.ac.StringToBytes(t.Operator)
		if err != nil {
			return fmt.Errorf("%w: turn of an Xnode: %w", ErrInvalidGenesis, err)
		}
		if (previous != nil && bytes.Compare(previous, operator) >= 0) || t.Height <= 0 || t.OfflineSince < 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "turn of %s comes twice, out of order, or never", t.Operator)
		}
		previous = operator
	}
	return nil
}
