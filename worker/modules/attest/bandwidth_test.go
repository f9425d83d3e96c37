// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/attestation"
)

func newBandwidthWorld(t *testing.T, seats int) *world {
	w := newWorld(t, seats, quick())
	w.c.Class, w.c.Claimed = attestation.ClassBandwidth, 40_000_000 // bits a second
	w.c.Terms.MeasureMillis = 1000
	return w
}

func TestBandwidthIsMeasuredByAllMembersAtOnce(t *testing.T) {
	w := newBandwidthWorld(t, 5)
	w.start()
	w.mine(1) // they know the committee and not yet the start
	w.c.Start = time.Now().Add(time.Second)
	w.mineUntil("all have attested", func() bool { return len(w.posted) == 5 })
	ok := 0
	for _, a := range w.posted {
		if a.Result == attestation.OK {
			require.LessOrEqual(t, a.Value, w.c.Claimed, "never more than is claimed")
			ok++
		}
	}
	require.GreaterOrEqual(t, ok, attestation.Quorum(5))
}

func TestAMemberThatMissesTheStartMeasuresNothing(t *testing.T) {
	w := newBandwidthWorld(t, 4)
	w.c.Start = time.Now().Add(-time.Minute)
	w.start()
	for range 5 {
		w.mine(1)
	}
	require.Empty(t, w.posted)
	w.height = testUntil - 30
	w.mineUntil("all have attested", func() bool {
		w.height = min(w.height+1, testUntil-5)
		return len(w.posted) == 4
	})
	_, _, unknown := w.results()
	require.Equal(t, 4, unknown)
}

func TestTheMedianPartTimesTheMembersIsAttestedUpToTheClaim(t *testing.T) {
	even := [buckets]uint64{100, 100, 100, 100, 100, 100, 100, 100, 100, 100}
	burst := even
	burst[3], burst[4] = 1_000_000, 1_000_000
	stall := even
	stall[0], stall[1], stall[9] = 0, 0, 0
	idle := [buckets]uint64{0, 0, 0, 0, 0, 9_000_000}
	for name, c := range map[string]struct {
		counts  [buckets]uint64
		claimed uint64
		want    uint64
	}{
		"an even stream":              {even, 1 << 40, 100 * 8 * 5},
		"a burst counts for nothing":  {burst, 1 << 40, 100 * 8 * 5},
		"a short stall costs nothing": {stall, 1 << 40, 100 * 8 * 5},
		"the claim is the most":       {even, 1000, 1000},
		"half of the time nothing":    {idle, 1 << 40, 0},
	} {
		require.Equal(t, c.want, bandwidth(c.counts, 10*time.Second, 5, c.claimed), name)
	}
}

func TestD17_AMemberCannotMakeTheSubjectEchoMoreThanItsShare(t *testing.T) {
	w := newBandwidthWorld(t, 4)
	w.c.Claimed = 8_000
	w.subject.start()
	w.tell(w.subject, -1)
	w.mineUntil("the committee is known", func() bool { return w.subject.knows(keyOf(w.c)) })
	s := w.dial(0)
	require.NoError(t, writeFrame(s, kindHello, hello{w.c.Class, w.c.Window, 0}.encode()))
	_, err := expect(s, kindWelcome)
	require.NoError(t, err)
	block := make([]byte, blockSize)
	read := make([]byte, frameHead+blockSize)
	echoed := 0
	for err == nil && echoed < 1000 {
		if err = writeFrame(s, kindBlock, block); err == nil {
			for n := 0; n < len(read) && err == nil; {
				var more int
				more, err = s.Read(read[n:])
				n += more
			}
			echoed++
		}
	}
	require.Error(t, err)
	require.LessOrEqual(t, uint64(echoed), pushLimit(w.c)/blockSize+1)
}
