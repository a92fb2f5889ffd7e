#!/usr/bin/env bash
# Checks what a deployment needs, and says how to mend it. All logic is in cli/commands/setup.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts setup "$@"
