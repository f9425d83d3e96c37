# Everything that can be done with this repository. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# One set of build flags for programs, tests and linters, so that they share
# one build cache: static programs, and no paths of this machine in them.
export CGO_ENABLED := 0
export GOFLAGS := $(strip -trimpath -buildvcs=false $(filter-out -trimpath -buildvcs=%,$(GOFLAGS)))
GO ?= go

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null | sed 's/^v//' | grep . || echo dev)
COMMIT ?= $(shell git rev-parse --verify -q HEAD 2>/dev/null || echo unknown)
sdk := github.com/cosmos/cosmos-sdk/version
ldflags = -s -w -X $(sdk).Name=openmesh -X $(sdk).AppName=$(1) -X $(sdk).Version=$(VERSION) -X $(sdk).Commit=$(COMMIT)

# Tests that run whole networks go one package at a time, after all others.
unit = $(shell $(GO) list ./... | grep -v '/e2e')
e2e = $(shell $(GO) list ./... | grep '/e2e')

# The sandbox's small binary, which xworker carries inside it: built before it,
# for the same target. Go knows when it is up to date.
child := worker/platform/sandbox/embedded/bin/child

LINT_VERSION := v2.12.2
lint := .bin/golangci-lint-$(LINT_VERSION)
# The linter's cache holds file names. With -trimpath two checkouts have the
# same keys, so each keeps its own cache, or one is told of the other's files.
export GOLANGCI_LINT_CACHE := $(CURDIR)/.bin/lint-cache
# name=package of the generators; built from the tool module's own go.mod.
generators := \
	buf=github.com/bufbuild/buf/cmd/buf \
	protoc-gen-gocosmos=github.com/cosmos/gogoproto/protoc-gen-gocosmos \
	protoc-gen-grpc-gateway-v1=github.com/grpc-ecosystem/grpc-gateway/protoc-gen-grpc-gateway \
	protoc-gen-go=google.golang.org/protobuf/cmd/protoc-gen-go \
	protoc-gen-go-grpc=google.golang.org/grpc/cmd/protoc-gen-go-grpc \
	protoc-gen-grpc-gateway=github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway \
	protoc-gen-openapiv2=github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2

##@ Use

.PHONY: build install demo localnet localnet-down
build: $(child) ## Build bin/opend and bin/xworker
	@mkdir -p bin
	$(GO) build -ldflags '$(call ldflags,opend)' -o bin/opend ./cmd/opend
	$(GO) build -tags sandbox_embed -ldflags '$(call ldflags,xworker)' -o bin/xworker ./cmd/xworker

.PHONY: gpu
gpu: ## Build bin/xworker-gpu, the program that proves with NVIDIA devices (bound to glibc), and bin/gpu.test, its test for a machine that has one
	@mkdir -p bin
	$(GO) build -ldflags '-s -w' -o bin/xworker-gpu ./worker/platform/proving/gpu/cmd/xworker-gpu
	$(GO) test -c -o bin/gpu.test ./worker/platform/proving/gpu/cuda

install: $(child) ## Install opend and xworker where Go installs programs
	$(GO) install -ldflags '$(call ldflags,opend)' ./cmd/opend
	$(GO) install -tags sandbox_embed -ldflags '$(call ldflags,xworker)' ./cmd/xworker

demo: build ## Run one verified task end to end on a local network; INPUT=FILE to count the words of your own file
	INPUT='$(INPUT)' scripts/demo.sh

localnet: build ## Start a local network and leave it up
	bin/opend localnet up --detach

localnet-down: ## Stop the local network
	bin/opend localnet down

.PHONY: examples
examples: ## Build the example programs into bin/examples/*.wasm (the one in C where there is clang)
	@mkdir -p bin/examples
	for name in wordcount jsonquery imageresize csvaggregate; do \
		GOOS=wasip1 GOARCH=wasm $(GO) build -ldflags '-s -w' -o bin/examples/$$name.wasm ./examples/$$name; done
	examples/csum/build.sh bin/examples/csum.wasm || test $$? = 77 # it has said what is missing

##@ Check

.PHONY: test test-race bench lint proto-check
test: ## Run every test, those with whole networks last
	$(GO) test -timeout 20m $(unit)
	$(if $(e2e),$(GO) test -p 1 -timeout 25m $(e2e))

test-race: ## Run the worker's tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -timeout 20m ./worker/...

bench: build ## Measure tasks against bank sends, latency, draws, state, the sandbox and proofs; BENCH_QUICK=1 in three minutes, OUTPUT=json
	$(GO) build -o bin/bench ./testutil/bench
	bin/bench --output $(or $(OUTPUT),text)

lint: $(lint) ## Run the linters
	$(lint) run ./...

proto-check: .bin/generators ## Check that generated code is up to date with proto/
	.bin/buf lint
	scripts/proto-check.sh

.PHONY: fuzz wasmtime-check
fuzz: ## Compare engines on generated programs for FUZZTIME (30m); FUZZ=FuzzEdited for edited modules
	$(GO) test ./worker/platform/sandbox/difftest -run '^$$' -fuzz '^$(or $(FUZZ),FuzzDifferential)$$' -fuzztime $(or $(FUZZTIME),30m) -fuzzminimizetime 10x -timeout 0

wasmtime-check: ## Compare with wasmtime, too, over SEEDS (5000) programs and the examples (needs a C compiler)
	@command -v $${CC:-cc} > /dev/null || { echo 'wasmtime-check needs a C compiler: none is here' >&2; exit 1; }
	CGO_ENABLED=1 $(GO) -C testutil/wasmtime run . -seeds $(or $(SEEDS),5000)

##@ Change

.PHONY: fmt proto-gen tools clean $(child)
fmt: $(lint) ## Format Go files and imports
	$(lint) fmt ./...

proto-gen: .bin/generators ## Generate Go code from proto/
	scripts/proto-gen.sh

$(child):
	$(GO) build -ldflags '-s -w' -o $@ ./worker/platform/sandbox/cmd/child

tools: $(lint) .bin/generators ## Build the tools into .bin/

$(lint):
	@mkdir -p .bin/install
	GOBIN=$(CURDIR)/.bin/install $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv .bin/install/golangci-lint $@ && rmdir .bin/install

.bin/generators: scripts/tools/go.mod scripts/tools/go.sum
	@mkdir -p .bin
	for tool in $(generators); do $(GO) -C scripts/tools build -o $(CURDIR)/.bin/$${tool%%=*} $${tool#*=}; done
	@touch $@

clean: ## Remove what was built (not Go's caches)
	rm -rf bin .bin $(dir $(child))

.PHONY: help
help: ## List what can be done
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
