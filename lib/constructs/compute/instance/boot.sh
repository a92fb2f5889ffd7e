#!/usr/bin/env bash
# Makes this machine (Amazon Linux 2023, arm64 or x86_64) serve LibreChat. User data starts it at every boot; it may
# run any number of times. It stops at the first step that fails, and tells CloudFormation which one and why.
#
# It reads
#   /etc/librechat/deployment.env  what the deployment decided (user data writes it, mode 0600):
#     STACK_NAME           value of the tag VOLUME_OWNER_TAG on every machine of this deployment
#     VOLUME_ID            data volume; VOLUME_OWNER_TAG says whose machines may be stopped to get it
#     SETTINGS_PARAMETER   SSM parameter {"revision", "containers"}: variables, and where the secrets are
#     REVISION             revision of the settings to wait for
#     WAIT_HANDLE_URL      pre-signed address to tell success or failure to: whoever has it can, so it's never logged
#     AWS_REGION, LOG_GROUP, LIBRECHAT_DIR
#   $LIBRECHAT_DIR                 the files beside this one, and
#     machine.env          COMPOSE_VERSION, COMPOSE_SHA256_*, IMAGE_REGISTRY, LIBRECHAT_PORT
#     images               images to pull, one a line
#     data-folders         folders of the data volume, one a line: owner, mode, path
set -euo pipefail
umask 022

# Empty on a machine; the tests give a folder in which everything happens.
ROOT=${SYSTEM_ROOT:-}

POLL_SECONDS=10
# CloudFormation writes the settings once everything that they name exists: a distribution, databases.
SETTINGS_WAIT_SECONDS=2700
READY_WAIT_SECONDS=900
HEALTH_WAIT_SECONDS=300
DEVICE_WAIT_SECONDS=120
# Ends of LibreChat after which it's not going to come up by itself.
MAX_RESTARTS=5

PACKAGES=(amazon-cloudwatch-agent awscli-2 diffutils dnf-plugins-core docker logrotate nginx python3 util-linux xfsprogs)

STEPS=(
  read_inputs
  install_packages
  install_compose_plugin
  start_agent
  attach_volume
  mount_volume
  make_folders
  start_docker
  pull_images
  install_configuration
  start_proxy
  wait_for_settings
  write_environment
  start_librechat
  start_watch
  wait_for_librechat
  check_configuration
  check_containers
  remove_old_images
  signal_success
)

ETC=$ROOT/etc/librechat
DATA=$ROOT/data
LOG_FILE=$ROOT/var/log/librechat/boot.log
# Revision for which CloudFormation was told of success. It's on the machine's own disk: a new machine has none.
SIGNALLED=$ROOT/var/lib/librechat/signalled

export AWS_PAGER='' AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=6
PATH=$PATH:/usr/sbin:/opt/aws/amazon-cloudwatch-agent/bin

read_inputs() {
  INSTANCE_ID=$(<"$ROOT/var/lib/cloud/data/instance-id")
  # shellcheck source=/dev/null
  . "$ETC/deployment.env"
  : "${STACK_NAME:?}" "${AWS_REGION:?}" "${VOLUME_ID:?}" "${VOLUME_OWNER_TAG:?}" "${SETTINGS_PARAMETER:?}"
  : "${REVISION:?}" "${WAIT_HANDLE_URL:?}" "${LOG_GROUP:?}" "${LIBRECHAT_DIR:?}"
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION
  DIR=$ROOT$LIBRECHAT_DIR
  # shellcheck source=/dev/null
  . "$DIR/machine.env"
  : "${COMPOSE_VERSION:?}" "${COMPOSE_SHA256_AARCH64:?}" "${COMPOSE_SHA256_X86_64:?}" "${LIBRECHAT_PORT:?}"
}

install_packages() {
  # A machine that has them needs no repository to boot.
  if ! rpm --query --quiet "${PACKAGES[@]}"; then
    retry 3 dnf install --assumeyes --quiet "${PACKAGES[@]}"
  fi
}

install_compose_plugin() {
  local architecture checksum download plugin=$ROOT/usr/local/lib/docker/cli-plugins/docker-compose
  architecture=$(uname -m)
  case $architecture in
    aarch64) checksum=$COMPOSE_SHA256_AARCH64 ;;
    x86_64) checksum=$COMPOSE_SHA256_X86_64 ;;
    *) fail "no compose plug-in is known for $architecture" ;;
  esac
  if has_checksum "$checksum" "$plugin"; then return; fi
  download=$(mktemp)
  retry 3 curl --fail --silent --show-error --location --proto '=https' --max-time 300 --output "$download" \
    "https://github.com/docker/compose/releases/download/$COMPOSE_VERSION/docker-compose-linux-$architecture"
  if ! has_checksum "$checksum" "$download"; then
    rm -f "$download"
    fail "the compose plug-in $COMPOSE_VERSION that was downloaded isn't the one with checksum $checksum"
  fi
  install -D --mode 0755 "$download" "$plugin"
  rm -f "$download"
}

start_agent() {
  put_file 0644 "$DIR/logrotate.conf" "$ROOT/etc/logrotate.d/librechat"
  sed "s|@LOG_GROUP@|$LOG_GROUP|g" "$DIR/cloudwatch-agent.json" >"$ETC/cloudwatch-agent.json"
  amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$ETC/cloudwatch-agent.json"
}

attach_volume() {
  local holder
  # The first call with the machine's role, whose permissions may be some seconds old.
  holder=$(retry 6 aws ec2 describe-volumes --volume-ids "$VOLUME_ID" --query 'Volumes[0].Attachments[0].InstanceId' --output text)
  if [[ $holder != "$INSTANCE_ID" ]]; then
    if [[ $holder != None ]]; then take_volume_from "$holder"; fi
    aws ec2 attach-volume --volume-id "$VOLUME_ID" --instance-id "$INSTANCE_ID" --device /dev/sdf >/dev/null
  fi
  aws ec2 wait volume-in-use --volume-ids "$VOLUME_ID"
  wait_until "$DEVICE_WAIT_SECONDS" find_device || fail "$VOLUME_ID is attached but no device of it appeared"
}

# Stops the machine that serves from the volume until now: this one replaces it.
take_volume_from() {
  local state owner
  read -r state owner < <(aws ec2 describe-instances --instance-ids "$1" --output text \
    --query "Reservations[0].Instances[0].[State.Name, Tags[?Key=='$VOLUME_OWNER_TAG'].Value | [0]]") || true
  # One that is being terminated lets go by itself, and may have lost its tags.
  if [[ $state != shutting-down && $state != terminated ]]; then
    if [[ $owner != "$STACK_NAME" ]]; then
      fail "$VOLUME_ID is attached to $1 (${state:-unknown}), which is not a machine of $STACK_NAME"
    fi
    log "$1 ($state) holds $VOLUME_ID: stopping it"
    if [[ $state == running ]]; then FORMER_MACHINE=$1; fi
    aws ec2 stop-instances --instance-ids "$1" >/dev/null
    aws ec2 wait instance-stopped --instance-ids "$1"
    aws ec2 detach-volume --volume-id "$VOLUME_ID" >/dev/null
  fi
  aws ec2 wait volume-available --volume-ids "$VOLUME_ID"
}

# Finds the volume by its id, for names such as nvme1n1 change from boot to boot.
find_device() {
  local serial=${VOLUME_ID/-/} link
  # The second is its name on machines without NVMe, where it's the one that was asked for.
  for link in "$ROOT/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$serial" "$ROOT/dev/xvdf"; do
    if [[ -e $link ]]; then
      DEVICE=$(readlink --canonicalize "$link")
      return 0
    fi
  done
  DEVICE=$(lsblk --nodeps --noheadings --output PATH,SERIAL | awk -v serial="$serial" '$2 == serial { print $1 }')
  [[ -n $DEVICE ]]
}

mount_volume() {
  local signature status=0
  local line='LABEL=librechat /data xfs defaults,noatime,nofail,x-systemd.device-timeout=30s 0 0'
  signature=$(blkid --probe --output export "$DEVICE") || status=$?
  if ((status == 2)); then
    # blkid also says 2 when it could not read: only a volume of zeros is blank.
    cmp --silent --bytes 1048576 "$DEVICE" /dev/zero || fail "$VOLUME_ID is not blank, and what is on it is unknown: not formatted"
    log "formatting $VOLUME_ID, which is blank"
    mkfs.xfs -q -L librechat "$DEVICE"
    udevadm settle
  elif ((status != 0)); then
    fail "blkid can't tell what is on $VOLUME_ID (status $status)"
  elif ! grep -qx 'TYPE=xfs' <<<"$signature" || ! grep -qx 'LABEL=librechat' <<<"$signature"; then
    fail "$VOLUME_ID holds something else than LibreChat's data ($(grep -E '^(TYPE|LABEL|PTTYPE)=' <<<"$signature" | tr '\n' ' ')): not touched"
  fi
  mkdir -p "$DATA"
  if ! grep -qxF "$line" "$ROOT/etc/fstab"; then
    printf '%s\n' "$line" >>"$ROOT/etc/fstab"
    systemctl daemon-reload
  fi
  if ! mountpoint --quiet "$DATA"; then mount "$DATA"; fi
  # Another volume with this label (a restored snapshot, say) could have been taken instead.
  local mounted
  mounted=$(findmnt --noheadings --output SOURCE --mountpoint "$DATA")
  if [[ $mounted != "$DEVICE" ]]; then fail "/data is $mounted, but $VOLUME_ID is $DEVICE"; fi
  # The volume may have been enlarged.
  xfs_growfs "$DATA" >/dev/null
}

make_folders() {
  local owner mode path
  while read -r owner mode path; do
    install --directory --mode "$mode" "$ROOT$path"
    chown "$owner" "$ROOT$path"
  done <"$DIR/data-folders"
}

start_docker() {
  CHANGED=false
  put_file 0644 "$DIR/docker-daemon.json" "$ROOT/etc/docker/daemon.json"
  put_file 0644 "$DIR/docker-service.conf" "$ROOT/etc/systemd/system/docker.service.d/librechat.conf"
  systemctl enable docker.service
  if [[ $CHANGED == true ]]; then
    systemctl daemon-reload
    systemctl restart docker.service
  else
    systemctl start docker.service
  fi
}

pull_images() {
  local image missing=() registry=${IMAGE_REGISTRY%%/*} region
  while read -r image; do
    if ! docker image inspect "$image" >/dev/null 2>&1; then missing+=("$image"); fi
  done <"$DIR/images"
  if ((${#missing[@]} == 0)); then return; fi
  if [[ $registry == *.dkr.ecr.*.amazonaws.com* ]]; then
    region=${registry#*.dkr.ecr.}
    aws ecr get-login-password --region "${region%%.*}" | docker login --username AWS --password-stdin "$registry"
  fi
  for image in "${missing[@]}"; do
    retry 5 docker pull --quiet "$image"
  done
}

install_configuration() {
  local hash settings unit
  # LibreChat would start with defaults.
  if [[ ! -s $DIR/librechat.yaml ]]; then fail "$LIBRECHAT_DIR/librechat.yaml is missing or empty"; fi
  put_file 0644 "$DIR/librechat.yaml" "$ETC/config/librechat.yaml"
  put_file 0644 "$DIR/rds-ca-bundle.pem" "$ETC/config/rds-ca-bundle.pem"
  hash=$(cat "$ETC/config/librechat.yaml" "$ETC/config/rds-ca-bundle.pem" | sha256sum)
  settings=$(mktemp)
  printf '%s\n' "AWS_REGION=$AWS_REGION" "LOG_GROUP=$LOG_GROUP" "INSTANCE_ID=$INSTANCE_ID" "CONFIG_HASH=${hash:0:16}" >"$settings"
  put_file 0600 "$settings" "$DIR/.env"
  rm -f "$settings"
  CHANGED=false
  for unit in librechat.service librechat-watch.service librechat-watch.timer; do
    put_file 0644 "$DIR/$unit" "$ROOT/etc/systemd/system/$unit"
  done
  if [[ $CHANGED == true ]]; then systemctl daemon-reload; fi
}

start_proxy() {
  # Checked before it replaces the one that works.
  nginx -q -t -c "$DIR/nginx.conf"
  put_file 0644 "$DIR/nginx.conf" "$ROOT/etc/nginx/nginx.conf"
  systemctl enable nginx.service
  systemctl reload-or-restart nginx.service
}

wait_for_settings() {
  SETTINGS_ERRORS=0
  wait_until "$SETTINGS_WAIT_SECONDS" fetch_settings || fail "no revision $REVISION of $SETTINGS_PARAMETER appeared in $SETTINGS_WAIT_SECONDS s"
}

# Puts the containers' settings into a file once they are of this revision.
fetch_settings() {
  local fetched=$ETC/containers.json.new errors=$ETC/containers.json.errors
  if ! (umask 077 && aws ssm get-parameter --name "$SETTINGS_PARAMETER" --query Parameter.Value --output text >"$fetched" 2>"$errors"); then
    if ! grep -q ParameterNotFound "$errors"; then
      cat "$errors"
      # A network that isn't up yet is forgiven, a refusal isn't waited on for long.
      if ((++SETTINGS_ERRORS > 6)); then fail "can't read $SETTINGS_PARAMETER"; fi
    fi
    return 1
  fi
  grep -qE "\"revision\": ?\"$REVISION\"" "$fetched" || return 1
  mv "$fetched" "$ETC/containers.json" || fail "can't write $ETC/containers.json"
  rm -f "$errors"
}

write_environment() {
  python3 "$DIR/write-environment.py" "$ETC/containers.json" "$ETC/env" "$ETC/config/librechat.yaml"
  # The agent asks LibreChat for its metrics with it, and reads it anew each time.
  if [[ -f $DIR/prometheus.yaml ]]; then
    (umask 077 && sed -n 's/^METRICS_SECRET=//p' "$ETC/env/librechat.env" >"$ETC/metrics-token")
  fi
}

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

signal_success() {
  if [[ -f $SIGNALLED && $(<"$SIGNALLED") == "$REVISION" ]]; then return; fi
  signal SUCCESS "LibreChat answers on $INSTANCE_ID"
  mkdir -p "${SIGNALLED%/*}"
  printf '%s\n' "$REVISION" >"$SIGNALLED"
}

# --- what the steps are made of ---

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

# A machine that never served gives the volume back to the one that it stopped, so that a failed update leaves the
# site as it was. One that has served doesn't: two machines would take it from each other forever.
give_volume_back() {
  if [[ -z ${FORMER_MACHINE:-} || -e $SIGNALLED ]]; then return; fi
  log "giving $VOLUME_ID back to $FORMER_MACHINE"
  systemctl stop librechat.service docker.service docker.socket
  umount "$DATA"
  if ! { aws ec2 detach-volume --volume-id "$VOLUME_ID" >/dev/null &&
    aws ec2 wait volume-available --volume-ids "$VOLUME_ID" &&
    aws ec2 start-instances --instance-ids "$FORMER_MACHINE" >/dev/null; }; then
    log "$FORMER_MACHINE could not be started again: start it by hand"
  fi
}

on_exit() {
  local status=$? reason
  trap - EXIT
  if ((status == 0)); then return; fi
  set +e
  reason="step $CURRENT_STEP failed: $(last_words)"
  give_volume_back
  log "$reason"
  printf 'boot.sh: %s\n' "$reason" >&3
  if [[ -n ${WAIT_HANDLE_URL:-} && -n ${INSTANCE_ID:-} ]]; then signal FAILURE "$reason"; fi
  exit 1
}

main() {
  mkdir -p "${LOG_FILE%/*}" "$ROOT/run"
  # One run at a time: a person may start one while the machine boots.
  exec 9>"$ROOT/run/librechat-boot.lock"
  flock 9
  exec 3>&1 >>"$LOG_FILE" 2>&1
  trap on_exit EXIT
  trap 'exit 143' TERM INT
  for CURRENT_STEP in "${STEPS[@]}"; do
    log "step $CURRENT_STEP"
    # Not in a condition, which would switch `set -e` off inside it.
    "$CURRENT_STEP"
  done
  printf 'boot.sh: LibreChat is served\n' >&3
}

main
