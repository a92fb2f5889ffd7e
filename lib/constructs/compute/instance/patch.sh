#!/usr/bin/env bash
# Installs the security updates of Amazon Linux, and reboots the machine when that is what they need: an association of
# Systems Manager starts it as instance.patching says. What makes LibreChat come back is what makes it come up at every
# boot: the units that boot.sh enabled, then user data and boot.sh.
set -euo pipefail

# Empty on a machine; the tests give a folder in which everything happens.
ROOT=${SYSTEM_ROOT:-}
LOG_FILE=$ROOT/var/log/librechat/patch.log

log() { printf '%(%Y-%m-%dT%H:%M:%S%z)T %s\n' -1 "$*"; }

main() {
  # Not while boot.sh makes the machine ready.
  exec 9>"$ROOT/run/librechat-boot.lock"
  flock 9
  log 'installing security updates'
  # The repositories are locked to the release of the image, which never changes: the newest is named.
  dnf upgrade --releasever=latest --security --assumeyes
  # The kernel and what everything is linked with; then Docker, nginx and the like, which still run as they were.
  if dnf needs-restarting --quiet --reboothint && [[ -z $(dnf needs-restarting --quiet --services) ]]; then
    log 'done, nothing has to be restarted'
  else
    log 'done, rebooting in a minute'
    # Not at once: Systems Manager is to hear how it went.
    shutdown --reboot +1
  fi
}

mkdir -p "${LOG_FILE%/*}" "$ROOT/run"
main 2>&1 | tee --append "$LOG_FILE"
