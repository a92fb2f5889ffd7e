#!/usr/bin/env bash
# Deploys a configuration, without questions in a pipeline. All logic is in cli/commands/deploy.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts deploy "$@"
