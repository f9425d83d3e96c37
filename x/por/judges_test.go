// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// windowOf is a drawn window of a class of a localnet.
func windowOf(t *testing.T, class por.Class) por.Window {
	t.Helper()
	terms, _ := por.LocalnetParams().Class(class)
	w := por.NewWindow(terms, 1, 10, 1_000, bytes.Repeat([]byte{7}, 32), false)
	w.Draw(bytes.Repeat([]byte{8}, 32), 20)
	return w
}

func caseOf(w por.Window) por.Case {
	p := place()
	p.Class, p.Window, p.Challenge = w.Class, w.Number, w.DrawSeed
	c := por.Case{Place: p, Window: w}
	if w.Class.Attested() {
		c.Question = por.Question(p, make([]byte, por.NonceSize))
	}
	return c
}

// judged is what the class's judge says, and that it can be paid for.
func judged(t *testing.T, c por.Case, e por.FraudEvidence) (bool, error) {
	t.Helper()
	judge := por.ProofJudges().Of(c.Window.Class)
	gas, err := judge.Gas(c, e)
	require.NoError(t, err)
	require.Positive(t, gas)
	return judge.Judge(c, e)
}

func TestALabelThatDoesNotQualifyIsFraud(t *testing.T) {
	w := windowOf(t, por.CLASS_STORAGE)
	w.Terms.Storage.UnitCells, w.Terms.Storage.CostN, w.Terms.Storage.K1, w.Terms.Storage.K2 = 64, 2, 100, 60
	c := caseOf(w)
	plot, err := w.Terms.Storage.Plot(c.Place.ChainID, c.Place.Subject, 1)
	require.NoError(t, err)
	challenge := cellpost.Challenge(w.Challenge(c.Place.ChainID, c.Place.Subject))
	scanner, err := plot.NewScanner(challenge)
	require.NoError(t, err)
	maker, err := cellpost.NewMaker(plot.Key, plot.N)
	require.NoError(t, err)
	hits := map[uint8][]uint64{}
	for i := range plot.Cells {
		var cell cellpost.Cell
		maker.Cell(i, &cell)
		scanner.Scan(i, &cell, func(nonce uint8, label uint64) { hits[nonce] = append(hits[nonce], label) })
	}
	proof := cellpost.Proof{}
	for nonce, labels := range hits {
		if len(labels) >= int(plot.K2) && (len(proof.Indices) == 0 || nonce < proof.Nonce) {
			proof = cellpost.Proof{Nonce: nonce, Indices: labels[:plot.K2]}
		}
	}
	require.NotEmpty(t, proof.Indices)
	qualifies := map[uint64]bool{}
	for _, label := range hits[proof.Nonce] {
		qualifies[label] = true
	}
	fake := proof.Indices[0] + 1
	for qualifies[fake] {
		fake++
	}
	proof.Indices = append([]uint64{}, proof.Indices...)
	position := 0
	for i, label := range proof.Indices {
		if label < fake {
			position = i
		}
	}
	proof.Indices[position] = fake
	data, err := plot.Encode(proof)
	require.NoError(t, err)
	sum := sha256.Sum256(data)
	c.Measurement = por.Measurement{Units: 1, ProofHash: sum[:]}

	isWrong, err := judged(t, c, por.FraudEvidence{Proof: data, Position: uint64(position)})
	require.NoError(t, err)
	require.True(t, isWrong)
	isWrong, err = judged(t, c, por.FraudEvidence{Proof: data, Position: uint64(position+1) % uint64(plot.K2)})
	require.NoError(t, err)
	require.False(t, isWrong, "its neighbour is right")
	_, err = judged(t, c, por.FraudEvidence{Proof: data, Position: uint64(plot.K2)})
	require.ErrorIs(t, err, por.ErrInvalidEvidence)
	_, err = judged(t, c, por.FraudEvidence{Proof: append(data, 0), Position: 0})
	require.ErrorIs(t, err, por.ErrInvalidEvidence, "not the proof that was taken")
}

func TestASegmentWhoseStepsDoNotLeadToItsEndIsFraud(t *testing.T) {
	w := windowOf(t, por.CLASS_CPU)
	c := caseOf(w)
	function, _ := w.Function()
	record, err := corechain.Compute(function.Spec(), w.CoreChallenge(c.Place.ChainID, c.Place.Subject), []uint64{4, 3})
	require.NoError(t, err)
	record.Ends[1][1][0] ^= 1 // segments 5 and 6 are wrong now
	commitment, err := record.Commit()
	require.NoError(t, err)
	c.Measurement = por.Measurement{ProofHash: por.CommitmentHash(commitment.Segments, commitment.Root[:])}
	shown := func(leaf uint64) por.FraudEvidence {
		reveals, err := record.Open([]uint64{leaf})
		require.NoError(t, err)
		return por.FraudEvidence{Proof: append(por.EncodeCommitment(commitment), corechain.EncodeProof(reveals)...), Position: leaf}
	}
	for leaf := range uint64(7) {
		isWrong, err := judged(t, c, shown(leaf))
		require.NoError(t, err)
		require.Equal(t, leaf == 5 || leaf == 6, isWrong, "segment %d", leaf)
	}
	e := shown(5)
	e.Position = 4
	_, err = judged(t, c, e)
	require.ErrorIs(t, err, por.ErrInvalidEvidence)
	for _, size := range []int{0, 1, 2, 20, len(e.Proof) - 1} {
		_, err = judged(t, c, por.FraudEvidence{Proof: e.Proof[:size], Position: 5})
		require.ErrorIs(t, err, por.ErrInvalidEvidence)
	}
	e.Proof[5] ^= 1
	_, err = judged(t, c, e)
	require.ErrorIs(t, err, por.ErrInvalidEvidence, "not the commitment that was taken")
}

func TestASegmentOfAWalkThatIsWrongIsFraud(t *testing.T) {
	w := windowOf(t, por.CLASS_MEMORY)
	w.Terms.Memory.Steps = 256
	c := caseOf(w)
	spec, fill := w.Terms.Memory.Spec(), w.MemoryFill(c.Place.ChainID, c.Place.Subject, 32)
	cells := make([]ramwalk.Cell, fill.Cells)
	maker := fill.Maker(spec)
	for i := range cells {
		maker.Make(uint64(i), &cells[i])
	}
	x := ramwalk.Start(spec, fill, [32]byte(c.Question))
	ends := make([]ramwalk.State, spec.Segments())
	for i := range ends {
		ramwalk.Take(&x, spec.Interval, fill.Cells, func(i uint64) *ramwalk.Cell { return &cells[i] })
		ends[i] = x
	}
	ends[10][0] ^= 1 // a guess instead of a cell: segments 10 and 11 are wrong
	root, err := ramwalk.Root(ends)
	require.NoError(t, err)
	shown := func(segment uint64) por.FraudEvidence {
		proof, err := ramwalk.Open(ends, []uint64{segment})
		require.NoError(t, err)
		return por.FraudEvidence{Proof: proof, Position: segment, Statement: &por.Statement{Body: por.MemoryAnswer(fill.Cells, root)}}
	}
	for segment := range spec.Segments() {
		isWrong, err := judged(t, c, shown(segment))
		require.NoError(t, err)
		require.Equal(t, segment == 10 || segment == 11, isWrong, "segment %d", segment)
	}
	e := shown(10)
	e.Position = 9
	_, err = judged(t, c, e)
	require.ErrorIs(t, err, por.ErrInvalidEvidence)
	e = shown(10)
	e.Statement.Body = e.Statement.Body[1:]
	_, err = judged(t, c, e)
	require.ErrorIs(t, err, por.ErrInvalidEvidence)
}

func TestAnEntryOfAProductThatIsWrongIsFraud(t *testing.T) {
	w := windowOf(t, por.CLASS_GPU)
	c := caseOf(w)
	challenge := por.GPUChallenge(c.Question, c.Place.Subject, w.Terms.Gpu.Order)
	n := challenge.N
	row := func(fill byte) []byte { return bytes.Repeat([]byte{fill}, n) }
	// A chain of one step whose rows are all made up.
	digests := make([][32]byte, n)
	for i := range digests {
		digests[i] = gemm.RowDigest(row(byte(i)))
	}
	step, err := gemm.StepRoot(digests)
	require.NoError(t, err)
	root, err := gemm.Root([]merkle.Hash{step})
	require.NoError(t, err)
	made := gemm.Commitment{Steps: 1, Root: root}
	at := gemm.Sample{Step: 0, Row: 3}
	size, err := gemm.TransitionSize(challenge, made, at)
	require.NoError(t, err)
	streams, err := gemm.NewStreams(challenge)
	require.NoError(t, err)
	target := streams.Step(at.Step).Target(int(at.Row), n)
	leaves := make([]merkle.Hash, n)
	for i := range leaves {
		leaves[i] = merkle.Leaf(uint64(i), digests[i][:])
	}
	tree, err := merkle.NewTree(leaves)
	require.NoError(t, err)
	path, err := tree.Path(uint64(target))
	require.NoError(t, err)
	shown := gemm.Transition{Sample: at, Next: row(byte(target)), To: gemm.Place{Root: step, InStep: path}}.Encode()
	require.Len(t, shown, size)
	e := por.FraudEvidence{
		Proof:     append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, at.Step), at.Row), shown...),
		Statement: &por.Statement{Body: por.GPUAnswer(made)},
	}
	found := false
	for column := range 8 {
		e.Position = uint64(column)
		isWrong, err := judged(t, c, e)
		require.NoError(t, err)
		found = found || isWrong
	}
	require.True(t, found, "made-up entries are wrong, but for one in 256")
	for name, change := range map[string]func(*por.FraudEvidence){
		"a column beyond the row": func(e *por.FraudEvidence) { e.Position = uint64(n) },
		"a truncated transition":  func(e *por.FraudEvidence) { e.Proof = e.Proof[:len(e.Proof)-1] },
		"no transition":           func(e *por.FraudEvidence) { e.Proof = e.Proof[:7] },
		"a row that was not committed to": func(e *por.FraudEvidence) {
			e.Proof = append([]byte{}, e.Proof...)
			e.Proof[9] ^= 1
		},
		"a truncated answer": func(e *por.FraudEvidence) { e.Statement = &por.Statement{Body: e.Statement.Body[1:]} },
	} {
		t.Run(name, func(t *testing.T) {
			e := e
			change(&e)
			_, err := judged(t, c, e)
			require.ErrorIs(t, err, por.ErrInvalidEvidence)
		})
	}
}

func BenchmarkJudgeMemorySegment(b *testing.B) {
	terms, _ := por.DefaultParams().Class(por.CLASS_MEMORY)
	w := por.NewWindow(terms, 1, 10, 1_000, bytes.Repeat([]byte{7}, 32), false)
	w.DrawSeed = bytes.Repeat([]byte{8}, 32)
	c := caseOf(w)
	ends := make([]ramwalk.State, w.Terms.Memory.Spec().Segments())
	root, err := ramwalk.Root(ends)
	require.NoError(b, err)
	proof, err := ramwalk.Open(ends, []uint64{77})
	require.NoError(b, err)
	e := por.FraudEvidence{Proof: proof, Position: 77, Statement: &por.Statement{Body: por.MemoryAnswer(1<<24, root)}}
	b.ReportMetric(float64(len(proof)), "proof-bytes")
	for b.Loop() {
		isWrong, err := por.ProofJudges().Memory.Judge(c, e)
		require.NoError(b, err)
		require.True(b, isWrong)
	}
}
