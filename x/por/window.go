// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"encoding/binary"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// stretch is how many times as long as its blocks should take a window may take before it
// counts as stretched by a halt.
const stretch = 2

// NewWindow opens window number of a class at the end of the block of height, whose time is in
// milliseconds and whose seed is the beacon's.
func NewWindow(terms ClassParams, number uint64, height, millis int64, seed []byte, surprise bool) Window {
	return Window{
		Class: terms.Class, Number: number, Phase: PHASE_ANSWERING, Surprise: surprise,
		OpenedHeight: height, OpenedTime: millis, Seed: seed,
		Deadline: height + terms.AnswerBlocks, Terms: terms,
	}
}

// Running says whether the window is not closed yet.
func (w Window) Running() bool { return w.Phase != PHASE_CLOSED }

// Answers says whether an answer in the block of height is taken.
func (w Window) Answers(height int64) bool {
	return w.Phase == PHASE_ANSWERING && height <= w.Deadline
}

// Reveals says whether a reveal in the block of height is taken.
func (w Window) Reveals(height int64) bool {
	return w.Phase == PHASE_REVEALING && height <= w.RevealDeadline
}

// Lock ends the answers at the end of the block of height, whose time is in milliseconds.
func (w *Window) Lock(height, millis int64) {
	w.Phase, w.LockHeight = PHASE_DRAWING, height
	w.ElapsedMillis = max(millis-w.OpenedTime, 1)
}

// Draw takes the seed that draws from the answers, at the end of the block of height.
func (w *Window) Draw(seed []byte, height int64) {
	w.DrawSeed, w.DrawnHeight, w.Phase = seed, height, PHASE_CONCLUDING
	if w.Terms.RevealBlocks > 0 {
		w.Phase, w.RevealDeadline = PHASE_REVEALING, height+w.Terms.RevealBlocks
	}
}

// Close ends the window in the block of height. It is kept for the given number of blocks.
func (w *Window) Close(height, keep int64) {
	w.Phase, w.ClosedHeight, w.ExpiresHeight, w.Cursor = PHASE_CLOSED, height, height+keep, nil
}

// Challenge is what an operator has to answer in the window: SHA-256 over chain id, class,
// number, seed and operator.
func (w Window) Challenge(chainID string, operator sdk.AccAddress) []byte {
	return hash(domainChallenge, []byte(chainID), []byte{byte(w.Class)}, number(w.Number), w.Seed, operator)
}

// SampleSeed draws what is checked of one operator's answer: SHA-256 over the draw's seed,
// class, number, operator and the hash of the answer.
func (w Window) SampleSeed(operator sdk.AccAddress, proofHash []byte) []byte {
	return hash(domainSample, w.DrawSeed, []byte{byte(w.Class)}, number(w.Number), operator, proofHash)
}

// Surprised says whether the seed of a block opens a window by surprise, which it does once in
// interval blocks on average; never if that is 0.
func Surprised(class Class, seed []byte, interval int64) bool {
	if interval <= 0 {
		return false
	}
	roll := hash(domainSurprise, seed, []byte{byte(class)})
	return binary.BigEndian.Uint64(roll)%uint64(interval) == 0
}

// Stretched says whether the blocks of the answers took more than twice the time that they
// should, because the chain stood still: then nobody knows how long an Xnode worked.
func (w Window) Stretched(blockMillis uint64) bool {
	return uint64(w.ElapsedMillis) > stretch*uint64(w.Terms.AnswerBlocks)*blockMillis
}

// Function is the step function of a CPU window: functions take turns.
func (w Window) Function() (CpuFunction, bool) {
	if w.Terms.Cpu == nil || len(w.Terms.Cpu.Functions) == 0 {
		return CpuFunction{}, false
	}
	return w.Terms.Cpu.Functions[w.Number%uint64(len(w.Terms.Cpu.Functions))], true
}

// Subject names what an operator did in a window, for x/staking-ext and x/workers.
func Subject(class Class, window uint64) string {
	return fmt.Sprintf("por/%s/%d", class.Name(), window)
}

// EvidenceID names the evidence of a window to other modules.
func EvidenceID(class Class, window uint64, evidence []byte) string {
	return fmt.Sprintf("%s/%x", Subject(class, window), evidence)
}

// Add counts a verdict.
func (t *Tally) Add(v Verdict) {
	switch v {
	case VERDICT_OK:
		t.Ok++
	case VERDICT_MISMATCH:
		t.Mismatch++
	case VERDICT_UNKNOWN:
		t.Unknown++
	case VERDICT_MISSED:
		t.Missed++
	case VERDICT_WITHHELD:
		t.Withheld++
	case VERDICT_ABSENT:
		t.Absent++
	}
}

// OnlineAt says whether the Xnode was online at the end of the block of height, as far as is
// known: only the newest of its comings and goings is.
func (p Presence) OnlineAt(height int64) bool {
	return p.OnlineHeight <= height && (p.OfflineHeight == 0 || p.OfflineHeight > height)
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// Evidence is the id of what a verdict rests on: SHA-256 over class, window, operator and the
// parts that show it.
func Evidence(class Class, window uint64, operator sdk.AccAddress, parts ...[]byte) []byte {
	return hash(domainEvidence, append([][]byte{{byte(class)}, number(window), operator}, parts...)...)
}
