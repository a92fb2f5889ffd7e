import type { Machine } from './sandbox.ts';
import { REVISION, SECRETS } from './settings.ts';

/** A way to fail: what is wrong, the step that has to notice, what the reason has to say. */
export interface Failure {
  readonly what: string;
  readonly step: string;
  readonly says?: RegExp;

  /** Pattern of the calls that fail. */
  readonly fail?: string;
  readonly prepare?: (box: Machine) => void;
}

const called = (step: string, fail: string): Failure => ({
  what: `\`${fail}\` fails`,
  step,
  fail,
  says: /told to fail by https:\/\/\*\*\*@/,
});
const heldBy = (owner: string) => (box: Machine) => {
  box.tell('holder', 'i-0former');
  box.tell('former', `running ${owner}\n`);
};

/** Every way to fail that is tried; each step but one is in it. */
export const FAILURES: readonly Failure[] = [
  {
    what: 'an input is missing',
    step: 'read_inputs',
    prepare: (box) => {
      box.edit('etc/librechat/deployment.env', (text) => text.replace(/^REVISION=.*\n/m, ''));
    },
    says: /REVISION/,
  },
  called('install_packages', 'dnf install*'),
  called('install_compose_plugin', 'curl *github*'),
  {
    what: 'the plug-in is another one',
    step: 'install_compose_plugin',
    prepare: (box) => {
      box.tell('plugin', 'tampered with');
    },
    says: /isn't the one with checksum/,
  },
  {
    what: 'the architecture is unknown',
    step: 'install_compose_plugin',
    prepare: (box) => {
      box.tell('architecture', 'riscv64');
    },
    says: /no compose plug-in is known for riscv64/,
  },
  called('start_agent', 'amazon-cloudwatch-agent-ctl*'),
  called('attach_volume', 'aws ec2 describe-volumes*'),
  {
    ...called('attach_volume', 'aws ec2 describe-instances*'),
    prepare: heldBy('Chat'),
    says: /told to fail.*i-0former \(unknown\), which is not/,
  },
  called('attach_volume', 'aws ec2 attach-volume*'),
  called('attach_volume', 'aws ec2 wait volume-in-use*'),
  { ...called('attach_volume', 'aws ec2 stop-instances*'), prepare: heldBy('Chat') },
  { ...called('attach_volume', 'aws ec2 wait instance-stopped*'), prepare: heldBy('Chat') },
  {
    what: 'the volume is attached to a stranger',
    step: 'attach_volume',
    prepare: heldBy('OtherStack'),
    says: /attached to i-0former \(running\), which is not a machine of Chat/,
  },
  {
    what: 'the device does not appear',
    step: 'attach_volume',
    prepare: (box) => {
      box.edit('etc/librechat/deployment.env', (text) => text.replace('vol-0123', 'vol-0999'));
    },
    says: /vol-0999 is attached but no device/,
  },
  called('mount_volume', 'mkfs.xfs*'),
  called('mount_volume', 'mount /*'),
  called('mount_volume', 'xfs_growfs*'),
  {
    what: 'blkid cannot tell what is on the volume',
    step: 'mount_volume',
    prepare: (box) => {
      box.tell('blkid-status', '8');
    },
    says: /blkid can't tell .* \(status 8\)/,
  },
  {
    what: 'the volume has another file system',
    step: 'mount_volume',
    prepare: (box) => {
      box.tell('signature', 'LABEL=other\nTYPE=ext4\n');
    },
    says: /holds something else .*TYPE=ext4.*not touched/,
  },
  {
    what: 'the volume belongs to something else',
    step: 'mount_volume',
    prepare: (box) => {
      box.tell('signature', 'LABEL=backup\nTYPE=xfs\n');
    },
    says: /holds something else .*LABEL=backup.*not touched/,
  },
  {
    what: 'the volume has data without a file system',
    step: 'mount_volume',
    prepare: (box) => {
      box.write('dev/nvme1n1', `data${'\0'.repeat(2 ** 20)}`);
    },
    says: /not blank.*not formatted/,
  },
  {
    what: 'another volume with the label is mounted',
    step: 'mount_volume',
    prepare: (box) => {
      box.tell('mount-source', '/dev/nvme9n1');
    },
    says: /\/data is \/dev\/nvme9n1, but vol-0123 is/,
  },
  called('make_folders', 'chown*'),
  called('start_docker', 'systemctl enable docker*'),
  called('start_docker', 'systemctl restart docker*'),
  called('pull_images', 'docker pull*'),
  {
    what: 'the asset has no librechat.yaml',
    step: 'install_configuration',
    prepare: (box) => {
      box.remove('opt/librechat/librechat.yaml');
    },
    says: /librechat.yaml is missing or empty/,
  },
  called('start_proxy', 'nginx -q -t*'),
  called('start_proxy', 'systemctl reload-or-restart nginx*'),
  {
    what: 'the settings never appear',
    step: 'wait_for_settings',
    prepare: (box) => {
      box.edit('state/parameter', (text) => text.replace(REVISION, 'former'));
    },
    says: new RegExp(`no revision ${REVISION} of /librechat/Chat/containers appeared in 100 s`),
  },
  {
    ...called('wait_for_settings', 'aws ssm get-parameter*'),
    says: /told to fail.*can't read \/librechat\/Chat\/containers/,
  },
  { ...called('write_environment', 'aws secretsmanager*'), says: /can't read secret arn:\S+:creds/ },
  {
    what: 'a secret is of the wrong form',
    step: 'write_environment',
    prepare: (box) => {
      box.secret('creds', SECRETS.creds.slice(1));
    },
    says: /CREDS_KEY of librechat has 63 characters/,
  },
  {
    ...called('start_librechat', 'systemctl reload-or-restart librechat*'),
    says: /container mongodb is unhealthy \| \S+ the containers did not start/,
  },
  called('start_watch', 'systemctl enable --now librechat-watch.timer'),
  {
    what: 'LibreChat never answers',
    step: 'wait_for_librechat',
    prepare: (box) => {
      box.tell('not-ready', '');
      box.tell('log', 'cannot connect to mongodb://librechat:MongoPassword@mongodb:27017\n');
    },
    says: /cannot connect to mongodb:\/\/\*\*\*@mongodb:27017 \| \S+ LibreChat did not answer on \/readyz in 100 s/,
  },
  {
    what: 'LibreChat ends again and again',
    step: 'wait_for_librechat',
    prepare: (box) => {
      box.tell('restarts', '5');
    },
    says: /LibreChat ended 5 times/,
  },
  {
    what: 'LibreChat says strange things',
    step: 'wait_for_librechat',
    prepare: (box) => {
      box.tell('restarts', '5');
      box.tell('log', '{"message":"caf\u00e9 C:\\\\temp\\t"}\n');
    },
    says: /\{"message":"caf C:\\\\temp\\t"\} \| \S+ LibreChat ended 5 times$/,
  },
  {
    what: 'LibreChat runs with defaults',
    step: 'check_configuration',
    prepare: (box) => {
      box.tell('log', 'Outdated Config version\n');
    },
    says: /without librechat.yaml/,
  },
  {
    what: 'the RAG API is not well',
    step: 'check_containers',
    prepare: (box) => {
      box.tell('health-rag_api', 'running unhealthy');
    },
    says: /container rag_api is not healthy/,
  },
  {
    what: 'Meilisearch has ended',
    step: 'check_containers',
    prepare: (box) => {
      box.tell('health-meilisearch', 'exited unhealthy');
    },
    says: /container meilisearch is not healthy/,
  },
  {
    what: 'CloudFormation does not take the signal',
    step: 'signal_success',
    prepare: (box) => {
      box.tell('signal-status', '500');
    },
    says: /HTTP 500/,
  },
];
