#!/usr/bin/env bash
# Looks for what is wrong with a deployed stack. All logic is in cli/commands/analyze.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts analyze "$@"
