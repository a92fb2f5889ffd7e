#!/usr/bin/env bash
# Asks what the deployment should be, saves the answers, deploys. All logic is in cli/commands/wizard.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts wizard "$@"
