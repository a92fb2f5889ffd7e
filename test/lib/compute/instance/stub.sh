#!/bin/sh
# Stands for every command with which boot.sh changes a machine or asks AWS: records the call, and behaves as told by
# the files in $STATE. $FAIL is a pattern of the calls that fail.
call="${0##*/} $*"
printf '%s\n' "$call" >>"$STATE/calls"
# shellcheck disable=SC2254 # A pattern is what it is.
case $call in ${FAIL:-}) echo "${0##*/}: told to fail by https://user:word@example.com" >&2; exit 1 ;; esac

# What a file of $STATE says, else the default.
say() {
  if [ ! -e "$STATE/$1" ]; then printf '%s\n' "$2"; return; fi
  while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done <"$STATE/$1"
}
last() { for word; do :; done; printf '%s' "$word"; }

case $call in
  'uname -m') say architecture aarch64 ;;
  rpm*) [ -e "$STATE/packages" ] ;;
  'dnf needs-restarting'*--reboothint) [ ! -e "$STATE/reboot" ] ;;
  'dnf needs-restarting'*--services) say services '' ;;
  dnf*) : >"$STATE/packages" ;;
  sleep*)
    printf x >>"$STATE/sleeps"
    # Settings that appear while the machine waits.
    if [ -e "$STATE/parameter.later" ]; then mv "$STATE/parameter.later" "$STATE/parameter"; fi
    ;;

  *docker-compose-linux-*)
    while [ "$1" != --output ]; do shift; done
    say plugin 'the compose plug-in' >"$2"
    ;;
  *readyz) [ ! -e "$STATE/not-ready" ] && [ ! -e "$STATE/restarts" ] ;;
  'curl '*--upload-file*)
    cat >>"$STATE/signal-urls"
    while [ "$1" != --upload-file ]; do shift; done
    cat "$2" >>"$STATE/signals"
    say signal-status 200
    ;;

  'aws ec2 describe-volumes'*) say holder None ;;
  'aws ec2 describe-instances'*) say former 'running None' ;;
  'aws ec2 attach-volume'*) echo i-0this >"$STATE/holder" ;;
  'aws ec2 detach-volume'*) echo None >"$STATE/holder" ;;
  'aws ssm get-parameter'*)
    if [ ! -e "$STATE/parameter" ]; then
      echo 'An error occurred (ParameterNotFound) when calling the GetParameter operation' >&2
      exit 254
    fi
    say parameter
    ;;
  'aws secretsmanager get-secret-value'*)
    while [ "$1" != --secret-id ]; do shift; done
    [ -e "$STATE/secrets/${2##*:}" ] && say "secrets/${2##*:}"
    ;;
  'aws ecr get-login-password'*) echo ecr-token ;;

  blkid*) if [ -e "$STATE/signature" ]; then say signature; else exit "$(say blkid-status 2)"; fi ;;
  mkfs.xfs*) printf 'LABEL=librechat\nTYPE=xfs\n' >"$STATE/signature" ;;
  mountpoint*) [ -e "$STATE/mounted" ] ;;
  'mount '*) : >"$STATE/mounted" ;;
  umount*) rm "$STATE/mounted" ;;
  findmnt*) say mount-source "$SYSTEM_ROOT/dev/nvme1n1" ;;
  lsblk*) say block-devices '/dev/nvme0n1 vol0root' ;;

  'docker image inspect'*) grep -qxF "$(last "$@")" "$STATE/images" ;;
  'docker pull'*) last "$@" >>"$STATE/images"; echo >>"$STATE/images" ;;
  'docker login'*) cat >"$STATE/login" ;;
  'docker inspect'*'{{.State.Status}} {{.RestartCount}} {{.State.StartedAt}}'*)
    [ -e "$STATE/container" ] && say container
    ;;
  'docker inspect'*RestartCount*) say restarts 0 ;;
  'docker inspect'*StartedAt*) echo 2026-11-24T12:00:00Z ;;
  'docker inspect'*Health*) say "health-$(last "$@")" 'running healthy' ;;
  'docker logs'*) say log '{"level":"info","message":"Custom config file loaded:"}' ;;
  'systemctl is-active'*) [ ! -e "$STATE/stopped" ] ;;
  journalctl*) say journal 'dependency failed to start: container mongodb is unhealthy' ;;
esac
