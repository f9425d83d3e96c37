// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package bus_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/bus/bustest"
)

type (
	height struct{ Number int }
	stored struct{ ID string }
	fetch  struct{ ID string }
	got    struct{ Bytes int }
)

var errGone = errors.New("gone")

func TestEveryHearerHearsEveryFactInOrder(t *testing.T) {
	b := bus.New()
	defer b.Close()
	say := bus.Publish[height](b.Port("chain"))
	one := bus.Subscribe[height](b.Port("tasks"))
	two := bus.Subscribe[height](b.Port("api"))
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	const n = 5000
	for i := range n {
		say.Send(height{i})
	}
	for _, s := range []*bus.Subscription[height]{one, two} {
		for i := range n {
			if h := <-s.C(); h.Number != i {
				t.Fatalf("heard %d, want %d", h.Number, i)
			}
		}
	}
}

func TestManySpeakersLoseNothing(t *testing.T) {
	b := bus.New(bus.WithLogger(slog.New(slog.DiscardHandler)))
	defer b.Close()
	const speakers, each = 8, 2000
	var ports [speakers]*bus.Publisher[height]
	for i := range ports {
		ports[i] = bus.Publish[height](b.Port("chain" + string(rune('a'+i))))
	}
	sub := bus.Subscribe[height](b.Port("tasks"))
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, p := range ports {
		wg.Go(func() {
			for i := range each {
				p.Send(height{i})
			}
		})
	}
	sum := 0
	for range speakers * each {
		sum += (<-sub.C()).Number
	}
	wg.Wait()
	if want := speakers * each * (each - 1) / 2; sum != want {
		t.Fatalf("sum %d, want %d", sum, want)
	}
	if q := b.Queues()[0]; q.Total != speakers*each || q.Module != "tasks" {
		t.Fatalf("queue %+v", q)
	}
}

func TestKeepNewestHearsOnlyTheNewest(t *testing.T) {
	b := bus.New()
	defer b.Close()
	say := bus.Publish[height](b.Port("chain"))
	sub := bus.Subscribe[height](b.Port("tasks"), bus.KeepNewest())
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		say.Send(height{i})
	}
	if h := <-sub.C(); h.Number != 99 {
		t.Fatalf("heard %d", h.Number)
	}
	select {
	case h := <-sub.C():
		t.Fatalf("heard %d as well", h.Number)
	default:
	}
	if q := b.Queues()[0]; q.Dropped != 99 || q.Depth != 0 {
		t.Fatalf("queue %+v", q)
	}
}

func TestASlowSubscriberIsNamedAndNobodyWaitsForIt(t *testing.T) {
	var log bytes.Buffer
	var slow []bus.QueueStat
	b := bus.New(bus.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), bus.WithWatermark(10),
		bus.WithOnSlow(func(s bus.QueueStat) { slow = append(slow, s) }))
	defer b.Close()
	say := bus.Publish[height](b.Port("chain"))
	bus.Subscribe[height](b.Port("sloth"))
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	for i := range 45 {
		say.Send(height{i})
	}
	if len(slow) != 3 || slow[0].Module != "sloth" || slow[2].Depth != 40 {
		t.Fatalf("reports %+v, want at 10, 20 and 40", slow)
	}
	if !strings.Contains(log.String(), "module=sloth message=bus_test.height") {
		t.Fatalf("log %q", log.String())
	}
}

func TestSealRefuses(t *testing.T) {
	cases := map[string]struct {
		declare func(b *bus.Bus)
		want    string
	}{
		"a question that nobody answers": {func(b *bus.Bus) {
			bus.Asks[fetch, got](b.Port("tasks"))
		}, "bus_test.fetch is asked by tasks and answered by nobody"},
		"a question that two answer": {func(b *bus.Bus) {
			bus.Asks[fetch, got](b.Port("tasks"))
			bus.Answers[fetch, got](b.Port("blobs"))
			bus.Answers[fetch, got](b.Port("mesh"))
		}, "bus_test.fetch is answered by blobs and mesh, there must be one"},
		"an answer of another type": {func(b *bus.Bus) {
			bus.Asks[fetch, height](b.Port("tasks"))
			bus.Answers[fetch, got](b.Port("blobs"))
		}, "with another type than tasks expects"},
		"an answerer that asks back": {func(b *bus.Bus) {
			tasks, blobs := b.Port("tasks"), b.Port("blobs")
			bus.Asks[fetch, got](tasks)
			bus.Answers[fetch, got](blobs)
			bus.Asks[stored, got](blobs)
			bus.Answers[stored, got](tasks)
		}, "questions run in a circle: blobs asks tasks asks blobs"},
		"a module that asks itself": {func(b *bus.Bus) {
			p := b.Port("tasks")
			bus.Asks[fetch, got](p)
			bus.Answers[fetch, got](p)
		}, "tasks asks tasks"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := bus.New()
			c.declare(b)
			err := b.Seal()
			if !errors.Is(err, bus.ErrWiring) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if r := recover(); r == nil || !strings.Contains(r.(string), want) {
			t.Fatalf("panic %v, want %q", r, want)
		}
	}()
	f()
}

func TestMistakesOfTheProgrammerPanic(t *testing.T) {
	b := bus.New()
	p := b.Port("tasks")
	say := bus.Publish[height](p)
	ask := bus.Asks[fetch, got](p)
	bus.Answers[fetch, got](b.Port("blobs"))
	mustPanic(t, `two ports named "tasks"`, func() { b.Port("tasks") })
	mustPanic(t, "speaks bus_test.height before the bus was sealed", func() { say.Send(height{}) })
	mustPanic(t, "before the bus was sealed", func() { _, _ = ask.Ask(t.Context(), fetch{}) })
	mustPanic(t, "Box.P is a ptr", func() { type Box struct{ P *int }; bus.Publish[Box](p) })
	mustPanic(t, "is a interface", func() { type Box struct{ E []error }; bus.Subscribe[Box](p) })
	mustPanic(t, "is a func", func() { type Box struct{ F map[string]func() }; bus.Publish[Box](p) })
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	mustPanic(t, "after the bus was sealed", func() { bus.Publish[stored](p) })
	mustPanic(t, "after the bus was sealed", func() { b.Port("late") })
	mustPanic(t, "after the bus was sealed", func() { _ = b.Seal() })
}

func TestAQuestionGetsItsAnswerOrATypedError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := bustest.New(t)
		ask := bustest.Asks[fetch, got](b, "tasks")
		bustest.Answers(b, "blobs", func(q fetch) (got, error) {
			switch q.ID {
			case "slow":
				time.Sleep(time.Minute)
			case "gone":
				return got{}, errGone
			}
			return got{len(q.ID)}, nil
		})
		b.Seal()

		if _, err := ask(context.Background(), fetch{"a"}); !errors.Is(err, bus.ErrNoDeadline) {
			t.Fatalf("no deadline: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if a, err := ask(ctx, fetch{"abc"}); err != nil || a.Bytes != 3 {
			t.Fatalf("got %+v %v", a, err)
		}
		_, err := ask(ctx, fetch{"gone"})
		var ae *bus.AskError
		if !errors.Is(err, errGone) || !errors.As(err, &ae) || ae.Asker != "tasks" || ae.Answerer != "blobs" {
			t.Fatalf("got %v", err)
		}
		start := time.Now()
		if _, err := ask(ctx, fetch{"slow"}); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Fatalf("got %v after %s", err, time.Since(start))
		}
		time.Sleep(time.Hour)
		b.Golden("testdata/questions.transcript")
	})
}

func TestClosingEndsOpenQuestionsAndLeavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := bus.New()
		say := bus.Publish[height](b.Port("chain"))
		bus.Subscribe[height](b.Port("deaf"))
		ask := bus.Asks[fetch, got](b.Port("tasks"))
		bus.Answers[fetch, got](b.Port("blobs"))
		if err := b.Seal(); err != nil {
			t.Fatal(err)
		}
		say.Send(height{1})
		go func() {
			time.Sleep(time.Second)
			b.Close()
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := ask.Ask(ctx, fetch{}); !errors.Is(err, bus.ErrClosed) {
			t.Fatalf("got %v", err)
		}
		say.Send(height{2})
		if _, err := ask.Ask(ctx, fetch{}); !errors.Is(err, bus.ErrClosed) {
			t.Fatalf("got %v", err)
		}
		b.Close()
	})
}

func TestASecondReplyPanics(t *testing.T) {
	b := bus.New()
	defer b.Close()
	ask := bus.Asks[fetch, got](b.Port("tasks"))
	ans := bus.Answers[fetch, got](b.Port("blobs"))
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); _, _ = ask.Ask(ctx, fetch{}) }()
	q := <-ans.C()
	if _, ok := q.Context().Deadline(); !ok {
		t.Error("the question has no deadline")
	}
	q.Reply(got{1}, nil)
	<-done
	mustPanic(t, "answers bus_test.fetch twice", func() { q.Reply(got{2}, nil) })
}

func TestTheWiringCanBeRead(t *testing.T) {
	b := bus.New()
	chain, tasks, blobs := b.Port("chain"), b.Port("tasks"), b.Port("blobs")
	bus.Publish[height](chain)
	bus.Subscribe[height](tasks)
	bus.Publish[stored](blobs)
	bus.Asks[fetch, got](tasks)
	bus.Answers[fetch, got](blobs)
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	bustest.Golden(t, "testdata/wiring.txt", b.Wiring())
	bustest.Golden(t, "testdata/wiring.mmd", b.Diagram())
}

func TestTheBenchPlaysTheMissingParties(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := bustest.New(t)
		say := bustest.Speaks[height](b, "chain")
		heard := bustest.Hears[height](b, "tasks")
		b.Seal()
		say(height{7})
		if h := heard(time.Second); h.Number != 7 {
			t.Fatalf("heard %+v", h)
		}
		if want := "chain says bus_test.height{Number:7}\n"; b.Transcript() != want {
			t.Fatalf("transcript %q", b.Transcript())
		}
	})
}
