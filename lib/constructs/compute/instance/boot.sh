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

HERE=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source-path=SCRIPTDIR source=boot-tools.sh
. "$HERE/boot-tools.sh"
# shellcheck source-path=SCRIPTDIR source=boot-volume.sh
. "$HERE/boot-volume.sh"
# shellcheck source-path=SCRIPTDIR source=boot-containers.sh
. "$HERE/boot-containers.sh"

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

signal_success() {
  if [[ -f $SIGNALLED && $(<"$SIGNALLED") == "$REVISION" ]]; then return; fi
  signal SUCCESS "LibreChat answers on $INSTANCE_ID"
  mkdir -p "${SIGNALLED%/*}"
  printf '%s\n' "$REVISION" >"$SIGNALLED"
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
