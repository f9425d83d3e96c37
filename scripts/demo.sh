#!/usr/bin/env bash
# Runs the demo with the programs in bin/. Usage: [INPUT=FILE] [KEEP=1] scripts/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
go build -o bin/demo ./scripts/demo
# exec: the signal of a Ctrl-C goes to the demo, which cleans up.
exec bin/demo ${INPUT:+-input "$INPUT"} ${KEEP:+-keep}
