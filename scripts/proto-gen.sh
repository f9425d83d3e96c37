#!/usr/bin/env bash
# Regenerates every *.pb.go and *.pb.gw.go from proto/, offline.
# Usage: scripts/proto-gen.sh   (`make proto-gen` builds the tools it needs first)
set -euo pipefail
cd "$(dirname "$0")/.."

module=$(go list -m)
gen=$(mktemp -d)
trap 'rm -rf "$gen"' EXIT

generate() { # template
	sed "s|out: \.gen|out: $gen|" "$1" >"$gen/template.yaml"
	.bin/buf generate --template "$gen/template.yaml"
}
generate proto/buf.gen.gogo.yaml
if [ -d proto/openmesh/worker ]; then generate proto/buf.gen.worker.yaml; fi

# Files of messages that no longer exist must not linger.
git ls-files -z -- '*.pb.go' '*.pb.gw.go' | xargs -0 -r rm -f
cp -r "$gen/$module/." .
