// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/jail"
)

// spawn runs a child as this Runner's configuration wants it, in a control
// group of its own where there are any.
func (r *Runner) spawn(ctx context.Context, s spawning, j job, take func(byte, []byte) error) (_ verdict, _ Usage, a *Abstention) {
	s.executable, s.namespaces, j.WeakJail = r.cfg.Executable, r.report.Namespaces, r.cfg.WeakJail
	if r.cgroups != nil {
		group, err := r.cgroups.Create(groupName(), j.Data, childThreads)
		if err != nil {
			return verdict{}, Usage{}, &Abstention{Cause: CauseHost, Err: err}
		}
		defer func() {
			// The child is gone. What cannot be removed is empty and in nobody's way.
			if err := group.Remove(); err != nil && a != nil {
				a.Err = errors.Join(a.Err, err)
			}
		}()
		s.group = group
	}
	return s.spawn(ctx, j, take)
}

// usableCgroups returns the place for control groups, if one can be made there.
func usableCgroups() (*jail.Cgroups, error) {
	place, err := jail.FindCgroups("")
	if err != nil {
		return nil, err
	}
	group, err := place.Create(groupName(), compileHeadroom, childThreads)
	if err != nil {
		return nil, err
	}
	return place, group.Remove()
}

var (
	processBegan = time.Now()
	groupsMade   atomic.Uint64
)

// groupName is another name every time, in every process on this host.
func groupName() string {
	return fmt.Sprintf("%s-%d-%s-%d", childName, os.Getpid(), strconv.FormatInt(processBegan.UnixNano(), 36), groupsMade.Add(1))
}
