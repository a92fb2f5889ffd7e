#!/usr/bin/env bash
# Makes a CloudFormation template that the console launches without the CDK. All logic is in cli/commands/one-click.ts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec npx --no-install tsx cli/main.ts one-click "$@"
