// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"crypto/sha256"
	"encoding/binary"
	stderrors "errors"

	"cosmossdk.io/errors"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// Gas of judging, about 11 a microsecond, as for signatures.
const (
	judgeGas      = 5_000 // paths, decoding
	judgeCellGas  = 40    // for each N of a cell's scrypt
	judgeStepsGas = 7_000 // for the steps that a core chain's function takes in 0.6 ms
	judgeRoundGas = 125   // for each round of a memory cell (11 us)
	judgeEntryGas = 1     // for each multiplication of an entry, and the byte of a column
)

// ProofJudges are those of the proofs that there are.
func ProofJudges() Judges {
	return Judges{Storage: storageJudge{}, CPU: coreJudge{}, Memory: memoryJudge{}, GPU: gpuJudge{}}
}

func malformed(err error) error { return errors.Wrap(ErrInvalidEvidence, err.Error()) }

// storageJudge recomputes the cell of one label of a proof.
type storageJudge struct{}

func (storageJudge) Gas(c Case, _ FraudEvidence) (uint64, error) {
	if c.Window.Terms.Storage == nil {
		return 0, errors.Wrap(ErrInvalidEvidence, "not a storage window")
	}
	return judgeGas + judgeCellGas*uint64(c.Window.Terms.Storage.CostN), nil
}

func (storageJudge) Judge(c Case, e FraudEvidence) (bool, error) {
	sum := sha256.Sum256(e.Proof)
	if string(sum[:]) != string(c.Measurement.ProofHash) {
		return false, errors.Wrap(ErrInvalidEvidence, "not the proof that was taken")
	}
	plot, err := c.Window.Terms.Storage.Plot(c.Place.ChainID, c.Place.Subject, c.Measurement.Units)
	if err != nil {
		return false, malformed(err)
	}
	proof, err := plot.Decode(e.Proof)
	if err != nil {
		return false, malformed(err)
	}
	if e.Position >= uint64(len(proof.Indices)) {
		return false, errors.Wrapf(ErrInvalidEvidence, "position %d of %d", e.Position, len(proof.Indices))
	}
	challenge := cellpost.Challenge(c.Window.Challenge(c.Place.ChainID, c.Place.Subject))
	err = plot.VerifyOne(challenge, proof, int(e.Position))
	if stderrors.Is(err, cellpost.ErrLabel) {
		return true, nil
	}
	if err != nil {
		return false, malformed(err)
	}
	return false, nil
}

// coreJudge takes the steps of one segment of a commitment again.
type coreJudge struct{}

func (coreJudge) Gas(c Case, _ FraudEvidence) (uint64, error) {
	function, ok := c.Window.Function()
	if !ok {
		return 0, errors.Wrap(ErrInvalidEvidence, "not a CPU window")
	}
	spec := function.Spec()
	return judgeGas + (spec.Interval*judgeStepsGas+spec.Function.Interval()-1)/spec.Function.Interval(), nil
}

func (coreJudge) Judge(c Case, e FraudEvidence) (bool, error) {
	commitment, shown, err := decodeCommitment(e.Proof)
	if err != nil {
		return false, err
	}
	if string(CommitmentHash(commitment.Segments, commitment.Root[:])) != string(c.Measurement.ProofHash) {
		return false, errors.Wrap(ErrInvalidEvidence, "not the commitment that was taken")
	}
	function, _ := c.Window.Function()
	challenge := c.Window.CoreChallenge(c.Place.ChainID, c.Place.Subject)
	_, err = corechain.Verify(function.Spec(), challenge, commitment, []uint64{e.Position}, shown)
	return wrong(err, corechain.ErrMismatch)
}

// decodeCommitment reads the commitment before a revealed segment. What is read is compared with the
// hash that the chain has, so only lengths matter.
func decodeCommitment(proof []byte) (corechain.Commitment, []byte, error) {
	var c corechain.Commitment
	if len(proof) < 2 {
		return c, nil, errors.Wrap(ErrInvalidEvidence, "truncated")
	}
	lanes := int(binary.BigEndian.Uint16(proof))
	proof = proof[2:]
	if lanes == 0 || lanes > corechain.MaxLanes || len(proof) < 8*lanes+len(c.Root) {
		return c, nil, errors.Wrap(ErrInvalidEvidence, "truncated")
	}
	for range lanes {
		c.Segments = append(c.Segments, binary.BigEndian.Uint64(proof))
		proof = proof[8:]
	}
	return c, proof[copy(c.Root[:], proof):], nil
}

// EncodeCommitment writes a commitment as evidence of fraud has it, before the revealed segment.
func EncodeCommitment(c corechain.Commitment) []byte {
	out := binary.BigEndian.AppendUint16(nil, uint16(len(c.Segments)))
	for _, n := range c.Segments {
		out = binary.BigEndian.AppendUint64(out, n)
	}
	return append(out, c.Root[:]...)
}

// CommitmentHash is the SHA-256 over the segments of each lane, 8 bytes each, big endian, and the root.
func CommitmentHash(segments []uint64, root []byte) []byte {
	var out []byte
	for _, n := range segments {
		out = binary.BigEndian.AppendUint64(out, n)
	}
	sum := sha256.Sum256(append(out, root...))
	return sum[:]
}

// memoryJudge takes the steps of one segment of a walk again.
type memoryJudge struct{}

func (memoryJudge) Gas(c Case, _ FraudEvidence) (uint64, error) {
	terms := c.Window.Terms.Memory
	if terms == nil {
		return 0, errors.Wrap(ErrInvalidEvidence, "not a memory window")
	}
	return judgeGas + judgeRoundGas*terms.Interval*uint64(terms.Rounds), nil
}

func (memoryJudge) Judge(c Case, e FraudEvidence) (bool, error) {
	cells, root, err := ParseMemoryAnswer(e.Statement.Body)
	if err != nil {
		return false, err
	}
	fill := c.Window.MemoryFill(c.Place.ChainID, c.Place.Subject, cells)
	_, err = ramwalk.Verify(c.Window.Terms.Memory.Spec(), fill, [32]byte(c.Question), root, []uint64{e.Position}, e.Proof)
	return wrong(err, ramwalk.ErrMismatch)
}

// MemoryFill is what an operator's memory is filled with in the window.
func (w Window) MemoryFill(chainID string, operator []byte, cells uint64) ramwalk.Fill {
	return ramwalk.Fill{Seed: [32]byte(w.Challenge(chainID, operator)), Operator: operator, Window: w.Number, Cells: cells}
}

// MemoryAnswer is the body of the statement that answers a walk.
func MemoryAnswer(cells uint64, root merkle.Hash) []byte {
	return append(binary.BigEndian.AppendUint64(nil, cells), root[:]...)
}

// ParseMemoryAnswer reads what MemoryAnswer wrote (ErrInvalidEvidence).
func ParseMemoryAnswer(body []byte) (cells uint64, root merkle.Hash, err error) {
	if len(body) != 8+len(root) {
		return 0, root, errors.Wrapf(ErrInvalidEvidence, "an answer of %d bytes", len(body))
	}
	copy(root[:], body[8:])
	return binary.BigEndian.Uint64(body), root, nil
}

// gpuJudge computes one entry of one product again.
type gpuJudge struct{}

func (gpuJudge) Gas(c Case, _ FraudEvidence) (uint64, error) {
	terms := c.Window.Terms.Gpu
	if terms == nil {
		return 0, errors.Wrap(ErrInvalidEvidence, "not a GPU window")
	}
	return judgeGas + judgeEntryGas*uint64(terms.Order), nil
}

func (gpuJudge) Judge(c Case, e FraudEvidence) (bool, error) {
	made, err := ParseGPUAnswer(e.Statement.Body)
	if err != nil {
		return false, err
	}
	challenge := GPUChallenge(c.Question, c.Place.Subject, c.Window.Terms.Gpu.Order)
	if err := challenge.Validate(); err != nil {
		return false, malformed(err)
	}
	if len(e.Proof) < 8 || e.Position >= uint64(challenge.N) {
		return false, errors.Wrap(ErrInvalidEvidence, "truncated, or no such column")
	}
	at := gemm.Sample{Step: binary.BigEndian.Uint32(e.Proof), Row: binary.BigEndian.Uint32(e.Proof[4:])}
	shown, err := gemm.DecodeTransition(challenge, made, at, e.Proof[8:])
	if err != nil {
		return false, malformed(err)
	}
	right, err := shown.Entry(challenge, made, int(e.Position))
	if err != nil {
		return false, malformed(err)
	}
	return !right, nil
}

// GPUChallenge is what a chain of products begins with that answers a question.
func GPUChallenge(question, operator []byte, order uint32) gemm.Challenge {
	return gemm.Challenge{Beacon: [32]byte(question), Node: operator, N: int(order)}
}

// GPUAnswer is the body of the statement that answers with a chain of products.
func GPUAnswer(made gemm.Commitment) []byte {
	return append(u32(made.Steps), made.Root[:]...)
}

// ParseGPUAnswer reads what GPUAnswer wrote (ErrInvalidEvidence).
func ParseGPUAnswer(body []byte) (made gemm.Commitment, err error) {
	if len(body) != 4+len(made.Root) {
		return made, errors.Wrapf(ErrInvalidEvidence, "an answer of %d bytes", len(body))
	}
	made.Steps = binary.BigEndian.Uint32(body)
	copy(made.Root[:], body[4:])
	return made, nil
}

// wrong turns what a verifier says of one item into a judgement.
func wrong(err, mismatch error) (bool, error) {
	if stderrors.Is(err, mismatch) {
		return true, nil
	}
	if err != nil {
		return false, malformed(err)
	}
	return false, nil
}
