// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por_test

import (
	"bytes"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/openmesh-network/openmesh/x/por"
)

func ok(values ...uint64) []por.Seat {
	var seats []por.Seat
	for _, v := range values {
		seats = append(seats, por.Seat{Report: &por.Report{Result: por.VERDICT_OK, Value: v}})
	}
	return seats
}

func say(n int, result por.Verdict) []por.Seat {
	var seats []por.Seat
	for range n {
		seats = append(seats, por.Seat{Report: &por.Report{Result: result}})
	}
	return seats
}

func seats(groups ...[]por.Seat) []por.Seat {
	var all []por.Seat
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}

func TestP8_MoreThanTwoThirdsOfAllSeatsHaveToAgree(t *testing.T) {
	void := ok(1_000)
	void[0].Void = true
	silent := func(n int) []por.Seat { return make([]por.Seat, n) }
	for name, c := range map[string]struct {
		class   por.Class
		seats   []por.Seat
		verdict por.Verdict
		value   uint64
	}{
		"five of seven are a quorum, and their lower median counts": {
			por.CLASS_MEMORY, seats(ok(5, 1, 4, 2, 3), silent(2)), por.VERDICT_OK, 3,
		},
		"four of seven are none, even if nobody objects": {
			por.CLASS_MEMORY, seats(ok(5, 5, 5, 5), silent(3)), por.VERDICT_UNKNOWN, 0,
		},
		"with an even number the lower of the two in the middle counts": {
			por.CLASS_GPU, seats(ok(1, 2, 3, 4, 5, 6), silent(1)), por.VERDICT_OK, 3,
		},
		"two liars of seven do not move the median beyond honest values": {
			por.CLASS_MEMORY, ok(99, 99, 10, 11, 12, 9, 10), por.VERDICT_OK, 11,
		},
		"of bandwidth the second lowest counts": {
			por.CLASS_BANDWIDTH, ok(100, 1, 50, 60, 70), por.VERDICT_OK, 50,
		},
		"of bandwidth four of five are enough": {
			por.CLASS_BANDWIDTH, seats(ok(100, 50, 60, 70), silent(1)), por.VERDICT_OK, 60,
		},
		"five mismatches are a mismatch": {
			por.CLASS_GPU, seats(say(5, por.VERDICT_MISMATCH), ok(7, 7)), por.VERDICT_MISMATCH, 0,
		},
		"a tie is unknown": {
			por.CLASS_GPU, seats(say(4, por.VERDICT_MISMATCH), ok(7, 7, 7)), por.VERDICT_UNKNOWN, 0,
		},
		"a void seat is a seat without a word": {
			por.CLASS_MEMORY, seats(void, ok(5, 5, 5, 5), silent(2)), por.VERDICT_UNKNOWN, 0,
		},
		"who could not measure counts for neither side": {
			por.CLASS_MEMORY, seats(say(3, por.VERDICT_UNKNOWN), ok(5, 5, 5, 5)), por.VERDICT_UNKNOWN, 0,
		},
		"a committee of one is its own quorum": {
			por.CLASS_BANDWIDTH, ok(5), por.VERDICT_OK, 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			tally := por.Committee{Class: c.class, Seats: c.seats}.Count()
			require.Equal(t, c.verdict, tally.Verdict)
			require.Equal(t, c.value, tally.Value)
			require.Equal(t, len(c.seats), tally.OK+tally.Mismatch+tally.Unknown+tally.Silent)
		})
	}
}

// Whatever one liar of five, or two of seven, say, and whoever of the others is heard: the value
// lies between two honest ones.
func TestLiarsBelowOneThirdCannotMoveTheValueBeyondHonestOnes(t *testing.T) {
	for _, c := range []struct {
		class       por.Class
		size, liars int
	}{{por.CLASS_MEMORY, 7, 2}, {por.CLASS_GPU, 15, 4}, {por.CLASS_BANDWIDTH, 5, 1}} {
		for _, lie := range []uint64{1, 1_000_000} {
			for heard := por.Quorum(c.size); heard <= c.size; heard++ {
				values := bytes.Repeat([]byte{0}, heard)
				var all []por.Seat
				for i := range values {
					value := uint64(100 + i)
					if i < c.liars {
						value = lie
					}
					all = append(all, ok(value)...)
				}
				all = append(all, make([]por.Seat, c.size-heard)...)
				tally := por.Committee{Class: c.class, Seats: all}.Count()
				require.Equal(t, por.VERDICT_OK, tally.Verdict)
				require.GreaterOrEqual(t, tally.Value, uint64(100))
				require.Less(t, tally.Value, uint64(100+c.size))
			}
		}
	}
}

func TestAReportFarFromTheAgreedOneIsOutlying(t *testing.T) {
	agreed := por.Poll{Verdict: por.VERDICT_OK, Value: 1_000}
	for name, c := range map[string]struct {
		tally    por.Poll
		report   por.Report
		outlying bool
	}{
		"exactly within the tolerance":     {agreed, por.Report{Result: por.VERDICT_OK, Value: 1_200}, false},
		"one above it":                     {agreed, por.Report{Result: por.VERDICT_OK, Value: 1_201}, true},
		"one below it":                     {agreed, por.Report{Result: por.VERDICT_OK, Value: 799}, true},
		"the other verdict":                {agreed, por.Report{Result: por.VERDICT_MISMATCH}, true},
		"who could not measure is excused": {agreed, por.Report{Result: por.VERDICT_UNKNOWN}, false},
		"nothing was agreed on":            {por.Poll{Verdict: por.VERDICT_UNKNOWN}, por.Report{Result: por.VERDICT_OK, Value: 1}, false},
		"a mismatch among mismatches":      {por.Poll{Verdict: por.VERDICT_MISMATCH}, por.Report{Result: por.VERDICT_MISMATCH}, false},
		"the greatest values do not overflow": {
			por.Poll{Verdict: por.VERDICT_OK, Value: por.MaxValue}, por.Report{Result: por.VERDICT_OK, Value: 1}, true,
		},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.outlying, c.tally.IsOutlying(c.report, 2_000)) })
	}
}

// The table of the README: the chance that more than two thirds of a committee are bad.
func TestOddsOfABadCommittee(t *testing.T) {
	for _, c := range []struct {
		size   int
		share  *big.Rat
		chance string
	}{
		{5, big.NewRat(1, 5), "0.00672"},
		{5, big.NewRat(1, 3), "0.04527"},
		{7, big.NewRat(1, 5), "0.00467"},
		{7, big.NewRat(1, 3), "0.04527"},
		{15, big.NewRat(1, 5), "0.00001"},
		{15, big.NewRat(1, 3), "0.00181"},
	} {
		require.Equal(t, c.chance, tail(c.size, por.Quorum(c.size), c.share).FloatString(5), "%d seats, %s", c.size, c.share)
	}
	// What the README says of a verdict that has to hold up against 15 more.
	both := new(big.Rat).Mul(tail(7, 5, big.NewRat(1, 3)), tail(15, 11, big.NewRat(1, 3)))
	require.Equal(t, "0.0000818", both.FloatString(7))
}

// tail is the probability of at least k of n, each with probability p: exact.
func tail(n, k int, p *big.Rat) *big.Rat {
	sum, q := new(big.Rat), new(big.Rat).Sub(big.NewRat(1, 1), p)
	for ; k <= n; k++ {
		term := new(big.Rat).SetInt(new(big.Int).Binomial(int64(n), int64(k)))
		for range k {
			term.Mul(term, p)
		}
		for range n - k {
			term.Mul(term, q)
		}
		sum.Add(sum, term)
	}
	return sum
}

func place() por.Place {
	return por.Place{
		ChainID: "openmesh-test", Class: por.CLASS_MEMORY, Window: 7, Challenge: bytes.Repeat([]byte{3}, 32),
		Subject: bytes.Repeat([]byte{1}, 20), Seat: 2, Verifier: bytes.Repeat([]byte{2}, 20),
	}
}

func report() por.Report {
	return por.Report{Result: por.VERDICT_OK, Value: 1 << 30, Evidence: bytes.Repeat([]byte{4}, 32)}
}

func TestP1_AnAttestationIsGoodForOnePlaceOnly(t *testing.T) {
	key := secp256k1.GenPrivKeyFromSecret([]byte("verifier"))
	signature, err := key.Sign(por.AttestationSignBytes(place(), report()))
	require.NoError(t, err)
	a := por.Attestation{Seat: 2, Report: report(), Signature: signature}
	require.NoError(t, a.Validate())
	require.True(t, a.Signed(place(), key.PubKey().Bytes()))
	for name, change := range map[string]func(*por.Place, *por.Report){
		"another chain":     func(p *por.Place, _ *por.Report) { p.ChainID = "openmesh-2" },
		"another class":     func(p *por.Place, _ *por.Report) { p.Class = por.CLASS_GPU },
		"another window":    func(p *por.Place, _ *por.Report) { p.Window++ },
		"another challenge": func(p *por.Place, _ *por.Report) { p.Challenge = bytes.Repeat([]byte{9}, 32) },
		"another subject":   func(p *por.Place, _ *por.Report) { p.Subject = bytes.Repeat([]byte{9}, 20) },
		"another seat":      func(p *por.Place, _ *por.Report) { p.Seat++ },
		"another verifier":  func(p *por.Place, _ *por.Report) { p.Verifier = bytes.Repeat([]byte{9}, 20) },
		"another result":    func(_ *por.Place, r *por.Report) { r.Result = por.VERDICT_MISMATCH },
		"another value":     func(_ *por.Place, r *por.Report) { r.Value++ },
		"other evidence":    func(_ *por.Place, r *por.Report) { r.Evidence = bytes.Repeat([]byte{9}, 32) },
	} {
		t.Run(name, func(t *testing.T) {
			p, r := place(), report()
			change(&p, &r)
			require.False(t, por.Attestation{Seat: 2, Report: r, Signature: signature}.Signed(p, key.PubKey().Bytes()))
		})
	}
	require.False(t, a.Signed(place(), secp256k1.GenPrivKeyFromSecret([]byte("other")).PubKey().Bytes()))
	require.False(t, a.Signed(place(), nil), "no key at all")
}

// What verifiers and subjects sign begins with a byte with which no sign doc (a protobuf or JSON),
// no text of libp2p and none of the other modules begins.
func TestSignedTextsCannotBeTakenForOthers(t *testing.T) {
	texts := [][]byte{
		por.AttestationSignBytes(place(), report()),
		por.StatementSignBytes(place(), make([]byte, 32), []byte("body")),
	}
	for _, text := range texts {
		require.Zero(t, text[0], "field number 0 is no protobuf")
	}
	require.NotEqual(t, texts[0][:40], texts[1][:40], "each has a domain of its own")
	for _, other := range []string{"libp2p-pubsub:", "noise-libp2p-static-key:", "libp2p-tls-handshake:", "openmesh/commit-statement/1", "{"} {
		require.False(t, strings.HasPrefix(string(texts[0]), other[:1]))
	}
}

func TestP3_MalformedAttestationsAreRefusedByThemselves(t *testing.T) {
	good := por.Attestation{Seat: 2, Report: report(), Signature: make([]byte, 64)}
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(*por.Attestation){
		"a seat beyond every committee":  func(a *por.Attestation) { a.Seat = por.MaxSeats },
		"a truncated signature":          func(a *por.Attestation) { a.Signature = a.Signature[:63] },
		"an oversized signature":         func(a *por.Attestation) { a.Signature = make([]byte, 10_000) },
		"no result":                      func(a *por.Attestation) { a.Report.Result = por.VERDICT_UNSPECIFIED },
		"a result that does not exist":   func(a *por.Attestation) { a.Report.Result = 9 },
		"OK without a value":             func(a *por.Attestation) { a.Report.Value = 0 },
		"a mismatch with a value":        func(a *por.Attestation) { a.Report.Result = por.VERDICT_MISMATCH },
		"a value beyond all that can be": func(a *por.Attestation) { a.Report.Value = por.MaxValue + 1 },
		"truncated evidence":             func(a *por.Attestation) { a.Report.Evidence = a.Report.Evidence[:31] },
		"no evidence":                    func(a *por.Attestation) { a.Report.Evidence = nil },
	} {
		t.Run(name, func(t *testing.T) {
			a := good
			change(&a)
			require.ErrorIs(t, a.Validate(), por.ErrInvalidAttestation)
		})
	}
}

func TestAVerdictsIDNamesAllThatItRestsOn(t *testing.T) {
	c := por.Committee{Class: por.CLASS_MEMORY, Window: 7, Seats: seats(ok(1, 2), make([]por.Seat, 1))}
	subject := bytes.Repeat([]byte{1}, 20)
	id := c.VerdictID("openmesh-test", subject)
	require.Len(t, id, por.EvidenceSize)
	require.Equal(t, id, c.VerdictID("openmesh-test", subject))
	require.NotEqual(t, id, c.VerdictID("openmesh-2", subject))
	c.Seats[1].Void = true
	require.NotEqual(t, id, c.VerdictID("openmesh-test", subject))
}

func TestTheScoreOfAVerifierDecays(t *testing.T) {
	v := por.NewVerifierScore("open1")
	require.Equal(t, uint32(5_000), v.Score)
	for range 200 {
		v.Rate(por.DeedAttested, 500)
	}
	require.Equal(t, uint32(10_000), v.Score, "who always serves gets all of it")
	v.Rate(por.DeedMissed, 500)
	require.Equal(t, uint32(9_500), v.Score)
	v.Rate(por.DeedOutlying, 500)
	require.Equal(t, uint32(9_025), v.Score)
	v.Rate(por.DeedOverturned, 500)
	require.Equal(t, uint32(8_574), v.Score)
	for range 400 {
		v.Rate(por.DeedMissed, 500)
	}
	require.Zero(t, v.Score, "who never does, none")
	v.Rate(por.DeedAttested, 500)
	v.Rate(por.DeedEquivocated, 500)
	require.Zero(t, v.Score)
	require.Equal(t, por.VerifierScore{Operator: "open1", Attested: 201, Missed: 401, Outlying: 1, Overturned: 1, Equivocated: 1}, v)
}
