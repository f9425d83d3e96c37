// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// busy keeps the guest at work for about a second.
const busy = "500"

// An Xnode that is killed with kill -9 at any step of a task keeps its seat: it
// is back within ten seconds, goes on where it was, and is paid once.
func TestD1_ASeatKilledAtAnyStepIsKeptAndPaidOnce(t *testing.T) {
	for _, step := range []struct {
		name string
		// reach brings the first seat to the step and holds the task there.
		reach func(s *story, id uint64, seats slashingtasks.Committee)
		// release lets the others go on.
		release func(s *story, seats slashingtasks.Committee)
	}{
		{name: "assigned"},
		{name: "fetched", reach: func(s *story, id uint64, seats slashingtasks.Committee) {
			s.untilFile(id, seats[0], "module.wasm")
		}},
		{name: "running", reach: func(s *story, id uint64, seats slashingtasks.Committee) {
			s.untilFile(id, seats[0], "result") // made just before the program starts
		}},
		{
			name: "committed",
			reach: func(s *story, id uint64, seats slashingtasks.Committee) {
				s.pause(s.worker(seats[2])) // reveals wait for the last seat
				s.untilSeat(id, seats[0].Operator, slashingtasks.SEAT_STATE_COMMITTED)
			},
			release: func(s *story, seats slashingtasks.Committee) { s.resume(s.worker(seats[2])) },
		},
		{
			name: "revealed",
			reach: func(s *story, id uint64, seats slashingtasks.Committee) {
				s.pause(s.worker(seats[2]))
				s.untilSeat(id, seats[0].Operator, slashingtasks.SEAT_STATE_COMMITTED)
				s.untilSeat(id, seats[1].Operator, slashingtasks.SEAT_STATE_COMMITTED)
				s.pause(s.worker(seats[1])) // it has no time to reveal
				s.resume(s.worker(seats[2]))
				s.untilSeat(id, seats[0].Operator, slashingtasks.SEAT_STATE_REVEALED)
			},
			release: func(s *story, seats slashingtasks.Committee) { s.resume(s.worker(seats[1])) },
		},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := together(t)
			id := s.submit(3, "spin", busy)
			seats := s.drawn(id)
			if step.reach != nil {
				step.reach(s, id, seats)
			}
			victim := s.worker(seats[0])
			require.NoError(t, victim.Kill())
			task, before := s.task(id)
			require.False(t, task.Final(), "killed too late: %s\n%s", task.Phase, table(before))
			s.restart(victim)
			if step.release != nil {
				step.release(s, seats)
			}
			task, after := s.verified(id)
			require.EqualValues(t, 0, task.Redraws, "no seat was lost: %s", table(after))
			require.Len(t, after, 3)
			for i, seat := range after {
				require.Equal(t, slashingtasks.SEAT_STATE_REVEALED, seat.State, table(after))
				if len(before[i].Commitment) > 0 {
					require.Equal(t, before[i].Commitment, seat.Commitment, "what was committed was revealed")
				}
			}
			s.paid(id)
			s.noFaults(seats[0].Operator, id)
		})
	}
}

// untilFile waits for a file of a seat's work in its daemon's scratch space.
func (s *story) untilFile(id uint64, seat slashingtasks.Seat, name string) {
	s.Helper()
	path := filepath.Join(s.worker(seat).Home, "scratch", fmt.Sprint(id), name)
	s.until(path, func() (bool, error) {
		if _, err := os.Stat(path); err == nil {
			return true, nil
		}
		_, seats := s.task(id)
		if state := seats[seats.Find(seat.Operator)].State; state != slashingtasks.SEAT_STATE_DRAWN {
			return false, fmt.Errorf("the seat is %s already", state)
		}
		return false, nil
	})
}
