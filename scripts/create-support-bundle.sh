#!/usr/bin/env bash
# Collects what somebody who helps needs to see into one archive. All logic is in cli/commands/support-bundle.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts support-bundle "$@"
