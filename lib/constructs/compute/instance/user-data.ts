import * as ec2 from 'aws-cdk-lib/aws-ec2';

/** What the machine is told at every boot; everything else it finds in its settings. */
export interface UserDataProps {
  readonly stackName: string;
  readonly region: string;

  /** Data volume to attach and mount. */
  readonly volumeId: string;

  /** Tag that the volume and its machines carry, with the stack's name as value. */
  readonly volumeOwnerTag: string;

  /** SSM parameter with the containers' settings; of this revision, else the machine waits for it. */
  readonly settingsParameter: string;
  readonly revision: string;

  /** Pre-signed address of CloudFormation's wait condition. */
  readonly waitHandleUrl: string;
  readonly logGroup: string;

  /** Archive with `boot.sh` and everything it needs, as s3:// address. */
  readonly filesUrl: string;
}

/** User data that runs at every boot: writes the inputs, fetches the files, hands over to `boot.sh`. */
export function userData(props: UserDataProps): ec2.UserData {
  const inputs = {
    STACK_NAME: props.stackName,
    AWS_REGION: props.region,
    VOLUME_ID: props.volumeId,
    VOLUME_OWNER_TAG: props.volumeOwnerTag,
    SETTINGS_PARAMETER: props.settingsParameter,
    REVISION: props.revision,
    WAIT_HANDLE_URL: props.waitHandleUrl,
    LOG_GROUP: props.logGroup,
    LIBRECHAT_DIR: '/opt/librechat',
  };
  const script = ec2.UserData.forLinux({ shebang: '#!/bin/bash' });
  script.addCommands(
    'set -euo pipefail',
    'install -d -m 0700 /etc/librechat /opt/librechat',
    "umask 077; cat > /etc/librechat/deployment.env <<'EOF'",
    // Single quotes: none of these values has one in it.
    ...Object.entries(inputs).map(([name, value]) => `${name}='${value}'`),
    'EOF',
    'command -v unzip >/dev/null || dnf install -y -q unzip',
    // The role's permissions may be seconds old.
    'try() { for _ in {1..10}; do "$@" && return; sleep 6; done; return 1; }',
    `try aws s3 cp --only-show-errors --region '${props.region}' '${props.filesUrl}' /opt/librechat/files.zip`,
    'unzip -q -o /opt/librechat/files.zip -d /opt/librechat',
    'chmod 0755 /opt/librechat/boot.sh',
    'exec /opt/librechat/boot.sh',
  );
  const everyBoot = new ec2.MultipartUserData();
  everyBoot.addPart(
    ec2.MultipartBody.fromRawBody({
      contentType: 'text/cloud-config; charset="us-ascii"',
      body: '#cloud-config\ncloud_final_modules:\n  - [scripts-user, always]\n',
    }),
  );
  everyBoot.addUserDataPart(script, ec2.MultipartBody.SHELL_SCRIPT);
  return everyBoot;
}
