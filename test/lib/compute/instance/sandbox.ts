import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Ec2Config } from '../../../../config/schema.ts';
import { instanceFiles } from '../../../../lib/constructs/compute/instance/compose.ts';
import { librechatYaml } from '../../../../lib/constructs/compute/librechat-config.ts';
import { ec2Config, EVERYTHING, REVISION, SECRETS, settings } from './settings.ts';

/** What boot.sh calls that must not happen here. */
const STUBBED = [
  'amazon-cloudwatch-agent-ctl',
  'aws',
  'blkid',
  'chown',
  'curl',
  'dnf',
  'docker',
  'findmnt',
  'journalctl',
  'lsblk',
  'mkfs.xfs',
  'mount',
  'mountpoint',
  'nginx',
  'rpm',
  'shutdown',
  'sleep',
  'systemctl',
  'udevadm',
  'umount',
  'uname',
  'xfs_growfs',
];

/** Signature of CloudFormation's pre-signed address: whoever has it can signal. */
export const SIGNATURE = 'PreSignedSignature';

const STUB = new URL('stub.sh', import.meta.url).pathname;

// The shim of a version manager, and what people install into their Python, would cost more than the script itself.
const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
const FAST_PYTHON = `#!/bin/sh\nexec '${PYTHON}' -I -S "$@"\n`;

/** How one run of the script went. */
export interface Run {
  readonly code: number;

  /** What the cloud-init log gets. */
  readonly output: string;

  /** Commands of this run, one a line. */
  readonly calls: readonly string[];

  /** Steps that began. */
  readonly steps: readonly string[];

  /** What CloudFormation was told. */
  readonly signals: readonly Record<string, string>[];
}

const assets = new Map<string, Record<string, string>>();

/** The asset of a configuration, with the two files that are not the machine's own. */
function assetOf(config: Ec2Config): Record<string, string> {
  const key = JSON.stringify(config);
  const files = assets.get(key) ?? {
    ...instanceFiles(config),
    'librechat.yaml': librechatYaml(config),
    'rds-ca-bundle.pem': 'certificates\n',
  };
  assets.set(key, files);
  return files;
}

const made: Machine[] = [];

/** Removes the folders of all machines. Every suite ends with it. */
export function removeMachines(): void {
  for (const machine of made.splice(0)) machine.remove('.');
}

/** A machine in a folder, just after user data unpacked the asset. */
export class Machine {
  readonly root = mkdtempSync(join(tmpdir(), 'librechat-boot-'));
  readonly bin = join(this.root, 'stubs');
  private readonly state = join(this.root, 'state');

  constructor(config: Ec2Config = ec2Config(EVERYTHING)) {
    made.push(this);
    mkdirSync(this.bin);
    for (const name of STUBBED) symlinkSync(STUB, join(this.bin, name));
    writeFileSync(join(this.bin, 'python3'), FAST_PYTHON, { mode: 0o755 });
    this.tell('parameter', settings());
    for (const [name, text] of Object.entries(SECRETS)) this.secret(name, text);
    this.tell('images', '');

    for (const [name, content] of Object.entries(assetOf(config))) this.write(`opt/librechat/${name}`, content);
    // Waiting is counted in tries, of which these are enough.
    this.edit('opt/librechat/boot.sh', (text) => text.replaceAll(/^(\w+_WAIT_SECONDS)=\d+$/gm, '$1=100'));
    const checksum = createHash('sha256').update('the compose plug-in\n').digest('hex');
    this.edit('opt/librechat/machine.env', (text) =>
      text.replaceAll(/(COMPOSE_SHA256_\w+)='\w+'/g, `$1='${checksum}'`),
    );

    const inputs = {
      STACK_NAME: 'Chat',
      AWS_REGION: 'eu-west-1',
      VOLUME_ID: 'vol-0123',
      VOLUME_OWNER_TAG: 'LibreChatVolume',
      SETTINGS_PARAMETER: '/librechat/Chat/containers',
      REVISION,
      WAIT_HANDLE_URL: `https://cloudformation.example.com/handle?Signature=${SIGNATURE}`,
      LOG_GROUP: '/aws/librechat/Chat/librechat',
      LIBRECHAT_DIR: '/opt/librechat',
    };
    this.write(
      'etc/librechat/deployment.env',
      Object.entries(inputs)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
    this.write('etc/fstab', 'UUID=1 / xfs defaults 1 1\n');
    this.write('var/lib/cloud/data/instance-id', 'i-0this\n');
    this.write('dev/nvme1n1', '');
    truncateSync(this.path('dev/nvme1n1'), 2 ** 21);
    mkdirSync(this.path('dev/disk/by-id'), { recursive: true });
    symlinkSync('../../nvme1n1', this.path('dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123'));
    mkdirSync(this.path('tmp'));
  }

  path(name: string): string {
    return join(this.root, name);
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Permissions of a file, such as 0600. */
  mode(name: string): string {
    return `0${(statSync(this.path(name)).mode & 0o7777).toString(8)}`;
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content, { mode: 0o600 });
  }

  edit(name: string, change: (text: string) => string): void {
    this.write(name, change(this.read(name)));
  }

  /** Tells the stubs how the world is. */
  tell(name: string, content: string): void {
    this.write(`state/${name}`, content);
  }

  /** Puts a secret into Secrets Manager. */
  secret(name: string, text: string): void {
    this.tell(`secrets/${name}`, JSON.stringify({ SecretString: text }));
  }

  /** Runs the script as user data does. `fail`: pattern of the calls that fail. */
  async boot(fail = ''): Promise<Run> {
    const { calls, signals, log } = this;
    const script = this.path('opt/librechat/boot.sh');
    chmodSync(script, 0o755);
    const result = await this.run([script], fail);
    return {
      ...result,
      calls: this.calls.slice(calls.length),
      signals: this.signals.slice(signals.length),
      steps: [...this.log.slice(log.length).matchAll(/^\S+ step (\w+)$/gm)].map((match) => match[1]!),
    };
  }

  /** Runs a command with the stubs around it. */
  async run([command = '', ...args]: readonly string[], fail = ''): Promise<Pick<Run, 'code' | 'output'>> {
    const child = spawn(command, args, {
      env: {
        PATH: `${this.bin}:/usr/bin:/bin`,
        SYSTEM_ROOT: this.root,
        STATE: this.state,
        FAIL: fail,
        TMPDIR: this.path('tmp'),
        LC_ALL: 'C',
      },
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const code = await new Promise<number>((resolve) =>
      child.on('close', (status) => {
        resolve(status ?? -1);
      }),
    );
    return { code, output };
  }

  get log(): string {
    return this.exists('var/log/librechat/boot.log') ? this.read('var/log/librechat/boot.log') : '';
  }

  /** Every file below a folder, with its content. */
  files(folder: string): [string, string][] {
    return readdirSync(this.path(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(this.root.length + 1), readFileSync(path, 'utf8')]);
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true });
  }

  private get calls(): string[] {
    return this.exists('state/calls') ? this.read('state/calls').trimEnd().split('\n') : [];
  }

  private get signals(): Record<string, string>[] {
    const text = this.exists('state/signals') ? this.read('state/signals') : '';
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, string>);
  }
}

/** Steps of the script, in its own order. */
export const STEPS = /^STEPS=\(\n([\s\S]*?)\)/m
  .exec(readFileSync(new URL('../../../../lib/constructs/compute/instance/boot.sh', import.meta.url), 'utf8'))![1]!
  .trim()
  .split(/\s+/);
