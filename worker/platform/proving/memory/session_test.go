// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

var session = Session{
	Spec: spec, Fill: fill, Timing: ramwalk.Timing{Step: 1000, Slack: 1_000_000},
	WalkSeed: [32]byte{8}, DrawSeed: [32]byte{9}, Samples: 16, Pings: 3,
}

// meet runs a session over a pipe; call from a synctest bubble.
func meet(t *testing.T, s Session, server *Server) (Report, error) {
	t.Helper()
	here, there := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- server.Serve(t.Context(), there) }()
	report, err := s.Verify(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	return report, <-served
}

func TestAnHonestProverIsOK(t *testing.T) {
	h := hold(t, spec, fill)
	synctest.Test(t, func(t *testing.T) { // where a walk takes no time
		report, err := meet(t, session, NewServer(h, Limits{}))
		if err != nil || report.Err != nil || report.Verdict != ramwalk.OK || report.Bytes != fill.Bytes() {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

func TestP1_AProverWithoutTheMemoryRefuses(t *testing.T) {
	h := hold(t, spec, fill)
	for name, change := range map[string]func(*Session){
		"another window":   func(s *Session) { s.Fill.Window++ },
		"another operator": func(s *Session) { s.Fill.Operator = []byte("other") },
		"more cells":       func(s *Session) { s.Fill.Cells++ },
		"other rounds":     func(s *Session) { s.Spec.Rounds++ },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := session
			change(&s)
			report, err := meet(t, s, NewServer(h, Limits{}))
			if !errors.Is(report.Err, NotHeld) || !errors.Is(err, NotHeld) || report.Verdict != ramwalk.Unknown {
				t.Errorf("%s: %+v, %v", name, report, err)
			}
		})
	}
}

func TestAProverBoundsItsWalks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := NewServer(&cheater{kept: 1, step: time.Millisecond}, Limits{Total: 3})
		reports := make(chan Report, 2)
		for range 2 { // at the same time
			go func() {
				report, _ := meet(t, session, server)
				reports <- report
			}()
		}
		a, b := <-reports, <-reports
		if !errors.Is(a.Err, Busy) || b.Err != nil {
			t.Errorf("%v and %v", a.Err, b.Err)
		}
		for i, want := range []error{nil, nil, Busy} {
			if report, _ := meet(t, session, server); !errors.Is(report.Err, want) {
				t.Errorf("walk %d: %v, want %v", i, report.Err, want)
			}
		}
	})
}

// cheater is the walker of a prover that keeps a part of the cells and makes the
// others in every step that needs them. It counts what it makes, and takes the time
// of its steps on the bubble's clock.
type cheater struct {
	kept          float64
	step, perCell time.Duration
	fakes         bool // invents the states of steps to missing cells
	made, steps   int
}

func (c *cheater) Spec() ramwalk.Spec { return spec }

func (c *cheater) Fill() ramwalk.Fill { return fill }

func (c *cheater) Walk(_ context.Context, seed [32]byte) ([]ramwalk.State, error) {
	maker := fill.Maker(spec)
	kept := uint64(c.kept * float64(fill.Cells))
	memory := make([]ramwalk.Cell, kept)
	for i := range memory {
		maker.Make(uint64(i), &memory[i])
	}
	x := ramwalk.Start(spec, fill, seed)
	ends := make([]ramwalk.State, spec.Segments())
	var scratch, invented ramwalk.Cell
	for i := range ends {
		ramwalk.Take(&x, spec.Interval, fill.Cells, func(i uint64) *ramwalk.Cell {
			c.steps++
			switch {
			case i < kept:
				return &memory[i]
			case c.fakes:
				return &invented
			}
			c.made++
			maker.Make(i, &scratch)
			return &scratch
		})
		ends[i] = x
	}
	time.Sleep(time.Duration(c.steps)*c.step + time.Duration(c.made)*c.perCell)
	return ends, nil
}

// Steps are 500 ns and a cell 44 us, as measured on one core; a deadline at 800 ns a
// step then tells from 1 % of missing memory on.
func TestP2_MissingMemoryTakesTheTimeThatTheFormulaSays(t *testing.T) {
	const perCell, hashPicos = 44 * time.Microsecond, 44_000_000 / 128 // one round a chunk
	s := session
	s.Timing = ramwalk.Timing{Step: 800}
	for _, c := range []struct {
		kept float64
		want ramwalk.Verdict
	}{
		{0.50, ramwalk.Mismatch}, {0.80, ramwalk.Mismatch}, {0.90, ramwalk.Mismatch}, {0.95, ramwalk.Mismatch},
		{0.998, ramwalk.OK}, {1, ramwalk.OK},
	} {
		t.Run(fmt.Sprintf("%v kept", c.kept), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &cheater{kept: c.kept, step: 500 * time.Nanosecond, perCell: perCell}
				report, err := meet(t, s, NewServer(w, Limits{}))
				if err != nil || report.Err != nil {
					t.Fatalf("%+v, %v", report, err)
				}
				if report.Verdict != c.want || (report.Bytes > 0) != (c.want == ramwalk.OK) {
					t.Errorf("%v, worth %d", report.Verdict, report.Bytes)
				}
				missing := 1 - c.kept
				expect := missing * float64(spec.Steps)
				if margin := 4 * math.Sqrt(expect*c.kept); math.Abs(float64(w.made)-expect) > margin+1 {
					t.Errorf("made %d cells, the formula says %.0f", w.made, expect)
				}
				added := ramwalk.Added(spec, uint64(math.Round(missing*10_000)), hashPicos, 1)
				took := report.Seen.Elapsed - spec.Steps*500
				if math.Abs(float64(took)-float64(added)) > (4*math.Sqrt(expect)+1)*float64(perCell) {
					t.Errorf("added %v, the formula says %v", time.Duration(took), time.Duration(added))
				}
			})
		})
	}
	if r := ramwalk.Resolution(spec, s.Timing, 500, hashPicos, 1); r > 100 {
		t.Errorf("resolution is %d parts in 10,000", r)
	}
}

func TestP7_InventedStepsAreCaughtAsTheFormulaSays(t *testing.T) {
	for _, kept := range []float64{0.5, 0.8, 0.9, 0.95} {
		t.Run(fmt.Sprintf("%v kept", kept), func(t *testing.T) {
			const sessions, samples = 60, 4
			caught := 0
			for i := range sessions {
				synctest.Test(t, func(t *testing.T) {
					s := session
					s.WalkSeed, s.DrawSeed, s.Samples = [32]byte{1, byte(i)}, [32]byte{2, byte(i)}, samples
					report, _ := meet(t, s, NewServer(&cheater{kept: kept, fakes: true}, Limits{}))
					switch {
					case report.Verdict == ramwalk.Mismatch && errors.Is(report.Err, ramwalk.ErrMismatch):
						caught++
					case report.Verdict != ramwalk.OK:
						t.Fatalf("%+v", report)
					}
				})
			}
			q := 1 - math.Pow(kept, float64(spec.Interval)*samples)
			margin := 4*math.Sqrt(q*(1-q)*sessions) + 1
			if math.Abs(float64(caught)-q*sessions) > margin {
				t.Errorf("caught %d times in %d, the formula says %.0f", caught, sessions, q*sessions)
			}
		})
	}
}

// far delays what is written to it, for pretending to be far away.
type far struct {
	net.Conn
	delay func() time.Duration
}

func (f far) Write(b []byte) (int, error) {
	time.Sleep(f.delay())
	return f.Conn.Write(b)
}

func TestP2_APretendedDistanceGainsNoMoreThanTheLongestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name  string
		delay time.Duration
		work  time.Duration
		want  ramwalk.Verdict
	}{
		{"a far prover is in time", 200 * time.Millisecond, 0, ramwalk.OK},
		{"a second away is not believed", time.Second, 0, ramwalk.Mismatch},
		{"work hidden in pongs that are as slow", 250 * time.Millisecond, 300 * time.Millisecond, ramwalk.Mismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				w := &cheater{kept: 1, step: c.work / time.Duration(spec.Steps)}
				go func() {
					_ = NewServer(w, Limits{}).Serve(t.Context(), far{there, func() time.Duration { return c.delay }})
				}()
				report, err := session.Verify(t.Context(), here)
				if err != nil || report.Verdict != c.want {
					t.Errorf("%+v, %v", report, err)
				}
			})
		})
	}
}

// script is a prover that reads nothing and says what it likes.
func script(t *testing.T, s Session, says []byte) Report {
	t.Helper()
	here, there := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, there) }()
	go func() {
		_, _ = there.Write(says)
		_ = there.Close()
	}()
	report, err := s.Verify(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestP3_AnyNonsenseOfAProverIsUnknown(t *testing.T) {
	for name, says := range map[string][]byte{
		"nothing":           nil,
		"a wrong pong":      append([]byte{byte(msgPong)}, make([]byte, pingSize)...),
		"half a pong":       {byte(msgPong), 1},
		"an early answer":   append([]byte{byte(msgAnswer)}, make([]byte, 32)...),
		"an unknown kind":   bytes.Repeat([]byte{0xff}, 1<<20),
		"half a refusal":    {byte(msgRefuse)},
		"an odd refusal":    {byte(msgRefuse), 77},
		"megabytes of pong": bytes.Repeat([]byte{byte(msgPong)}, 1<<20),
	} {
		synctest.Test(t, func(t *testing.T) {
			if r := script(t, session, says); r.Verdict != ramwalk.Unknown || r.Err == nil || r.Bytes != 0 {
				t.Errorf("%s: %+v", name, r)
			}
		})
	}
}

func TestASilentProverEndsWithTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, there) }()
		start := time.Now()
		report, err := session.Verify(t.Context(), here)
		if err != nil || report.Verdict != ramwalk.Unknown || time.Since(start) != DefaultSession {
			t.Errorf("%+v, %v after %v", report, err, time.Since(start))
		}
	})
}

func TestASilentVerifierEndsWithTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		start := time.Now()
		err := NewServer(&cheater{kept: 1}, Limits{}).Serve(t.Context(), there)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != DefaultSession {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := here.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the stream is open: %v", err)
		}
	})
}

func TestP3_SessionsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Session){
		"no samples":       func(s *Session) { s.Samples = 0 },
		"too many samples": func(s *Session) { s.Samples = MaxSamples + 1 },
		"no pings":         func(s *Session) { s.Pings = 0 },
		"too many pings":   func(s *Session) { s.Pings = MaxPings + 1 },
		"no cells":         func(s *Session) { s.Fill.Cells = 0 },
		"no steps":         func(s *Session) { s.Spec.Steps = 0 },
	} {
		s := session
		change(&s)
		here, there := net.Pipe()
		if _, err := s.Verify(t.Context(), here); err == nil {
			t.Errorf("%s: runs", name)
		}
		if _, err := there.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the stream is open: %v", name, err)
		}
	}
}

// FuzzServe lets a verifier say anything.
func FuzzServe(f *testing.F) {
	name := id(spec, fill)
	walk := append(append([]byte{byte(msgWalk)}, name[:]...), make([]byte, 32)...)
	ping := append([]byte{byte(msgPing)}, make([]byte, pingSize)...)
	draw := append([]byte{byte(msgDraw)}, append(make([]byte, 32), 0, 4)...)
	f.Add(bytes.Join([][]byte{ping, walk, ping, draw}, nil))
	f.Add(bytes.Repeat(ping, MaxPings+2))
	f.Add(walk[:40])
	h := hold(f, spec, fill)
	f.Fuzz(func(t *testing.T, says []byte) {
		stream := &recorded{in: bytes.NewReader(says)}
		_ = NewServer(h, Limits{}).Serve(t.Context(), stream)
		if most := len(says) + 64 + ramwalk.MaxProofSize(MaxSamples); stream.out.Len() > most {
			t.Errorf("%d bytes for %d", stream.out.Len(), len(says))
		}
	})
}

type recorded struct {
	in  *bytes.Reader
	out bytes.Buffer
}

func (r *recorded) Read(b []byte) (int, error)  { return r.in.Read(b) }
func (r *recorded) Write(b []byte) (int, error) { return r.out.Write(b) }
func (r *recorded) Close() error                { return nil }
