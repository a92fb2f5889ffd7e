#!/usr/bin/env bash
# Shows a stack and what is left of those that were deleted. All logic is in cli/commands/check-resources.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts check-resources "$@"
