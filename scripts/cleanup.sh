#!/usr/bin/env bash
# Deletes a stack and what is left of it. All logic is in cli/commands/cleanup.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts cleanup "$@"
