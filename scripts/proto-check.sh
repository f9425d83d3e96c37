#!/usr/bin/env bash
# Says whether the generated Go code is what proto/ generates: generates it
# again and compares. Works with uncommitted changes; on a difference the new
# code is left in place, ready to be committed.
# Usage: scripts/proto-check.sh   (`make proto-check` builds the tools it needs first)
set -euo pipefail
cd "$(dirname "$0")/.."

sums() {
	find . \( -name '.?*' -o -name node_modules \) -prune -o \
		-type f \( -name '*.pb.go' -o -name '*.pb.gw.go' -o -name '*.swagger.json' \) -print0 |
		sort -z | xargs -0 -r sha256sum
}

before=$(sums)
scripts/proto-gen.sh
if ! changed=$(diff <(echo "$before") <(sums)); then
	echo "generated code was not up to date (< as found, > as generated):" >&2
	echo "$changed" >&2
	echo "the new code is in place; commit it together with the change in proto/ (make proto-gen)" >&2
	exit 1
fi
echo "generated code is up to date"
