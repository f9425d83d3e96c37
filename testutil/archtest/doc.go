// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package archtest holds the rules of this repository that a compiler cannot:
// which package may import which, and what every package owes its reader.
//
// Responsible for: the import table (table.go), which is the only place where
// an arrow between two packages is allowed, and the house rules (headers, doc
// comments, error codes, messages, determinism of the state machine).
//
// Not responsible for: anything that a linter finds by itself (see
// .golangci.yml), and behaviour. It reads source text only: it type-checks
// nothing and runs in about a second, and it reads files of every build tag.
//
// A check takes a Tree and returns Problems; each names the place, what is
// wrong and the rule that it breaks, so that whoever reads a failing test
// knows what to do without reading this package.
package archtest
