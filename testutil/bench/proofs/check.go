// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand"
	"slices"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/possession"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

var (
	errNo    = errors.New("what is right was found wrong")
	operator = bytes.Repeat([]byte{7}, 20)
)

// seedOf makes seeds that differ.
func seedOf(n int) [32]byte { return sha256.Sum256(fmt.Appendf(nil, "bench seed %d", n)) }

// addBeacon: what each block costs.
func (b *bench) addBeacon() error {
	secret := seedOf(0)
	signer, err := beacon.NewSigner(secret[:])
	if err != nil {
		return err
	}
	key := signer.PubKeys()[0]
	alpha := por.Alpha("bench-1", 1, secret[:])
	proof, err := signer.Prove(key, alpha)
	if err != nil {
		return err
	}
	b.check("beacon: one VRF", len(proof), 150, func() error {
		if _, ok := por.VerifyProof(key, proof, alpha); !ok {
			return errNo
		}
		return nil
	})
	return nil
}

// addStorage checks what the chain checks, one item (fraud), and all.
func (b *bench) addStorage() error {
	terms, _ := por.DefaultParams().Class(por.CLASS_STORAGE)
	params := terms.Storage.PlotParams()
	plot := cellpost.Plot{Params: params, Key: cellpost.NewKey("bench-1", operator, nil), Cells: 2 * params.MinCells()}
	maker, err := cellpost.NewMaker(plot.Key, plot.N)
	if err != nil {
		return err
	}
	cells := make([]cellpost.Cell, plot.Cells)
	for i := range cells {
		maker.Cell(uint64(i), &cells[i])
	}
	challenge, proof, err := search(plot, cells)
	if err != nil {
		return err
	}
	positions, err := params.Sample(seedOf(1), int(terms.Samples))
	if err != nil {
		return err
	}
	large := cellpost.Plot{Params: params, Key: plot.Key, Cells: 1 << 40 / cellpost.CellBytes}
	size, err := proofBytes(large)
	if err != nil {
		return err
	}
	b.check(storageName, size, 5_000, func() error { return plot.VerifySamples(challenge, proof, positions) })
	b.check("storage: one label, as fraud", size, 0, func() error { return plot.VerifyOne(challenge, proof, 5) })
	b.check("storage: all 340 labels, off the chain", size, 0, func() error { return plot.VerifyAll(challenge, proof) })
	return nil
}

const storageName = "storage: 16 of 340 labels, 1 TiB"

// search finds a proof in cells that are all there, for the first challenge that has one.
func search(plot cellpost.Plot, cells []cellpost.Cell) (cellpost.Challenge, cellpost.Proof, error) {
	for turn := range 100 {
		challenge := cellpost.Challenge(seedOf(turn))
		scanner, err := plot.NewScanner(challenge)
		if err != nil {
			return challenge, cellpost.Proof{}, err
		}
		var hits [cellpost.Nonces][]uint64
		for i := range cells {
			scanner.Scan(uint64(i), &cells[i], func(nonce uint8, label uint64) { hits[nonce] = append(hits[nonce], label) })
		}
		for nonce, labels := range hits {
			if len(labels) >= int(plot.K2) {
				// Spread over the plot, as in a large one, where no two labels share a cell.
				picked := make([]uint64, plot.K2)
				for i := range picked {
					picked[i] = labels[i*len(labels)/len(picked)]
				}
				return challenge, cellpost.Proof{Nonce: uint8(nonce), Indices: picked}, nil
			}
		}
	}
	return cellpost.Challenge{}, cellpost.Proof{}, errors.New("no proof in a hundred challenges")
}

// proofBytes is the length of a proof whose labels lie anywhere in a plot.
func proofBytes(plot cellpost.Plot) (int, error) {
	r := rand.New(rand.NewSource(1))
	indices := make([]uint64, plot.K2)
	for i := range indices {
		indices[i] = uint64(r.Int63n(int64(plot.Labels())))
	}
	slices.Sort(indices)
	encoded, err := plot.Encode(cellpost.Proof{Indices: indices})
	return len(encoded), err
}

// addPossession: five leaves of an object of 64 MiB.
func (b *bench) addPossession() error {
	data := make([]byte, 64<<20)
	rand.New(rand.NewSource(2)).Read(data)
	object, err := possession.Commit(bytes.NewReader(data))
	if err != nil {
		return err
	}
	challenge := possession.Challenge{Seed: seedOf(2), Holder: operator, Leaves: 5}
	proof, err := possession.Prove(object, challenge, bytes.NewReader(data))
	if err != nil {
		return err
	}
	b.check("stored object: 5 leaves of 64 MiB", len(proof), 0, func() error { return possession.Verify(object, challenge, proof) })
	return nil
}

// addCores: four segments of 16 lanes of 30 s.
func (b *bench) addCores() error {
	terms, _ := por.DefaultParams().Class(por.CLASS_CPU)
	for _, f := range terms.Cpu.Functions {
		spec := f.Spec()
		ch := corechain.Challenge{Seed: seedOf(3), Operator: operator}
		record, err := corechain.Compute(spec, ch, []uint64{8})
		if err != nil {
			return err
		}
		for lane := range 15 { // what is not opened need not be right
			record.Ends = append(record.Ends, make([]corechain.State, 50_000))
			record.Ends[lane+1][0][0] = byte(lane)
		}
		c, err := record.Commit()
		if err != nil {
			return err
		}
		drawn := []uint64{1, 3, 5, 7}
		reveals, err := record.Open(drawn)
		if err != nil {
			return err
		}
		proof := corechain.EncodeProof(reveals)
		elsewhere, err := corechain.Draw(seedOf(4), ch, c, int(terms.Samples))
		if err != nil {
			return err
		}
		size, err := corechain.ProofSize(c, elsewhere)
		if err != nil {
			return err
		}
		b.check(coresName(spec.Function), size, 4_000, func() error {
			_, err := corechain.Verify(spec, ch, c, drawn, proof)
			return err
		})
	}
	return nil
}

func coresName(f corechain.Function) string {
	return fmt.Sprintf("processors: 4 segments of %s, 16 lanes", f)
}

// addCommittee: seven signatures and the count.
func (b *bench) addCommittee() error {
	seats := int(por.DefaultParams().CommitteeSize)
	committee := por.Committee{}
	var places []por.Place
	var keys [][]byte
	var all []por.Attestation
	size := 0
	for seat := range seats {
		key := secp256k1.GenPrivKeyFromSecret(fmt.Appendf(nil, "bench seat %d", seat))
		evidence, challenge := seedOf(seat), seedOf(5)
		at := por.Place{
			ChainID: "bench-1", Class: por.CLASS_MEMORY, Window: 1, Challenge: challenge[:],
			Subject: operator, Seat: uint32(seat), Verifier: key.PubKey().Address(),
		}
		a := por.Attestation{Seat: uint32(seat), Report: por.Report{Result: por.VERDICT_OK, Value: 1 << 36, Evidence: evidence[:]}}
		var err error
		if a.Signature, err = key.Sign(por.AttestationSignBytes(at, a.Report)); err != nil {
			return err
		}
		committee.Seats = append(committee.Seats, por.Seat{Verifier: "x", Report: &a.Report})
		places, keys, all = append(places, at), append(keys, key.PubKey().Bytes()), append(all, a)
		size += a.Size() + 2
	}
	b.check("committee: a verdict of 7 signatures", size, 1_000, func() error {
		for i, a := range all {
			if !a.Signed(places[i], keys[i]) {
				return errNo
			}
		}
		if poll := committee.Count(); poll.Verdict != por.VERDICT_OK {
			return errNo
		}
		return nil
	})
	return nil
}

// addMemory: one step of a dispute, and what each verifier of a committee checks.
func (b *bench) addMemory() error {
	terms, _ := por.DefaultParams().Class(por.CLASS_MEMORY)
	spec := terms.Memory.Spec()
	const cells = 4096 // what is checked is the same for any number
	fill := ramwalk.Fill{Seed: seedOf(6), Operator: operator, Window: 1, Cells: cells}
	maker, memory := fill.Maker(spec), make([]ramwalk.Cell, cells)
	for i := range memory {
		maker.Make(uint64(i), &memory[i])
	}
	x, ends := ramwalk.Start(spec, fill, seedOf(7)), make([]ramwalk.State, 0, spec.Segments())
	for range spec.Segments() {
		ramwalk.Take(&x, spec.Interval, cells, func(i uint64) *ramwalk.Cell { return &memory[i] })
		ends = append(ends, x)
	}
	root, err := ramwalk.Root(ends)
	if err != nil {
		return err
	}
	many, err := ramwalk.Draw(seedOf(8), spec, root, int(terms.Samples))
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name   string
		target float64
		drawn  []uint64
	}{
		{"memory: one segment of 8 steps, as fraud", 1_000, many[:1]},
		{"memory: 16 segments, by a verifier", 0, many},
	} {
		proof, err := ramwalk.Open(ends, c.drawn)
		if err != nil {
			return err
		}
		b.check(c.name, len(proof), c.target, func() error {
			_, err := ramwalk.Verify(spec, fill, seedOf(7), root, c.drawn, proof)
			return err
		})
	}
	return nil
}

// addGPU: one entry of a product of the order of a public network, as fraud, and its row.
func (b *bench) addGPU() error {
	terms, _ := por.DefaultParams().Class(por.CLASS_GPU)
	n := int(terms.Gpu.Order)
	c := gemm.Challenge{Beacon: seedOf(9), Node: operator, N: n}
	s, err := gemm.NewStreams(c)
	if err != nil {
		return err
	}
	// A chain of two steps of which there is one row: what is not shown is empty.
	rows, roots, places := make([][]byte, 3), make([]merkle.Hash, 2), make([]int, 3)
	trees := make([]*merkle.Tree, 2)
	rows[0] = make([]byte, n)
	s.Rows(rows[0], 0)
	for t := range 2 {
		key, leaves := s.Step(uint32(t)), make([]merkle.Hash, n)
		rows[t+1] = make([]byte, n)
		key.Requant(rows[t+1], s.Product(rows[t]), places[t])
		places[t+1] = key.Target(places[t], n)
		digest := gemm.RowDigest(rows[t+1])
		leaves[places[t+1]] = merkle.Leaf(uint64(places[t+1]), digest[:])
		if trees[t], err = merkle.NewTree(leaves); err != nil {
			return err
		}
		roots[t] = trees[t].Root()
	}
	top, err := merkle.NewTree([]merkle.Hash{merkle.Leaf(0, roots[0][:]), merkle.Leaf(1, roots[1][:])})
	if err != nil {
		return err
	}
	place := func(t int) (p gemm.Place) {
		p.Root = roots[t]
		p.InStep, err = trees[t].Path(uint64(places[t+1]))
		if err == nil {
			p.InChain, err = top.Path(uint64(t))
		}
		return p
	}
	made := gemm.Commitment{Steps: 2, Root: top.Root()}
	shown := gemm.Transition{Sample: gemm.Sample{Step: 1, Row: uint32(places[1])}, Row: rows[1], Next: rows[2], From: place(0), To: place(1)}
	if err != nil {
		return err
	}
	size := len(shown.Encode())
	b.check(fmt.Sprintf("GPU: one entry of order %d, as fraud", n), size, 1_000, func() error {
		right, err := shown.Entry(c, made, n-1)
		if err == nil && !right {
			err = errNo
		}
		return err
	})
	b.check(fmt.Sprintf("GPU: a whole row of order %d, off the chain", n), size, 0, func() error {
		column, err := shown.Whole(c, made)
		if err == nil && column >= 0 {
			err = errNo
		}
		return err
	})
	return nil
}
