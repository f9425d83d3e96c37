// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import "slices"

// A Row says what the packages of one place may import from this module.
// A package always may import what lies below its own place (a row for
// `worker/bus/...` allows worker/bus/bustest to import worker/bus); all else
// has to be named. The first row that fits a package is its row, so narrower
// places stand before wider ones.
type Row struct {
	Place string   // pattern of package folders
	May   []string // patterns of package folders that code there may import
	Tests []string // what tests there may import besides
	Why   string   // the reason, printed with every breach
}

// Table holds every arrow between packages of this module. Tests (*_test.go)
// follow the same rows; they may import testutil/... and what Tests names besides.
var Table = slices.Concat(
	// The proofs of x/por that are built on others of them.
	[]Row{
		{
			Place: "x/por/cellpost/...",
			May:   []string{"x/por/sampling"},
			Why:   "a proof is a pure function that the chain and the worker share: it knows other pure packages and no noun",
		},
		{
			Place: "x/por/possession/...",
			May:   []string{"x/por/merkle", "x/por/sampling"},
			Why:   "a proof is a pure function that the chain and the worker share: it knows other pure packages and no noun",
		},
		{
			Place: "x/por/internal/opening",
			May:   []string{"x/por/merkle"},
			Why:   "a proof is a pure function that the chain and the worker share: it knows other pure packages and no noun",
		},
		{
			Place: "x/por/corechain/...",
			May:   []string{"x/por/merkle", "x/por/kernels", "x/por/sampling", "x/por/internal/opening"},
			Why:   "a proof is a pure function that the chain and the worker share: it knows other pure packages and no noun",
		},
		{
			Place: "x/por/gemm/...",
			May:   []string{"x/por/merkle", "x/por/sampling"},
			Why:   "a proof is a pure function that the chain and the worker share: it knows other pure packages and no noun",
		},
		{
			Place: "x/por/attestation/...",
			May:   []string{"x/por/merkle"},
			Why:   "what is signed is a pure text that the chain and the worker share: it knows other pure packages and no noun",
		},
		{
			Place: "x/por/ramwalk/...",
			May:   []string{"x/por/merkle", "x/por/sampling", "x/por/internal/opening"},
			Why:   "a proof is a pure function that the chain and the worker share: it knows other pure packages and no noun",
		},
	},

	// What a window asks for is said in terms of the proofs: sizes, specifications, challenges.
	[]Row{{
		Place: "x/por",
		May: []string{
			"x/staking-ext", "x/workers", "x/por/cellpost", "x/por/corechain", "x/por/ramwalk", "x/por/gemm", "x/por/merkle",
			"x/por/possession", "x/por/attestation",
		},
		Tests: []string{"x/por/..."},
		Why:   "the nouns of Proof of Resource know the pure packages that define its proofs, and the roots of lower modules, never a keeper",
	}},

	// The chain's modules, low to high. A module knows the nouns of lower ones;
	// news travels up by hooks.
	chainModule("staking-ext"),
	chainModule("workers", "staking-ext"),
	chainModule("por", "staking-ext", "workers"),
	chainModule("subscriptions", "staking-ext", "workers"),
	chainModule("slashing-tasks", "staking-ext", "workers", "por", "subscriptions"),

	[]Row{
		{
			Place: "x/internal/...",
			Why:   "what several modules do alike knows none of them",
		},
		{
			Place: "app/...",
			May:   []string{"x/..."},
			Why:   "app assembles x/* into one state machine and is the only place that sees all keepers; the chain knows nothing of the worker",
		},
		{
			Place: "cmd/opend/...",
			May:   []string{"app/...", "x/*", "x/por/beacon"},
			Why:   "opend is a command line around app",
		},
		{
			Place: "cmd/xworker/measure",
			May:   []string{"worker/config", "worker/platform/proving/...", "x/por/cellpost", "x/por/corechain", "x/por/gemm", "x/por/ramwalk"},
			Why:   "what is measured before a claim are the proofs' own functions, so it knows them and no chain",
		},
		{
			Place: "cmd/xworker/doctor",
			May:   []string{"worker", "worker/...", "cmd/xworker/measure"},
			Why:   "a diagnosis asks the daemon's own parts, the chain through worker/modules/chain, and changes nothing",
		},
		{
			Place: "cmd/xworker/...",
			May:   []string{"worker/...", "x/*"},
			Why:   "xworker is a command line around worker; it builds messages for the chain (nouns), and never runs the chain's code (keepers, app)",
		},

		// The worker.
		{
			Place: "worker/bus/...",
			Why:   "the bus carries messages whose meaning it does not know",
		},
		{
			Place: "worker/message/...",
			Why:   "the vocabulary is plain values (B6), so everybody can import it and it imports nobody",
		},
		{
			Place: "worker/config/...",
			May:   []string{"worker/modules/*", "worker/platform/*"},
			Why:   "the configuration is the sum of the modules' own configurations",
		},
		{
			Place: "worker/platform/keys/...",
			Why:   "the platform is passive: opened once, lent out, knows no module",
		},
		{
			Place: "worker/platform/host/...",
			May:   []string{"worker/platform/keys"},
			Why:   "the host speaks with the signer's key; a platform knows no module",
		},
		{
			Place: "worker/platform/sandbox/detwasm/...",
			Why:   "the instrumenter is a pure function of bytes that could stand alone: any worker, wallet or auditor can use it without the rest",
		},
		{
			Place: "worker/platform/sandbox/wasip1/...",
			May:   []string{"worker/platform/sandbox/detwasm"},
			Why:   "what a guest sees of the world is protocol: it knows the profile's types and no engine",
		},
		{
			Place: "worker/platform/sandbox/jail/...",
			Why:   "the jail holds whatever runs in it, and knows nothing of that",
		},
		{
			Place: "worker/platform/sandbox/wasmgen/...",
			Why:   "the generator writes modules from the specification alone, so that it can prove the instrumenter wrong",
		},
		{
			Place: "worker/platform/proving/...",
			May:   []string{"x/por/cellpost", "x/por/possession", "x/por/merkle", "x/por/corechain", "x/por/kernels", "x/por/ramwalk", "x/por/gemm", "worker/platform/sandbox/..."},
			Why:   "prover and verifier share one definition of each proof, in the pure packages under x/por; proving kernels run in the sandbox",
		},
		{
			Place: "worker/platform/*/...",
			Why:   "the platform is passive: opened once, lent out, knows no module and no other part of the platform",
		},
		{
			Place: "worker/modules/chain/...",
			May:   []string{"worker/bus", "worker/bus/*", "worker/message", "worker/platform/...", "x/*"},
			Why:   "the chain module is the worker's only speaker of x/*; it knows nouns and messages, never keepers",
		},
		{
			Place: "worker/modules/proofs/...",
			May:   []string{"worker/bus", "worker/message", "worker/platform/...", "x/por/cellpost", "x/por/corechain"},
			Tests: []string{"worker/bus/bustest"},
			Why:   "what is proven is what the chain verifies: both use the same primitives, which know neither; of x/por itself only worker/modules/chain knows",
		},
		{
			Place: "worker/modules/attest/...",
			May: []string{
				"worker/bus", "worker/bus/*", "worker/message", "worker/platform/...",
				"x/por/attestation", "x/por/ramwalk", "x/por/merkle",
			},
			Why: "verifier and subject share with the chain what is signed and how a walk is checked, in the pure packages under x/por",
		},
		{
			Place: "worker/modules/*/...",
			May:   []string{"worker/bus", "worker/bus/*", "worker/message", "worker/platform/..."},
			Why:   "modules know nothing of each other: they share the bus, its vocabulary and the platform, and only worker/modules/chain knows x/*",
		},
		{
			Place: "worker",
			May:   []string{"worker/..."},
			Why:   "worker.go opens the platform, builds the modules and seals the bus; the chain is behind worker/modules/chain",
		},

		{
			Place: "examples/...",
			Tests: []string{"worker/platform/sandbox"},
			Why:   "an example is what a user of the network would write: it has nothing of ours to import; its test runs it in the sandbox",
		},
		{
			Place: "testutil/e2e/...",
			May:   []string{"..."},
			Why:   "whole networks are told about from outside; nobody imports their stories",
		},
		{
			Place: "scripts/...",
			May:   []string{"..."},
			Why:   "scripts may look at everything, and nobody looks at them",
		},
		{
			Place: "testutil/archtest",
			Why:   "this package reads source text and must pass when nothing else compiles",
		},
		{
			Place: "testutil/...",
			May:   []string{"..."},
			Why:   "test scaffolding may build on everything, and no product code builds on it",
		},
	},
)

// chainModule gives the rows of the module in x/<name>; lower are the names of
// the modules below it, whose nouns (root packages) it may use.
func chainModule(name string, lower ...string) []Row {
	home := "x/" + name
	nouns := make([]string, len(lower))
	for i, l := range lower {
		nouns[i] = "x/" + l
	}
	tests := []string{home + "/..."} // a module's tests see the whole of it
	within := append([]string{home + "/..."}, nouns...)
	return []Row{
		{
			Place: home,
			May:   nouns,
			Tests: tests,
			Why:   "a module's root holds nouns: it imports the roots of lower modules (" + orNone(lower) + "), never a keeper",
		},
		{
			Place: home + "/keeper/...",
			May:   append([]string{home, home + "/*", home + "/internal/...", "x/internal/..."}, nouns...),
			Tests: tests,
			Why:   "a keeper never imports another keeper: it asks through expected_keepers.go of its own module (pull) or hears by hooks (push)",
		},
		{
			Place: home + "/module/...",
			May:   within,
			Tests: tests,
			Why:   "module/ binds the root, the keeper and the simulation of one module together",
		},
		{
			Place: home + "/simulation/...",
			May:   within,
			Tests: tests,
			Why:   "simulation/ draws messages of its own module",
		},
		{
			Place: home + "/*/...",
			May:   append([]string{home}, nouns...),
			Tests: tests,
			Why:   "a helper of a module is pure: it knows nouns, never a keeper",
		},
	}
}

// A Fence keeps a third-party package to the places that were built around it,
// so that it can be replaced there. Tests and testutil are outside of fences.
type Fence struct {
	Import string   // pattern of import paths
	Only   []string // pattern of package folders that may import it
	Why    string
}

// Fences holds the heavy dependencies and who may touch them.
var Fences = []Fence{
	{
		Import: "github.com/libp2p/go-libp2p/...",
		Only: []string{
			"worker/platform/host/...", "worker/platform/keys/...", "worker/modules/discovery/...",
			"worker/modules/membership/...", "worker/modules/mesh/...", "worker/modules/blobs/...", "worker/modules/feeds/...",
			"worker/modules/attest/...",
		},
		Why: "libp2p lives in the host, in the keys (one key is account and peer) and in the modules that speak a wire protocol",
	},
	{
		Import: "github.com/libp2p/go-libp2p-kad-dht/...",
		Only:   []string{"worker/platform/host/...", "worker/modules/discovery/..."},
		Why:    "the DHT is a hint that discovery gives",
	},
	{
		Import: "github.com/hashicorp/memberlist/...",
		Only:   []string{"worker/modules/membership/..."},
		Why:    "memberlist is membership's",
	},
	{
		Import: "github.com/dgraph-io/badger/v4/...",
		Only:   []string{"worker/platform/store/..."},
		Why:    "badger has one owner, who decides what a sync is; others get buckets and blocks",
	},
	{
		Import: "github.com/apache/cassandra-gocql-driver/v2/...",
		Only:   []string{"worker/platform/store/..."},
		Why:    "databases are opened by the store",
	},
	{
		Import: "github.com/ebitengine/purego/...",
		Only:   []string{"worker/platform/proving/gpu/cuda/..."},
		Why:    "a program that loads libraries at run time is bound to the machine's C library: opend and xworker are static",
	},
	{
		Import: "github.com/tetratelabs/wazero/...",
		Only:   []string{"worker/platform/sandbox/..."},
		Why:    "foreign code runs in the sandbox's child process and nowhere else",
	},
	{
		Import: "github.com/ipfs/boxo/...",
		Only:   []string{"worker/platform/store/...", "worker/modules/blobs/..."},
		Why:    "how a file becomes blocks is known to the store (dag) and to blobs",
	},
	{
		Import: "github.com/cosmos/cosmos-sdk/x/*/keeper",
		Only:   []string{"app/..."},
		Why:    "keepers are handed out by app; a module declares what it needs in expected_keepers.go",
	},
	{
		Import: "github.com/cosmos/cosmos-sdk/...",
		Only:   []string{"app/...", "x/...", "cmd/...", "worker/modules/chain/...", "worker/platform/keys/..."},
		Why:    "in the worker only the chain module knows the chain's SDK (and keys its addresses); B6: no SDK types on the bus",
	},
	{
		Import: "github.com/cometbft/cometbft/...",
		Only:   []string{"app/...", "x/...", "cmd/opend/..."},
		Why:    "the worker talks to a node by gRPC; the consensus engine belongs to opend",
	},
	{
		Import: "github.com/oasisprotocol/curve25519-voi/...",
		Only:   []string{"x/por/..."},
		Why:    "the beacon's VRF is x/por's",
	},
	{
		Import: "cosmossdk.io/depinject/...",
		Why:    "wiring is manual (ADR 001): constructors called in app, in order, no container",
	},
	{
		Import: "go.uber.org/fx/...",
		Why:    "wiring is manual (ADR 001): constructors called in worker.go, in order, no container",
	},
	{
		Import: "github.com/stretchr/testify/...",
		Why:    "an assertion library in product code means that test helpers leaked into it",
	},
	{
		Import: "testing/...",
		Only:   []string{"worker/bus/bustest", "x/*/simulation/..."},
		Why:    "product code that takes a *testing.T belongs into testutil or a _test.go file",
	},
}
