// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cosmossdk.io/core/address"
)

const (
	// ReplicaDomain opens the hash that a replica's draw is seeded with.
	ReplicaDomain = "openmesh/replica-draw/1"
	// MaxReason bounds the text of a failure, in bytes.
	MaxReason = 256
	// MaxAvoided bounds Replica.avoid.
	MaxAvoided = 8

	replicaSubjectPrefix = "replica/"
)

// ReplicaSubject names the allocation of a replica.
func ReplicaSubject(service, index uint64) string {
	return fmt.Sprintf("%s%d/%d", replicaSubjectPrefix, service, index)
}

// Subject names the replica's allocation.
func (r Replica) Subject() string { return ReplicaSubject(r.ServiceId, r.Index) }

// Holds says whether the replica has a part of an Xnode.
func (r Replica) Holds() bool { return r.Operator != "" }

// Counts says whether it is one of those that the service wants: not one that
// stops, nor one in whose place another is put.
func (r Replica) Counts() bool { return r.State != REPLICA_STATE_DRAINING && r.ReplacedBy == 0 }

// DrawSeed is what the replica's place is drawn with, out of a beacon's seed:
//
//	SHA-256(ReplicaDomain || len(seed) || seed || service || index || attempts || misses)
//
// with a length of 4 bytes and numbers of 8, big-endian.
func (r Replica) DrawSeed(seed []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte(ReplicaDomain), uint32(len(seed)))
	b = append(b, seed...)
	for _, n := range []uint64{r.ServiceId, r.Index, uint64(r.Attempts), uint64(r.Misses)} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// Backoff is how many blocks pass after the n-th time, counted from 1, that
// something came to nothing: retry_base, twice that, and so on up to retry_max.
func (p Params) Backoff(n uint32) int64 {
	if n == 0 {
		n = 1
	}
	if n > 31 || bits.Len64(uint64(p.RetryBase))+int(n) > 62 {
		return p.RetryMax
	}
	return min(p.RetryBase<<(n-1), p.RetryMax)
}

// Missed counts a place that came to nothing, and has it avoided from now on.
func (r *Replica) Missed() {
	r.Attempts++
	if r.Operator == "" || slices.Contains(r.Avoid, r.Operator) {
		return
	}
	r.Avoid = append(r.Avoid, r.Operator)
	if over := len(r.Avoid) - MaxAvoided; over > 0 {
		r.Avoid = r.Avoid[over:]
	}
}

// Settled forgets what came to nothing before the replica ran for long.
func (r *Replica) Settled() { r.Attempts, r.Misses, r.Avoid = 0, 0, nil }

// HasRun says whether it has been running for that many blocks at a height. One
// whose Xnode went offline has not run since.
func (r Replica) HasRun(now, blocks int64) bool {
	return r.State == REPLICA_STATE_RUNNING && now-r.Since >= blocks
}

// Reason makes a text fit to be stored: what is not printable ASCII is cut out.
func Reason(text string) string {
	b := make([]byte, 0, min(len(text), MaxReason))
	for i := 0; i < len(text) && len(b) < MaxReason; i++ {
		if c := text[i]; c >= 0x20 && c <= 0x7e {
			b = append(b, c)
		}
	}
	return string(b)
}

// Validate checks a stored replica by itself (ErrInvalidGenesis).
func (r Replica) Validate(ac address.Codec) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: replica %d of service %d: "+format, append([]any{ErrInvalidGenesis, r.Index, r.ServiceId}, args...)...)
	}
	if r.ServiceId == 0 || r.Index == 0 {
		return bad("ids count from 1")
	}
	if r.Since < 0 || r.Deadline < 0 || r.LockHeight < 0 || r.ReportedHeight < 0 {
		return bad("negative heights")
	}
	if r.Holds() {
		if _, err := ac.StringToBytes(r.Operator); err != nil {
			return bad("operator: %w", err)
		}
	} else if r.Region != "" {
		return bad("a region without a place")
	}
	if !isSlug(r.Region, MaxRegionLength) || !isPrintable(r.LastError, MaxReason) || len(r.Avoid) > MaxAvoided {
		return bad("region, last_error or avoid is not well-formed")
	}
	for i, avoided := range r.Avoid {
		if _, err := ac.StringToBytes(avoided); err != nil || slices.Contains(r.Avoid[:i], avoided) {
			return bad("avoid: %.128q", avoided)
		}
	}
	for _, cause := range []ReplicaCause{r.LastCause, r.Leaving} {
		if _, ok := ReplicaCause_name[int32(cause)]; !ok {
			return bad("unknown cause %d", cause)
		}
	}
	if (r.Leaving == REPLICA_CAUSE_UNSPECIFIED) != (r.ReplacedBy == 0) {
		return bad("leaving and replaced_by come together")
	}
	return r.validateState(bad)
}

// validateState checks what each state holds and waits for.
func (r Replica) validateState(bad func(string, ...any) error) error {
	holds, waits := true, r.Deadline > 0
	switch r.State {
	case REPLICA_STATE_PENDING:
		holds = false
	case REPLICA_STATE_FAILED:
		holds, waits = false, r.Deadline == 0
	case REPLICA_STATE_RUNNING: // a deadline only while it leaves
		waits = r.Deadline == 0 || r.ReplacedBy != 0
	case REPLICA_STATE_LOST:
		waits = waits && r.ReplacedBy != 0
	case REPLICA_STATE_DRAINING:
		waits = waits && r.ReplacedBy == 0 && r.Replaces == 0
	case REPLICA_STATE_PLACED, REPLICA_STATE_STARTING, REPLICA_STATE_UNKNOWN:
	default:
		return bad("unknown state %d", r.State)
	}
	if r.Holds() != holds || !waits {
		return bad("%s with operator %q, deadline %d, replaced_by %d", r.State, r.Operator, r.Deadline, r.ReplacedBy)
	}
	if !holds && r.ReplacedBy != 0 {
		return bad("%s, but replaced", r.State)
	}
	if r.LockHeight > 0 && r.State != REPLICA_STATE_PENDING {
		return bad("a lock, but %s", r.State)
	}
	return nil
}

// IsReplicaSubject says whether an allocation's subject is a replica.
func IsReplicaSubject(subject string) bool { return strings.HasPrefix(subject, replicaSubjectPrefix) }
