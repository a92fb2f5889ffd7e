#!/usr/bin/env bash
# Asks LibreChat whether it is ready, each minute by librechat-watch.timer, and restarts it when it hangs: Docker
# restarts only what ends. The lines `<time> watch ready` are what the alarm NotReady counts; any other says why there
# was none.
set -euo pipefail

# Empty on a machine; the tests give a folder in which everything happens.
ROOT=${SYSTEM_ROOT:-}

# A busy LibreChat answers late: 14 s were measured at 200 live answers.
ANSWER_SECONDS=20
# Failures in a row after which it hangs.
MAX_FAILURES=5
# Time that a start may take, as in boot.sh.
START_SECONDS=900
# Time that it must run after an end that nobody wanted before it counts as well again.
CALM_SECONDS=300

FAILURES=$ROOT/run/librechat-watch.failures

# shellcheck source=/dev/null
. "$ROOT/opt/librechat/machine.env"

say() { printf '%(%Y-%m-%dT%H:%M:%S%z)T watch %s\n' -1 "$*" >>"$ROOT/var/log/librechat/watch.log"; }

# Not ready, and nothing that a restart would mend.
leave() {
  rm -f "$FAILURES"
  say "not ready: $*"
  exit 0
}

container=$(docker inspect --format '{{.State.Status}} {{.RestartCount}} {{.State.StartedAt}}' librechat) ||
  leave 'there is no container'
read -r status restarts started <<<"$container"
if [[ $status != running ]]; then leave "its container is $status"; fi
age=$(($(date +%s) - $(date --date "$started" +%s)))

if curl --fail --silent --max-time "$ANSWER_SECONDS" --output /dev/null "http://127.0.0.1:${LIBRECHAT_PORT:?}/readyz"; then
  # Docker counts its own restarts only, and from zero again after one that somebody asked for.
  if ((restarts > 0 && age < CALM_SECONDS)); then leave "it ended $age s ago, and $restarts times in all"; fi
  rm -f "$FAILURES"
  say ready
  exit 0
fi

# A person, a deployment or a shutdown stops it.
systemctl is-active --quiet librechat.service || leave 'librechat.service is not active'
if ((age < START_SECONDS)); then leave "it started $age s ago"; fi
printf x >>"$FAILURES"
failures=$(stat --format %s "$FAILURES")
if ((failures < MAX_FAILURES)); then
  say "not ready: no answer from /readyz, $failures in a row"
else
  rm -f "$FAILURES"
  say "not ready: no answer from /readyz, $failures in a row: restarting it"
  docker restart librechat >/dev/null
fi
