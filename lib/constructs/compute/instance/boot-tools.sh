# shellcheck shell=bash
# What the steps of boot.sh are made of: logging, waiting, and telling CloudFormation. Part of boot.sh.

log() { printf '%(%Y-%m-%dT%H:%M:%S%z)T %s\n' -1 "$*"; }

fail() {
  log "$*"
  exit 1
}

# Fails with the last lines of a container's log before the reason.
fail_with_log() {
  docker logs --tail 10 "$1" 2>&1 | without_passwords || true
  shift
  fail "$@"
}

# The command, until it succeeds, that many times.
retry() {
  local attempts=$1
  shift
  until "$@"; do
    if ((--attempts == 0)); then return 1; fi
    sleep "$POLL_SECONDS"
  done
}

# Waits that many seconds until the command is true.
wait_until() {
  retry "$(($1 / POLL_SECONDS))" "${@:2}"
}

has_checksum() {
  [[ -f $2 ]] && sha256sum --check --status <<<"$1  $2"
}

# Copies a file where the one there differs, and notes in CHANGED that it did.
put_file() {
  if ! cmp --silent "$2" "$3"; then
    install -D --mode "$1" "$2" "$3"
    # shellcheck disable=SC2034 # The caller reads it.
    CHANGED=true
  fi
}

# Tells CloudFormation how it went. The address grants the right to, so it goes through a pipe, not the command line.
signal() {
  local body status
  body=$(mktemp)
  printf '{"Status":"%s","Reason":"%s","UniqueId":"%s","Data":"%s"}\n' "$1" "$(json_text "$2")" \
    "$INSTANCE_ID-${REVISION:-}" "${REVISION:-}" >"$body"
  # The signature covers an empty content type.
  status=$(printf 'url = "%s"\n' "$WAIT_HANDLE_URL" | curl --silent --show-error --max-time 30 --retry 5 --retry-connrefused \
    --output /dev/null --write-out '%{http_code}' --header 'Content-Type:' --upload-file "$body" --config -)
  rm -f "$body"
  case $status in
    200) ;;
    # A handle lives for some hours, and for one answer.
    4??) log "CloudFormation does not wait any more (HTTP $status)" ;;
    *) fail "CloudFormation answered the signal with HTTP $status" ;;
  esac
}

# A line of ASCII as it stands between the quotes of JSON.
json_text() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# Takes the user:password@ out of addresses, which some programs put into their errors.
without_passwords() { sed -E 's#://[^/@[:space:]]+@#://***@#g'; }

# What the step said last, on one line of ASCII.
last_words() {
  awk -v begin=" step $CURRENT_STEP" '
    substr($0, length($0) - length(begin) + 1) == begin { said = ""; next }
    { said = said $0 "\n" }
    END { printf "%s", said }' "$LOG_FILE" |
    tail -n 8 | without_passwords | paste --serial --delimiters='|' | sed 's/|/ | /g' | tail -c 1500 |
    LC_ALL=C tr -cd '[:print:]'
}
