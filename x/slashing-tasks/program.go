// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/openmesh-network/openmesh/x/workers"
)

// The bounds of what a message may carry. They bound the size of a task's record.
const (
	MaxCIDLength    = 128 // bytes of one CID
	MaxArgs         = 64
	MaxArgLength    = 4_096 // bytes of one argument or environment pair
	MaxArgsTotal    = 8_192 // bytes of all arguments and environment pairs
	MaxEnv          = 64
	MaxInputs       = 64
	MaxNameLength   = 128 // bytes of an input's name
	MaxSources      = 8
	MaxReasonLength = 200 // bytes of a reason for declining
)

// Validate refuses a program that exceeds the bounds above or the parameters, or
// whose CIDs are not in their one spelling (ErrInvalidProgram), and a version of
// the profile that is not accepted (ErrDetwasmVersion).
func (p Program) Validate(params Params) error {
	if err := p.check(); err != nil {
		return ErrInvalidProgram.Wrap(err.Error())
	}
	switch {
	case p.GasLimit > params.MaxGasLimit:
		return ErrInvalidProgram.Wrapf("gas_limit %d, at most %d", p.GasLimit, params.MaxGasLimit)
	case p.MemoryLimit > params.MaxMemoryLimit:
		return ErrInvalidProgram.Wrapf("memory_limit %d, at most %d bytes", p.MemoryLimit, params.MaxMemoryLimit)
	case p.OutputLimit > params.MaxOutputLimit:
		return ErrInvalidProgram.Wrapf("output_limit %d, at most %d bytes", p.OutputLimit, params.MaxOutputLimit)
	case p.DetwasmVersion != 0 && (p.DetwasmVersion < params.MinDetwasmVersion || p.DetwasmVersion > params.MaxDetwasmVersion):
		return ErrDetwasmVersion.Wrapf("detwasm_version %d; %d to %d are accepted", p.DetwasmVersion, params.MinDetwasmVersion, params.MaxDetwasmVersion)
	}
	return nil
}

// Resolved is the program as a task pins it: one that names no version of the
// profile gets the newest that is accepted.
func (p Program) Resolved(params Params) Program {
	if p.DetwasmVersion == 0 {
		p.DetwasmVersion = params.MaxDetwasmVersion
	}
	return p
}

// check does the part of Validate that needs no parameters.
func (p Program) check() error {
	if err := ValidateCID(p.ModuleCid); err != nil {
		return fmt.Errorf("module_cid: %w", err)
	}
	if p.StdinCid != "" {
		if err := ValidateCID(p.StdinCid); err != nil {
			return fmt.Errorf("stdin_cid: %w", err)
		}
	}
	switch {
	case p.GasLimit == 0 || p.GasLimit > maxGas:
		return fmt.Errorf("gas_limit must be within 1 and %d", uint64(maxGas))
	case p.MemoryLimit < minMemory || p.MemoryLimit > maxMemory:
		return fmt.Errorf("memory_limit must be within %d and %d bytes", minMemory, maxMemory)
	case p.OutputLimit == 0 || p.OutputLimit > maxOutput:
		return fmt.Errorf("output_limit must be within 1 and %d bytes", maxOutput)
	}
	if err := p.checkArgs(); err != nil {
		return err
	}
	return p.checkInputs()
}

func (p Program) checkArgs() error {
	if len(p.Args) > MaxArgs || len(p.Env) > MaxEnv {
		return fmt.Errorf("%d args and %d env, at most %d and %d", len(p.Args), len(p.Env), MaxArgs, MaxEnv)
	}
	total := 0
	for i, arg := range p.Args {
		if err := checkText(arg); err != nil {
			return fmt.Errorf("args[%d]: %w", i, err)
		}
		total += len(arg)
	}
	seen := make(map[string]bool, len(p.Env))
	for i, pair := range p.Env {
		if err := checkText(pair); err != nil {
			return fmt.Errorf("env[%d]: %w", i, err)
		}
		key, _, ok := strings.Cut(pair, "=")
		if !ok || !isEnvKey(key) {
			return fmt.Errorf("env[%d]: must be KEY=VALUE with a KEY of letters, digits and _", i)
		}
		if seen[key] {
			return fmt.Errorf("env[%d]: %s comes twice", i, key)
		}
		seen[key] = true
		total += len(pair)
	}
	if total > MaxArgsTotal {
		return fmt.Errorf("args and env have %d bytes, at most %d", total, MaxArgsTotal)
	}
	return nil
}

func (p Program) checkInputs() error {
	if len(p.Inputs) > MaxInputs {
		return fmt.Errorf("%d inputs, at most %d", len(p.Inputs), MaxInputs)
	}
	for i, input := range p.Inputs {
		if !isFileName(input.Name) {
			return fmt.Errorf("inputs[%d]: a name is 1 to %d of letters, digits, '.', '_' and '-', and begins with none of '.' and '-'", i, MaxNameLength)
		}
		if i > 0 && input.Name <= p.Inputs[i-1].Name {
			return fmt.Errorf("inputs[%d]: names must be distinct and ascend", i)
		}
		if err := ValidateCID(input.Cid); err != nil {
			return fmt.Errorf("inputs[%d]: %w", i, err)
		}
	}
	return nil
}

// ValidateCID takes CIDs of UnixFS roots as IPFS makes them, dag-pb or raw with
// 32 bytes of SHA-256, and only in their usual spelling: two spellings of one
// result would be two results.
func ValidateCID(text string) error {
	if text == "" || len(text) > MaxCIDLength {
		return fmt.Errorf("a CID has 1 to %d characters, got %d", MaxCIDLength, len(text))
	}
	c, err := cid.Decode(text)
	if err != nil {
		return fmt.Errorf("%q is not a CID: %w", text, err)
	}
	prefix := c.Prefix()
	switch {
	case c.String() != text:
		return fmt.Errorf("%q must be spelled %s", text, c)
	case prefix.Codec != cid.DagProtobuf && prefix.Codec != cid.Raw:
		return fmt.Errorf("%s is neither dag-pb nor raw", text)
	case prefix.MhType != multihash.SHA2_256 || prefix.MhLength != 32:
		return fmt.Errorf("%s is not a SHA-256 of 32 bytes", text)
	}
	return nil
}

// ValidateSources refuses more than MaxSources sources, one that comes twice, and
// any that is not a multiaddr as x/workers takes them (ErrInvalidSource).
func ValidateSources(sources []Source) error {
	if len(sources) > MaxSources {
		return ErrInvalidSource.Wrapf("%d sources, at most %d", len(sources), MaxSources)
	}
	for i, s := range sources {
		at := strings.LastIndex(s.Address, "/p2p/")
		if at < 0 || !isPeerID(s.Address[at+len("/p2p/"):]) {
			return ErrInvalidSource.Wrapf("sources[%d]: must end in /p2p/<peer id>", i)
		}
		if err := workers.ValidateEndpoint(s.Address, s.Address[at+len("/p2p/"):]); err != nil {
			return ErrInvalidSource.Wrapf("sources[%d]: %s", i, err)
		}
		for _, earlier := range sources[:i] {
			if earlier.Address == s.Address {
				return ErrInvalidSource.Wrapf("sources[%d]: comes twice", i)
			}
		}
	}
	return nil
}

// ValidateReason holds a reason for people to MaxReasonLength bytes without
// control characters (ErrInvalidReason).
func ValidateReason(reason string) error {
	if len(reason) > MaxReasonLength || !utf8.ValidString(reason) {
		return ErrInvalidReason.Wrapf("at most %d bytes of UTF-8", MaxReasonLength)
	}
	for _, r := range reason {
		if r < ' ' || (r >= 0x7f && r < 0xa0) {
			return ErrInvalidReason.Wrap("it has control characters")
		}
	}
	return nil
}

// checkText takes what can be a C string: any UTF-8 without NUL.
func checkText(s string) error {
	switch {
	case len(s) > MaxArgLength:
		return fmt.Errorf("%d bytes, at most %d", len(s), MaxArgLength)
	case !utf8.ValidString(s):
		return fmt.Errorf("is not UTF-8")
	case strings.IndexByte(s, 0) >= 0:
		return fmt.Errorf("has a NUL byte")
	}
	return nil
}

func isEnvKey(s string) bool {
	for i, c := range []byte(s) {
		if !isLetter(c) && c != '_' && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func isFileName(s string) bool {
	for i, c := range []byte(s) {
		if !isLetter(c) && !isDigit(c) && c != '_' && (i == 0 || (c != '.' && c != '-')) {
			return false
		}
	}
	return s != "" && len(s) <= MaxNameLength
}

// isPeerID says whether s has the looks of a peer id: base58 of a key or its hash.
func isPeerID(s string) bool {
	for _, c := range []byte(s) {
		if !isLetter(c) && !isDigit(c) || c == '0' || c == 'O' || c == 'I' || c == 'l' {
			return false
		}
	}
	return len(s) >= 32 && len(s) <= 64
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
