// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/scrypt"

	"github.com/openmesh-network/openmesh/x/por/sampling"
)

// small are parameters with which a test is quick: a cell takes some 30 µs.
var small = Params{N: 2, K1: 24, K2: 24}

func smallPlot(cells uint64) Plot {
	return Plot{Params: small, Key: NewKey("openmesh-test", bytes.Repeat([]byte{1}, 20), []byte("a")), Cells: cells}
}

// made is a plot in memory.
type made struct {
	Plot
	cells []Cell
}

func makePlot(t testing.TB, p Plot) made {
	maker, err := NewMaker(p.Key, p.N)
	require.NoError(t, err)
	m := made{p, make([]Cell, p.Cells)}
	for i := range m.cells {
		maker.Cell(uint64(i), &m.cells[i])
	}
	return m
}

// hits scans the cells that has says are there.
func (m made) hits(t testing.TB, challenge Challenge, has func(cell uint64) bool) (hits [Nonces][]uint64) {
	s, err := m.NewScanner(challenge)
	require.NoError(t, err)
	for i := range m.cells {
		if has(uint64(i)) {
			s.Scan(uint64(i), &m.cells[i], func(nonce uint8, label uint64) { hits[nonce] = append(hits[nonce], label) })
		}
	}
	return hits
}

func everything(uint64) bool { return true }

// prove gives a proof by the first nonce that has enough labels.
func (m made) prove(t testing.TB, challenge Challenge, has func(cell uint64) bool) (Proof, bool) {
	for nonce, labels := range m.hits(t, challenge, has) {
		if len(labels) >= int(m.K2) {
			return Proof{Nonce: uint8(nonce), Indices: labels[:m.K2]}, true
		}
	}
	return Proof{}, false
}

func challengeOf(i int) Challenge { return digest("test challenge", []byte{byte(i >> 8), byte(i)}) }

func TestACellIsROMixOfRFC7914(t *testing.T) {
	for _, n := range []int{2, 16, 64} {
		password, salt := []byte("password"), []byte("salt")
		first, err := pbkdf2.Key(sha256.New, string(password), salt, 1, CellBytes)
		require.NoError(t, err)
		var x, y block
		x.load((*[CellBytes]byte)(first))
		romix(&x, &y, make([]block, n))
		var mixed [CellBytes]byte
		x.store(&mixed)
		got, err := pbkdf2.Key(sha256.New, string(password), mixed[:], 1, 100)
		require.NoError(t, err)
		want, err := scrypt.Key(password, salt, n, CellBytes/128, 1, 100)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestACellBeginsAsScryptDoes(t *testing.T) {
	key := NewKey("openmesh-test", []byte{1}, nil)
	m, err := NewMaker(key, 16)
	require.NoError(t, err)
	var got Cell
	m.expand(7, &got)
	want, err := pbkdf2.Key(sha256.New, string(key[:]), append([]byte(domainCell), 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 7), 1, CellBytes)
	require.NoError(t, err)
	require.Equal(t, want, got[:])
}

// TestVectors holds the README's vectors.
func TestVectors(t *testing.T) {
	p := Plot{Params: Params{N: 16, K1: 8, K2: 8}, Key: NewKey("openmesh-test", bytes.Repeat([]byte{1}, 20), []byte{0}), Cells: 64}
	m := makePlot(t, p)
	proof, ok := m.prove(t, Challenge(bytes.Repeat([]byte{2}, 32)), everything)
	require.True(t, ok)
	encoded, err := p.Encode(proof)
	require.NoError(t, err)
	h := sha256.Sum256(m.cells[63][:])
	for _, v := range []struct{ name, got, want string }{
		{"key", hex.EncodeToString(p.Key[:]), "0bcbf6cf290fb1cd86d34e0af89a9ce99b9ecf05f0e65a0f0029c2cfb6164624"},
		{"first label", hex.EncodeToString(m.cells[0][:32]), "56dd24d13709a0a43ce3bf7e954212f71cb033bc5c621da28782b95b4c258b96"},
		{"hash of the last cell", hex.EncodeToString(h[:]), "5d5375e3a1ce594923732d88348c5ac2a505cf11ab90a59b1a07dcc1744e1304"},
		{"proof", hex.EncodeToString(encoded), "004ec24c7ceae9d294f86307e0"},
	} {
		require.Equal(t, v.want, v.got, v.name)
	}
	require.Equal(t, []int{5, 6, 7}, p.sample(t, [32]byte(bytes.Repeat([]byte{3}, 32)), 3))
	require.NoError(t, p.VerifyAll(Challenge(bytes.Repeat([]byte{2}, 32)), proof))
}

func TestTheThresholdIsExact(t *testing.T) {
	for _, c := range []struct {
		name  string
		k1    uint32
		cells uint64
		want  uint64
	}{
		{"8 MiB", 340, 8 << 20 / CellBytes, 0x1540000000000000}, // 340 * 64 / 2^18 of 2^64
		{"64 GiB", 340, 64 << 30 / CellBytes, 340 << 39},
		{"1 TiB", 340, 1 << 40 / CellBytes, 340 << 35},
		{"1 PiB", 340, 1 << 50 / CellBytes, 340 << 25},
		{"rounded down", 1, 3, 0x2aaaaaaaaaaaaaaa}, // 64 / 384 of 2^64
		{"the least plot", 340, 171, 0xfe80_bfa0_2fe8_0bfa},
	} {
		p := Plot{Params: Params{N: 2, K1: c.k1, K2: c.k1}, Cells: c.cells}
		require.NoError(t, p.Validate(), c.name)
		require.Equal(t, c.want, p.Threshold(), c.name)
	}
	require.EqualValues(t, 171, Params{N: 2, K1: 340, K2: 340}.MinCells())
}

func TestALabelQualifiesAsOftenAsItShould(t *testing.T) {
	m := makePlot(t, smallPlot(64))
	total, turns := 0, 200
	for i := range turns {
		for _, labels := range m.hits(t, challengeOf(i), everything) {
			total += len(labels)
		}
	}
	// 200 challenges of 20 nonces of 24 expected: 96000, standard deviation 310.
	require.InDelta(t, turns*Nonces*24, total, 4*310)
}

func TestScanAndQualifiesAgree(t *testing.T) {
	m := makePlot(t, smallPlot(16))
	hits := m.hits(t, challengeOf(1), everything)
	s, err := m.NewScanner(challengeOf(1))
	require.NoError(t, err)
	for nonce := range uint8(Nonces) {
		for label := range m.Labels() {
			require.Equal(t, slices.Contains(hits[nonce], label), s.Qualifies(nonce, label, &m.cells[label/LabelsPerCell]))
		}
	}
	require.False(t, s.Qualifies(Nonces, 0, &m.cells[0]))
	require.False(t, s.Qualifies(0, m.Labels(), &m.cells[0]))
}

func TestAProofVerifies(t *testing.T) {
	m := makePlot(t, smallPlot(64))
	proof, ok := m.prove(t, challengeOf(0), everything)
	require.True(t, ok)
	require.NoError(t, m.VerifyAll(challengeOf(0), proof))
	require.NoError(t, m.VerifySamples(challengeOf(0), proof, m.sample(t, challengeOf(9), 5)))
	for i := range proof.Indices {
		require.NoError(t, m.VerifyOne(challengeOf(0), proof, i))
	}
}

// TestP1_AProofCountsOnceAndForItsOwner: challenge, key and size are bound.
func TestP1_AProofCountsOnceAndForItsOwner(t *testing.T) {
	m := makePlot(t, smallPlot(64))
	proof, ok := m.prove(t, challengeOf(0), everything)
	require.True(t, ok)
	with := func(change func(*Plot)) Plot { p := m.Plot; change(&p); return p }
	operator := bytes.Repeat([]byte{1}, 20)
	for _, c := range []struct {
		name      string
		plot      Plot
		challenge Challenge
	}{
		{"another window's challenge", m.Plot, challengeOf(1)},
		{"another operator", with(func(p *Plot) { p.Key = NewKey("openmesh-test", bytes.Repeat([]byte{2}, 20), []byte("a")) }), challengeOf(0)},
		{"another plot of the operator", with(func(p *Plot) { p.Key = NewKey("openmesh-test", operator, []byte("b")) }), challengeOf(0)},
		{"another chain", with(func(p *Plot) { p.Key = NewKey("openmesh-1", operator, []byte("a")) }), challengeOf(0)},
		{"another size", with(func(p *Plot) { p.Cells++ }), challengeOf(0)},
		{"another cost", with(func(p *Plot) { p.N = 4 }), challengeOf(0)},
	} {
		require.ErrorIs(t, c.plot.VerifyAll(c.challenge, proof), ErrLabel, c.name)
	}
}

func TestTwoIdentitiesShareNoCell(t *testing.T) {
	seen := map[Cell]string{}
	for _, id := range []struct{ chain, operator, plot string }{
		{"c", "op", "1"}, {"c", "op", "2"}, {"c", "o", "p1"}, {"co", "p", "1"}, {"c", "op1", ""}, {"c", "", "op1"},
	} {
		for _, n := range []uint32{2, 4} {
			m, err := NewMaker(NewKey(id.chain, []byte(id.operator), []byte(id.plot)), n)
			require.NoError(t, err)
			for i := range uint64(3) {
				var cell Cell
				m.Cell(i, &cell)
				require.NotContains(t, seen, cell)
				seen[cell] = id.operator
			}
		}
	}
}

// TestP3_MalformedProofsAreRefusedBeforeAnyCellIsComputed also stands for P4: what is refused costs nothing.
func TestP3_MalformedProofsAreRefusedBeforeAnyCellIsComputed(t *testing.T) {
	m := makePlot(t, smallPlot(64))
	good, ok := m.prove(t, challengeOf(0), everything)
	require.True(t, ok)
	bad := func(change func(*Proof)) Proof {
		p := Proof{good.Nonce, slices.Clone(good.Indices)}
		change(&p)
		return p
	}
	cells := 0
	count := func(maker *Maker, i uint64, cell *Cell) { cells++; maker.Cell(i, cell) }
	for _, c := range []struct {
		name      string
		proof     Proof
		positions []int
		want      error
	}{
		{"a nonce that does not exist", bad(func(p *Proof) { p.Nonce = Nonces }), []int{0}, ErrNonce},
		{"no index", bad(func(p *Proof) { p.Indices = nil }), []int{0}, ErrCount},
		{"an index too few", bad(func(p *Proof) { p.Indices = p.Indices[1:] }), []int{0}, ErrCount},
		{"an index too many", bad(func(p *Proof) { p.Indices = append(p.Indices, m.Labels()-1) }), []int{0}, ErrCount},
		{"an index twice", bad(func(p *Proof) { p.Indices[1] = p.Indices[0] }), []int{0}, ErrOrder},
		{"indices out of order", bad(func(p *Proof) { slices.Reverse(p.Indices) }), []int{0}, ErrOrder},
		{"an index beyond the plot", bad(func(p *Proof) { p.Indices[23] = m.Labels() }), []int{0}, ErrRange},
		{"a huge index", bad(func(p *Proof) { p.Indices[23] = 1<<64 - 1 }), []int{0}, ErrRange},
		{"no position", good, nil, ErrPosition},
		{"a position beyond the proof", good, []int{0, 24}, ErrPosition},
		{"a negative position", good, []int{-1}, ErrPosition},
		{"a position twice", good, []int{3, 3}, ErrPosition},
	} {
		require.ErrorIs(t, m.verify(challengeOf(0), c.proof, c.positions, count), c.want, c.name)
		require.Zero(t, cells, c.name)
	}
	require.NoError(t, m.verify(challengeOf(0), good, m.sample(t, challengeOf(9), 16), count))
	require.LessOrEqual(t, cells, 16) // two samples in one cell cost one
	require.Positive(t, cells)

	// One wrong index is found, named, and costs no more than what came before it.
	fake := bad(func(p *Proof) { p.Indices[5]++ })
	if fake.Indices[5] == fake.Indices[6] {
		fake.Indices[5] -= 2
	}
	var wrong *LabelError
	require.True(t, errors.As(m.VerifyAll(challengeOf(0), fake), &wrong))
	require.Equal(t, LabelError{Position: 5, Index: fake.Indices[5]}, *wrong)
	require.ErrorIs(t, m.VerifyOne(challengeOf(0), fake, 5), ErrLabel)
	require.NoError(t, m.VerifyOne(challengeOf(0), fake, 4))
	require.ErrorContains(t, m.VerifyAll(challengeOf(0), fake), "at position 5")
}

func TestImpossiblePlotsAreRefused(t *testing.T) {
	ok := Plot{Params: Params{N: 16, K1: 340, K2: 340}, Cells: 2048}
	require.NoError(t, ok.Validate())
	for name, change := range map[string]func(*Plot){
		"N of zero":                    func(p *Plot) { p.N = 0 },
		"N of one":                     func(p *Plot) { p.N = 1 },
		"N that is no power of two":    func(p *Plot) { p.N = 48 },
		"N beyond the bound":           func(p *Plot) { p.N = 2048 },
		"K1 of zero":                   func(p *Plot) { p.K1 = 0 },
		"K2 of zero":                   func(p *Plot) { p.K2 = 0 },
		"K1 beyond the bound":          func(p *Plot) { p.K1 = MaxK + 1 },
		"K2 beyond the bound":          func(p *Plot) { p.K2 = 1<<32 - 1 },
		"no cell":                      func(p *Plot) { p.Cells = 0 },
		"fewer cells than K1 needs":    func(p *Plot) { p.Cells = 170 },
		"more cells than can be":       func(p *Plot) { p.Cells = MaxPlotBytes/CellBytes + 1 },
		"a number of cells that wraps": func(p *Plot) { p.Cells = 1<<57 + 2048 },
	} {
		p := ok
		change(&p)
		require.ErrorIs(t, p.Validate(), ErrParams, name)
		_, err := p.Decode([]byte{0, 0})
		require.ErrorIs(t, err, ErrParams, name)
		require.ErrorIs(t, p.VerifyAll(Challenge{}, Proof{}), ErrParams, name)
		_, err = p.NewScanner(Challenge{})
		require.ErrorIs(t, err, ErrParams, name)
	}
	cells, err := Cells(3, 8<<20)
	require.NoError(t, err)
	require.EqualValues(t, 3*2048, cells)
	for _, c := range [][2]uint64{{1, 0}, {1, 4095}, {1 << 40, 1 << 40}, {1<<37 + 1, 1 << 13}, {1 << 52, 4096}} {
		_, err := Cells(c[0], c[1])
		require.ErrorIs(t, err, ErrParams, c)
	}
}

func TestSampleDrawsEveryPositionAlike(t *testing.T) {
	p := Params{N: 2, K1: 24, K2: 24}
	var drawn [24]int
	for i := range 4000 {
		positions := p.sample(t, challengeOf(i), 6)
		require.Len(t, positions, 6)
		for j, at := range positions {
			require.True(t, j == 0 || positions[j-1] < at)
			drawn[at]++
		}
	}
	for at, n := range drawn { // 1000 expected, standard deviation 27
		require.InDelta(t, 1000, n, 4*27, at)
	}
	require.Len(t, p.sample(t, challengeOf(0), 24), 24)
	require.Len(t, p.sample(t, challengeOf(0), 1000), 24)
	for _, count := range []int{-1, 0, 1025} {
		_, err := p.Sample(challengeOf(0), count)
		require.ErrorIs(t, err, ErrParams)
		require.ErrorIs(t, err, sampling.ErrDraw)
	}
}

func (p Params) sample(t testing.TB, seed [32]byte, count int) []int {
	positions, err := p.Sample(seed, count)
	require.NoError(t, err)
	return positions
}
