// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"fmt"
	"slices"
	"strings"

	"cosmossdk.io/core/address"
	errorsmod "cosmossdk.io/errors"
)

const (
	// MinServiceName is the least length of a name, in bytes.
	MinServiceName = 3
	// MaxServiceName is the greatest length of a name, in bytes.
	MaxServiceName = 40
	// MaxArtifact bounds Workload.artifact, in bytes.
	MaxArtifact = 256
	// MaxArguments bounds the number of Workload.args, and of Workload.env.
	MaxArguments = 32
	// MaxArgument bounds the length of each of them, in bytes.
	MaxArgument = 1024
	// MaxPlans bounds ServiceSpec.plan_ids.
	MaxPlans = 16
	// MaxPinned bounds Constraints.operators.
	MaxPinned = 16
	// MaxMembersPerMessage bounds how many members one message adds or removes.
	MaxMembersPerMessage = 100
)

// ValidateServiceName refuses names of another form (ErrInvalidService).
func ValidateServiceName(name string) error {
	if len(name) < MinServiceName || !isSlug(name, MaxServiceName) {
		return errorsmod.Wrapf(ErrInvalidService, "name %.64q: %d to %d of a-z, 0-9 and -", name, MinServiceName, MaxServiceName)
	}
	return nil
}

// Validate refuses what nothing could run (ErrInvalidService).
func (w Workload) Validate() error {
	if _, ok := WorkloadKind_name[int32(w.Kind)]; !ok || w.Kind == WORKLOAD_KIND_UNSPECIFIED {
		return errorsmod.Wrapf(ErrInvalidService, "workload: unknown kind %d", w.Kind)
	}
	if !isPrintable(w.Artifact, MaxArtifact) || (w.Artifact == "") != (w.Kind == WORKLOAD_KIND_UPSTREAM) {
		return errorsmod.Wrapf(ErrInvalidService, "artifact: 1 to %d printable ASCII characters, none for UPSTREAM", MaxArtifact)
	}
	if len(w.Args) > MaxArguments || len(w.Env) > MaxArguments {
		return errorsmod.Wrapf(ErrInvalidService, "args, env: at most %d of each", MaxArguments)
	}
	for _, arg := range w.Args {
		if !isPrintable(arg, MaxArgument) {
			return errorsmod.Wrapf(ErrInvalidService, "an argument is at most %d printable ASCII characters", MaxArgument)
		}
	}
	for _, env := range w.Env {
		if key, _, ok := strings.Cut(env, "="); !ok || key == "" || !isPrintable(env, MaxArgument) {
			return errorsmod.Wrapf(ErrInvalidService, "env %.64q: KEY=value, at most %d printable ASCII characters", env, MaxArgument)
		}
	}
	if w.Port > 65_535 {
		return errorsmod.Wrapf(ErrInvalidService, "port %d", w.Port)
	}
	return nil
}

// Validate refuses a spec that is not well-formed (ErrInvalidService, and the
// errors of resources, needs and addresses).
func (s ServiceSpec) Validate(ac address.Codec) error {
	if s.Visibility != SERVICE_VISIBILITY_PUBLIC && s.Visibility != SERVICE_VISIBILITY_PRIVATE {
		return errorsmod.Wrapf(ErrInvalidService, "unknown visibility %d", s.Visibility)
	}
	if _, ok := ReconcilePolicy_name[int32(s.Reconcile)]; !ok || s.Reconcile == RECONCILE_POLICY_UNSPECIFIED {
		return errorsmod.Wrapf(ErrInvalidService, "unknown reconcile policy %d", s.Reconcile)
	}
	if err := s.Workload.Validate(); err != nil {
		return err
	}
	if s.Resources.IsZero() {
		return errorsmod.Wrap(ErrInvalidService, "a replica needs resources")
	}
	if err := s.Need(nil).Validate(); err != nil {
		return err
	}
	if len(s.PlanIds) > MaxPlans {
		return errorsmod.Wrapf(ErrInvalidService, "plan_ids: at most %d", MaxPlans)
	}
	for i, plan := range s.PlanIds {
		if plan == 0 || (i > 0 && s.PlanIds[i-1] >= plan) {
			return errorsmod.Wrap(ErrInvalidService, "plan_ids: ascending, from 1")
		}
	}
	return s.validatePins(ac)
}

func (s ServiceSpec) validatePins(ac address.Codec) error {
	pinned := s.Constraints.Operators
	if len(pinned) > MaxPinned || (len(pinned) == 0 && s.Workload.Kind == WORKLOAD_KIND_UPSTREAM) {
		return errorsmod.Wrapf(ErrInvalidService, "constraints.operators: at most %d, and at least one for UPSTREAM", MaxPinned)
	}
	for i, operator := range pinned {
		if _, err := ac.StringToBytes(operator); err != nil {
			return errorsmod.Wrapf(ErrInvalidAddress, "constraints.operators: %s", err)
		}
		if slices.Contains(pinned[:i], operator) {
			return errorsmod.Wrap(ErrInvalidService, "constraints.operators: each once")
		}
	}
	return nil
}

// Within refuses a spec that is larger than the parameters allow
// (ErrInvalidService). It is asked when a spec is written.
func (s ServiceSpec) Within(params Params) error {
	if size := s.Size(); uint64(size) > params.MaxServiceBytes {
		return errorsmod.Wrapf(ErrInvalidService, "a spec of %d bytes, at most %d may be", size, params.MaxServiceBytes)
	}
	return nil
}

// Need is what a replica asks of an Xnode, where others are in these regions.
// Replicas have an open end, so that Xnodes to be reclaimed are no place for them.
func (s ServiceSpec) Need(taken []string) Need {
	return Need{
		Resources: s.Resources, MinRating: s.Constraints.MinRating, Attributes: s.Constraints.Attributes,
		Regions: s.Constraints.Regions, MaxPerRegion: s.Constraints.MaxPerRegion, Taken: taken,
	}
}

// PlacesLike says whether a place for one is a place for the other.
func (s ServiceSpec) PlacesLike(other ServiceSpec) bool {
	return s.Resources.Equal(other.Resources) && s.Constraints.Equal(other.Constraints)
}

// Scale sets the bounds for the number of replicas, and moves the target into them
// (ErrInvalidService).
func (s *Service) Scale(least, most uint32, params Params) error {
	if most == 0 || least > most || most > params.MaxReplicas {
		return errorsmod.Wrapf(ErrInvalidService, "replicas: %d to %d, of 1 to %d at most", least, most, params.MaxReplicas)
	}
	s.MinReplicas, s.MaxReplicas = least, most
	s.TargetReplicas = min(max(s.TargetReplicas, least), most)
	return nil
}

// IsActive says whether the service wants replicas.
func (s Service) IsActive() bool { return s.Status == SERVICE_STATUS_ACTIVE }

// Validate checks a stored service by itself (ErrInvalidGenesis).
func (s Service) Validate(ac address.Codec) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: service %d: "+format, append([]any{ErrInvalidGenesis, s.Id}, args...)...)
	}
	if s.Id == 0 || s.NextIndex == 0 {
		return bad("id and next_index count from 1")
	}
	if _, err := ac.StringToBytes(s.Owner); err != nil {
		return bad("owner: %w", err)
	}
	if err := ValidateServiceName(s.Name); err != nil {
		return bad("%w", err)
	}
	if err := s.Spec.Validate(ac); err != nil {
		return bad("%w", err)
	}
	if s.MaxReplicas == 0 || s.MinReplicas > s.TargetReplicas || s.TargetReplicas > s.MaxReplicas {
		return bad("replicas: at least %d, target %d, at most %d", s.MinReplicas, s.TargetReplicas, s.MaxReplicas)
	}
	if s.Version == 0 || s.PlacementVersion == 0 || s.PlacementVersion > s.Version {
		return bad("version %d, placement_version %d", s.Version, s.PlacementVersion)
	}
	if s.CreatedHeight < 0 || s.PlacementHeight < s.CreatedHeight || s.UpdatedHeight < s.PlacementHeight || s.Turn < 0 {
		return bad("heights must not be negative or out of order")
	}
	if s.Deposit.IsNil() || s.Deposit.IsNegative() {
		return bad("deposit is missing or negative")
	}
	switch s.Status {
	case SERVICE_STATUS_ACTIVE, SERVICE_STATUS_DRAINING:
	case SERVICE_STATUS_RETIRED:
		if !s.Deposit.IsZero() || s.Turn == 0 {
			return bad("retired, but it holds a deposit or waits for nothing")
		}
	default:
		return bad("unknown status %d", s.Status)
	}
	return nil
}

// DepositDenom is the denomination of deposits.
const DepositDenom = "uopen"
