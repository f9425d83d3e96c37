// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Schema is the version of the layout on disk.
const Schema = 1

// Sizes, in bytes.
const (
	// MaxValue is the largest value or block.
	MaxValue = 4 << 20
	// MaxBatch is the largest atomic batch, values over 4 KiB not counted.
	MaxBatch = 512 << 10

	valueThreshold = 4 << 10   // larger values live in the value log
	memTable       = 16 << 20  // badger takes transactions up to 15 % of it
	valueLogFile   = 256 << 20 // files of the value log
	// DefaultReserve is the free disk space below which nothing is written.
	DefaultReserve = 256 << 20
)

// Everything in the database starts with one of these.
const (
	schemaKey   = "s"
	bucketSpace = 'k'
	blockSpace  = 'b'
)

var (
	// ErrNotFound is returned for a key that is not there.
	ErrNotFound = errors.New("not in the store")
	// ErrCorrupt is returned for a value that was damaged on disk.
	ErrCorrupt = errors.New("damaged on disk")
	// ErrFull is returned for a write when the disk is down to the reserve.
	ErrFull = errors.New("the disk is full up to the reserve")
	// ErrTooBig is returned for a value over MaxValue or a batch over MaxBatch.
	ErrTooBig = errors.New("too big for the store")
	// ErrClosed is returned once the store is closed.
	ErrClosed = errors.New("the store is closed")
	// ErrBroken is returned for every write after the disk failed to sync: what
	// is on it is not known any more until the daemon starts again.
	ErrBroken = errors.New("the disk failed to sync, restart after checking it")
	// ErrNewerSchema is returned by Open for a directory of a newer version.
	ErrNewerSchema = errors.New("the store was written by a newer version")
)

// Store is the open database. It is safe for concurrent use.
type Store struct {
	db      *badger.DB
	dir     string
	log     *slog.Logger
	reserve uint64

	requests chan *request
	closing  chan struct{}  // Close was called
	stopped  chan struct{}  // the writer has ended
	mu       sync.Mutex     // orders enter and Close
	wg       sync.WaitGroup // the goroutines, and everybody who reads
	once     sync.Once
	closeErr error
	broken   atomic.Bool

	syncs, writes, corrupt atomic.Uint64
}

// Option changes how Open opens.
type Option func(*Store)

// WithLogger sets where the database reports; slog.Default otherwise.
func WithLogger(l *slog.Logger) Option { return func(s *Store) { s.log = l } }

// WithReserve sets the free disk space, in bytes, below which writes fail with
// ErrFull. The database maps its files into memory: a disk that is really full
// would kill the process.
func WithReserve(bytes uint64) Option { return func(s *Store) { s.reserve = bytes } }

// Open opens the database in dir, and makes it when there is none. Only one
// process can have it open.
func Open(dir string, opts ...Option) (*Store, error) {
	s := &Store{
		dir:      dir,
		log:      slog.Default(),
		reserve:  DefaultReserve,
		requests: make(chan *request, 256),
		closing:  make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	for _, opt := range opts {
		opt(s)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	db, err := badger.Open(badger.DefaultOptions(dir).
		WithSyncWrites(true).
		WithVerifyValueChecksum(true).
		WithChecksumVerificationMode(options.OnBlockRead).
		WithCompression(options.None).
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(valueLogFile).
		WithMemTableSize(memTable).
		WithNumMemtables(3).
		WithNumCompactors(2).
		WithBlockCacheSize(0).
		WithDetectConflicts(false). // there is one writer
		WithMetricsEnabled(false).
		WithLogger(&badgerLog{s}))
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	s.db = db
	if err := s.checkSchema(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.wg.Go(s.write)
	s.wg.Go(s.collectGarbage)
	return s, nil
}

func (s *Store) checkSchema() error {
	return s.db.Update(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte(schemaKey))
		if errors.Is(err, badger.ErrKeyNotFound) {
			return txn.Set([]byte(schemaKey), binary.AppendUvarint(nil, Schema))
		}
		if err != nil {
			return fmt.Errorf("open store: %w", err)
		}
		raw, err := item.ValueCopy(nil)
		if err != nil {
			return fmt.Errorf("open store: %w", err)
		}
		switch v, n := binary.Uvarint(raw); {
		case n <= 0:
			return fmt.Errorf("open store: schema version: %w", ErrCorrupt)
		case v > Schema:
			return fmt.Errorf("%w: %s has schema %d, this version knows %d", ErrNewerSchema, s.dir, v, Schema)
		}
		return nil
	})
}

// Close waits for the writes under way, refuses later ones, and closes.
func (s *Store) Close() error {
	s.once.Do(func() {
		s.mu.Lock()
		close(s.closing)
		s.mu.Unlock()
		s.wg.Wait()
		s.closeErr = s.db.Close()
	})
	return s.closeErr
}

// Stats counts since the store was opened.
type Stats struct {
	// Writes counts requests that were written, Syncs the groups they shared.
	Writes, Syncs uint64
	// Corrupt counts values and blocks that were found damaged.
	Corrupt uint64
	// DiskBytes is the size of the database on disk.
	DiskBytes uint64
}

// Stats returns the counters.
func (s *Store) Stats() Stats {
	lsm, vlog := s.db.Size()
	return Stats{Writes: s.writes.Load(), Syncs: s.syncs.Load(), Corrupt: s.corrupt.Load(), DiskBytes: uint64(lsm + vlog)}
}

// collectGarbage rewrites files of the value log of which more than half is
// dead.
func (s *Store) collectGarbage() {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-tick.C:
			for s.db.RunValueLogGC(0.5) == nil {
				if s.isClosing() {
					return
				}
			}
		}
	}
}

// enter keeps the database open until wg.Done, or returns false.
func (s *Store) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosing() {
		return false
	}
	s.wg.Add(1)
	return true
}

func (s *Store) isClosing() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// get returns the value of a raw key.
func (s *Store) get(key []byte) (value []byte, err error) {
	err = s.view(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		value, err = item.ValueCopy(nil)
		return err
	})
	return value, err
}

// view reads on a snapshot. Close waits for it.
func (s *Store) view(read func(*badger.Txn) error) error {
	if !s.enter() {
		return ErrClosed
	}
	defer s.wg.Done()
	err := s.db.View(read)
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		return ErrNotFound
	case errors.Is(err, badger.ErrDBClosed):
		return ErrClosed
	}
	return err
}

// badgerLog passes badger's log on, and listens for what badger only logs.
type badgerLog struct{ s *Store }

func (l *badgerLog) Errorf(format string, args ...any) {
	// badger acknowledges a write although the sync of its value log failed.
	if strings.Contains(format, "curlf sync") {
		l.s.broken.Store(true)
	}
	l.s.log.Error("database", "detail", strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (l *badgerLog) Warningf(format string, args ...any) {
	l.s.log.Warn("database", "detail", strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (l *badgerLog) Infof(string, ...any) {}

func (l *badgerLog) Debugf(string, ...any) {}
