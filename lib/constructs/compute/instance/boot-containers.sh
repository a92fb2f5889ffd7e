# shellcheck shell=bash
# The containers: started, waited for, looked at. Part of boot.sh.

start_librechat() {
  systemctl enable librechat.service
  # Started in this boot, not only enabled; where it runs already, containers that changed are replaced.
  if ! systemctl reload-or-restart librechat.service; then
    journalctl --unit librechat.service --lines 20 --no-pager --output cat | without_passwords || true
    fail "the containers did not start"
  fi
}

# Also where LibreChat never gets ready: an alarm tells.
start_watch() {
  systemctl enable --now librechat-watch.timer
}

wait_for_librechat() {
  wait_until "$READY_WAIT_SECONDS" librechat_is_ready || fail_with_log librechat "LibreChat did not answer on /readyz in $READY_WAIT_SECONDS s"
}

librechat_is_ready() {
  local restarts
  if curl --fail --silent --max-time 10 --output /dev/null "http://127.0.0.1:$LIBRECHAT_PORT/readyz"; then return 0; fi
  restarts=$(docker inspect --format '{{.RestartCount}}' librechat) || return 1
  if ((restarts >= MAX_RESTARTS)); then fail_with_log librechat "LibreChat ended $restarts times"; fi
  return 1
}

# LibreChat runs with defaults when its file has a syntax error: only its log tells.
check_configuration() {
  local started
  started=$(docker inspect --format '{{.State.StartedAt}}' librechat)
  docker logs --since "$started" librechat 2>&1 | grep 'Custom config file loaded' >/dev/null ||
    fail_with_log librechat "LibreChat runs, but without librechat.yaml: its log has no 'Custom config file loaded'"
}

check_containers() {
  wait_until "$HEALTH_WAIT_SECONDS" all_healthy || fail_with_log "$UNHEALTHY" "container $UNHEALTHY is not healthy"
}

all_healthy() {
  local file state
  for file in "$ETC"/env/*.env; do
    UNHEALTHY=${file##*/}
    UNHEALTHY=${UNHEALTHY%.env}
    state=$(docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$UNHEALTHY") || return 1
    if [[ $state != 'running healthy' ]]; then return 1; fi
  done
}

remove_old_images() {
  # Of former releases. Room is worth no failure.
  docker image prune --all --force >/dev/null || log 'old images could not be removed'
}
