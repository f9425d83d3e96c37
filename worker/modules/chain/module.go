// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	mrand "math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"golang.org/x/sync/errgroup"

	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

const (
	// maxBackoff is the longest pause between calls while no node answers.
	maxBackoff = 15 * time.Second
	// tellAfter is how many polls in a row fail before it is told: a single one
	// does while a node commits a block.
	tellAfter = 2
	// staleNode is how long a node may have no new block before another is asked.
	staleNode = 30 * time.Second
	// gather is how long verdicts are waited for that can share a transaction.
	gather = 20 * time.Millisecond
)

// ErrReplaced is returned by Run when another daemon speaks for the same Xnode.
var ErrReplaced = errors.New("another daemon with this signer has taken over the Xnode: stop one of them, or give each its own signer")

// Module speaks to the chain. Make it with New, then Run it.
type Module struct {
	cfg      Config
	client   *Client
	signer   *keys.Signer
	fees     Fees
	instance []byte // this run of the daemon, for the chain
	beatKey  string // names this instance's heartbeat among what is said
	log      *slog.Logger

	saysHead *bus.Publisher[message.Head]
	saysBook *bus.Publisher[message.SeatBook]
	saysDue  *bus.Publisher[message.ProofBook]
	proof    *bus.Subscription[message.ProofAnswer]
	saysRoll *bus.Publisher[message.CommitteeBook]
	attested *bus.Subscription[message.Attested]
	shown    *bus.Subscription[message.StatementShown]
	double   *bus.Subscription[message.Equivocated]
	verdict  *bus.Subscription[message.Verdict]
	draining *bus.Subscription[message.Draining]
	submit   *bus.Answerer[message.SubmitTask, message.TaskSubmitted]
	task     *bus.Answerer[message.GetTask, message.Task]
	quote    *bus.Answerer[message.GetQuote, message.Quote]
	status   *bus.Answerer[message.GetChainStatus, message.ChainStatus]

	flights    *flights
	said       map[string]int64 // by verb: the height at which it was said last
	head       block
	moved      time.Time // when head was new
	xnode      workers.Xnode
	operator   sdk.AccAddress // empty while the signer speaks for no Xnode
	params     workers.Params
	batch      int // seats in a transaction at most
	paramsRead int64
	book       message.SeatBook
	verdicts   map[uint64]verdict
	proofs     proving
	courts     judging
	peers      map[string]peer
	drained    bool
	public     atomic.Pointer[message.ChainStatus]
}

// verdict is what is to be said about a seat.
type verdict struct {
	message.Verdict

	seen int64 // height at which the seat was last held
}

// peer is a cached address.
type peer struct {
	source message.Source
	read   int64
}

// New declares the module on its port. kv keeps its transactions.
func New(cfg Config, port *bus.Port, client *Client, signer *keys.Signer, kv store.KV, log *slog.Logger) (*Module, error) {
	price, err := sdk.ParseDecCoin(cfg.GasPrice)
	if err != nil {
		return nil, fmt.Errorf("chain.gas_price: %w", err)
	}
	f, err := newFlights(kv, log)
	if err != nil {
		return nil, err
	}
	m := &Module{
		cfg: cfg, client: client, signer: signer, fees: Fees{Price: price}, instance: make([]byte, 8), log: log,
		saysHead: bus.Publish[message.Head](port),
		saysBook: bus.Publish[message.SeatBook](port),
		saysDue:  bus.Publish[message.ProofBook](port),
		proof:    bus.Subscribe[message.ProofAnswer](port),
		saysRoll: bus.Publish[message.CommitteeBook](port),
		attested: bus.Subscribe[message.Attested](port),
		shown:    bus.Subscribe[message.StatementShown](port),
		double:   bus.Subscribe[message.Equivocated](port),
		verdict:  bus.Subscribe[message.Verdict](port),
		draining: bus.Subscribe[message.Draining](port),
		submit:   bus.Answers[message.SubmitTask, message.TaskSubmitted](port),
		task:     bus.Answers[message.GetTask, message.Task](port),
		quote:    bus.Answers[message.GetQuote, message.Quote](port),
		status:   bus.Answers[message.GetChainStatus, message.ChainStatus](port),
		flights:  f,
		said:     map[string]int64{},
		verdicts: map[uint64]verdict{},
		proofs:   proving{answers: map[string]answer{}},
		courts:   newJudging(),
		peers:    map[string]peer{},
	}
	if _, err := rand.Read(m.instance); err != nil {
		return nil, err
	}
	m.beatKey = "heartbeat " + hex.EncodeToString(m.instance)
	m.public.Store(&message.ChainStatus{ChainID: cfg.ChainID, Error: "not connected yet"})
	return m, nil
}

// Run speaks until ctx ends. It ends by itself only with ErrReplaced, or with
// ErrWrongChain where the first node that answers is of another chain and none
// is of ours: a lost node is waited for, however long.
func (m *Module) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return m.speak(ctx) })
	group.Go(func() error { return m.answer(ctx) })
	return group.Wait()
}

// answer serves questions that need none of the speaker's state, so that they
// are answered while a node is waited for.
func (m *Module) answer(ctx context.Context) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case q := <-m.status.C():
			q.Reply(*m.public.Load(), nil)
		case q := <-m.task.C():
			calls.Go(func() {
				ctx, cancel := both(ctx, q.Context())
				defer cancel()
				q.Reply(m.client.Task(ctx, q.Ask.TaskID, q.Ask.Sources))
			})
		case q := <-m.quote.C():
			calls.Go(func() {
				ctx, cancel := both(ctx, q.Context())
				defer cancel()
				q.Reply(m.client.Quote(ctx, q.Ask))
			})
		}
	}
}

// both ends with the first of two contexts.
func both(a, b context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(b)
	stop := context.AfterFunc(a, cancel)
	return ctx, func() { stop(); cancel() }
}

// speak owns the module's state.
func (m *Module) speak(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case v := <-m.verdict.C():
			m.verdicts[v.TaskID] = verdict{v, m.head.height}
			if failures == 0 {
				timer.Reset(gather)
			}
		case a := <-m.proof.C():
			m.hear(a)
			if failures == 0 {
				timer.Reset(gather)
			}
		case a := <-m.attested.C():
			m.hearAttested(a)
			if failures == 0 {
				timer.Reset(gather)
			}
		case s := <-m.shown.C():
			m.hearShown(s)
		case d := <-m.double.C():
			m.hearDouble(d)
		case d := <-m.draining.C():
			m.drained = d.On
		case q := <-m.submit.C():
			m.launchSubmission(ctx, q)
		case <-timer.C:
			err := m.poll(ctx)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, ErrReplaced), errors.Is(err, ErrWrongChain) && m.head.height == 0:
				return err
			case err != nil:
				failures++
				if failures == tellAfter {
					m.log.Warn("the chain cannot be reached, waiting", "err", err)
				}
				if failures >= tellAfter {
					m.tell(err)
				}
				m.client.rotate()
				timer.Reset(backoff(m.cfg.PollInterval, failures))
			default:
				if failures >= tellAfter {
					m.log.Info("the chain is back", "height", m.head.height)
				}
				failures = 0
				m.tell(nil)
				timer.Reset(m.cfg.PollInterval)
			}
		}
	}
}

// backoff doubles with each failure, with jitter, up to maxBackoff.
func backoff(base time.Duration, failures int) time.Duration {
	d := min(maxBackoff, base<<min(failures, 10))
	return d/2 + mrand.N(d/2+1)
}

// poll reads the newest block and, when it is new, everything that concerns
// this Xnode; then it says what has to be said.
func (m *Module) poll(ctx context.Context) error {
	if m.head.height == 0 {
		if err := m.client.Connect(ctx); err != nil {
			return err
		}
	}
	head, err := m.client.latest(ctx)
	if err != nil {
		return err
	}
	switch {
	case head.height < m.head.height:
		return fmt.Errorf("the node is at height %d, others were at %d already", head.height, m.head.height)
	case head.height > m.head.height:
		if err := m.read(ctx, head); err != nil {
			return err
		}
		m.moved = time.Now()
	case time.Since(m.moved) > staleNode:
		m.client.rotate() // perhaps only this node stands still
		m.moved = time.Now()
	}
	for _, d := range m.toSay() {
		if err := m.say(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// toSay is all that has to be said now, the most urgent first.
func (m *Module) toSay() []duty {
	due := append(m.duties(m.head.height), m.proofDuties(m.head.height)...)
	due = append(due, m.courtDuties(m.head.height)...)
	slices.SortStableFunc(due, func(a, b duty) int { return cmp.Compare(a.until, b.until) })
	return append(due, m.heartbeat()...)
}

// tell keeps why the chain cannot be reached.
func (m *Module) tell(err error) {
	s := *m.public.Load()
	s.Error = ""
	if err != nil {
		s.Error = err.Error()
	}
	s.Queued, s.Refused = len(m.flights.byHash), m.flights.refused
	m.public.Store(&s)
}
