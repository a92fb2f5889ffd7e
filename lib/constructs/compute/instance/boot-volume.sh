# shellcheck shell=bash
# The data volume: taken from the machine before this one, mounted, and given back if this one never serves. Part of boot.sh.

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
