import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { EC2 } from '@aws-sdk/client-ec2';
import { RDS } from '@aws-sdk/client-rds';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { CleanupResult } from '../../cli/cleanup/run.ts';
import type { Check } from '../../cli/inspect/check.ts';
import type { Status } from '../../cli/inspect/status.ts';
import { findStack } from '../../cli/stack.ts';
import cleanupPolicy from '../../docs/policies/cleanup.json' with { type: 'json' };
import { actionsOf } from '../../scripts/lib/aws-calls.ts';
import { json, operate, options } from './local.ts';
import {
  BUCKET,
  createStack,
  deleteStack,
  FUNCTION,
  idsOf,
  NETWORK_AND_DATABASE,
  SECRET,
  VOLUME,
} from './small-stacks.ts';

const cloudFormation = new CloudFormationClient(options);
const s3 = new S3Client({ ...options, forcePathStyle: true });
const ec2 = new EC2(options);

/** What every call must be allowed that a command makes here, and not this file. */
const needed = new Set<string>();
const own: readonly unknown[] = [cloudFormation, s3, ec2];
interface Caller {
  readonly config: { readonly serviceId: string };
  readonly send: (this: Caller, command: object, ...rest: unknown[]) => unknown;
}
const everyClient = Object.getPrototypeOf(CloudFormationClient.prototype) as Caller;
const send = everyClient.send;
const spy = vi.spyOn(everyClient, 'send').mockImplementation(async function (this: Caller, command, ...rest) {
  const service = this.config.serviceId.toLowerCase().replaceAll(' ', '-');
  const actions = actionsOf(service, command.constructor.name.replace(/Command$/, ''));
  if (isCleaning && !own.includes(this)) for (const action of actions) needed.add(action);
  await meanwhile?.(command);
  return await send.call(this, command, ...rest);
});
let isCleaning = false;
/** What somebody else does before a call. */
let meanwhile: ((command: object) => Promise<void>) | undefined;

const cleanup = async (stack: string, ...args: string[]) => {
  isCleaning = true;
  return await operate(['cleanup', '--stack', stack, ...args]).finally(() => (isCleaning = false));
};
const leftOf = async (stack: string) =>
  (json(await operate(['check-resources', '--stack', stack, '--json'])) as Check).left;

const kept = { ...VOLUME, DeletionPolicy: 'Retain' };
const keptSecret = { ...SECRET, DeletionPolicy: 'Retain' };

describe('cleanup', { timeout: 120_000 }, () => {
  test('keeps the data of a production stack, lists it, deletes it when told, and nothing else', async () => {
    const deploy = ['deploy', 'minimal-dev', '--set', 'stackName=Prod', '--set', 'environment=production', '--yes'];
    const deployed = await operate(deploy);
    expect([deployed.code, deployed.stderr]).toEqual([0, expect.any(String)]);
    await createStack('ProdOther', { Kept: kept, Login: keptSecret });
    const { status } = json(await operate(['status', '--stack', 'Prod', '--json'])) as Status;
    expect(status).toBe('CREATE_COMPLETE');

    const refused = await cleanup('Prod', '--yes');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: deletion protection is on: stack Prod: pass --lift-protection to lift it$/m),
    ]);
    const done = json(await cleanup('Prod', '--lift-protection', '--yes', '--json')) as CleanupResult;
    expect(done).toMatchObject({ data: 'kept', isDryRun: false });
    const stores = done.resources.filter(({ holdsData }) => holdsData);
    expect(new Set(stores.map(({ fate }) => fate))).toEqual(new Set(['kept']));
    expect(await findStack(cloudFormation, 'Prod')).toBeUndefined();

    const left = await leftOf('Prod');
    expect(left).toEqual(done.left);
    expect(new Set(left.map(({ id }) => id))).toEqual(new Set(stores.map(({ id }) => id)));

    const ended = await cleanup('Prod', '--delete-data', '--yes');
    expect([ended.code, ended.stdout]).toEqual([0, 'Prod is gone, nothing is left\n']);
    expect(await leftOf('Prod')).toEqual([]);
    expect(Object.keys(await idsOf('ProdOther'))).toEqual(['Kept', 'Login']);
    expect((await findStack(cloudFormation, 'CDKToolkit'))?.status).toBe('CREATE_COMPLETE');
  });

  test('keeps a database with the network it stands in, and deletes both in order when told', async () => {
    await createStack('Stored', NETWORK_AND_DATABASE, { isProtected: true });
    const first = await cleanup('Stored', '--yes', '--lift-protection', '--json');
    expect(first.stderr).toMatch(/^Stored is DELETE_FAILED, .*:\n {2}\w+ \(AWS::.+\): .+ has dependencies/m);
    expect(first.stderr).toMatch(/^trying again, 6 of them are let go with the data that needs them$/m);
    expect((json(first) as CleanupResult).left.map(({ what, data }) => `${what}, ${data}`)).toEqual([
      'database instance, holds data',
      'subnet group of a database, no data',
      'parameter group of a database, no data',
      'security group, no data',
      'subnet, no data',
      'subnet, no data',
      'VPC, no data',
    ]);

    const refused = await cleanup('Stored', '--delete-data', '--yes');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: deletion protection is on: database instance stored-database-\w+: pass/m),
    ]);
    const ended = await cleanup('Stored', '--delete-data', '--lift-protection', '--yes');
    expect([ended.code, ended.stdout]).toEqual([0, 'Stored is gone, nothing is left\n']);
  });

  test('deletes a stack with its data, logs of functions and final snapshots at once when told', async () => {
    const copied = { ...VOLUME, DeletionPolicy: 'Snapshot' };
    await createStack('Whole', { Kept: kept, Copied: copied, Login: keptSecret, ...FUNCTION });
    const { code, stdout } = await cleanup('Whole', '--delete-data', '--yes');
    expect([code, stdout]).toEqual([0, 'Whole is gone, nothing is left\n']);
  });

  test('deletes data by default in development only, and keeps none that the template deletes', async () => {
    await createStack('Dev', { ComputeData: VOLUME }, { environment: 'development' });
    const refused = await cleanup('Dev', '--keep-data', '--yes');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/which --keep-data cannot prevent:\n {2}ComputeData \(AWS::EC2::Volume\)\n/);
    expect((await cleanup('Dev', '--yes')).stdout).toBe('Dev is gone, nothing is left\n');
  });

  test('shows what goes and what it costs with --dry-run, and deletes nothing', async () => {
    await createStack('Shown', { ComputeData: VOLUME, Database: kept }, { environment: 'development' });
    const { code, stdout, stderr } = await cleanup('Shown', '--dry-run');
    expect([code, stdout]).toEqual([0, 'nothing of Shown was deleted (--dry-run)\n']);
    expect(stderr).toMatch(/^ {2}compute {5}1 of its resources, about \$1 a month: deleted$/m);
    expect(stderr).toMatch(/^ {2}holds data: Database \(AWS::EC2::Volume\), about \$1 a month: deleted$/m);
    expect(Object.keys(await idsOf('Shown'))).toEqual(['ComputeData', 'Database']);
  });

  test('lists copies that somebody made of a live stack, and deletes no other than those', async () => {
    await createStack('Copied', { ...NETWORK_AND_DATABASE, Disk: kept });
    const { Disk: VolumeId, Database } = await idsOf('Copied');
    const { SnapshotId = '' } = await ec2.createSnapshot({ VolumeId });
    const rds = new RDS(options);
    await rds.createDBSnapshot({ DBInstanceIdentifier: Database, DBSnapshotIdentifier: 'by-hand' });
    const { stderr } = await cleanup('Copied', '--delete-data', '--dry-run');
    expect(stderr).toMatch(/^ {2}made of Database: database snapshot by-hand, .+: deleted$/m);
    expect(stderr).toMatch(new RegExp(`^  made of Disk: snapshot of a volume ${SnapshotId}, 8 GiB: deleted$`, 'm'));

    const made: (string | undefined)[] = [];
    meanwhile = async (command) => {
      if (command instanceof DeleteStackCommand && made.length === 0)
        made.push((await ec2.createSnapshot({ VolumeId })).SnapshotId);
    };
    const done = await cleanup('Copied', '--delete-data', '--lift-protection', '--yes', '--json');
    meanwhile = undefined;
    expect([done.code, (json(done) as CleanupResult).left.map(({ id }) => id)]).toEqual([0, made]);
    await expect(rds.describeDBSnapshots({ DBSnapshotIdentifier: 'by-hand' })).rejects.toThrow(/not ?found/i);
    expect((await cleanup('Copied', '--delete-data', '--yes')).stdout).toBe('Copied is gone, nothing is left\n');
  });

  test('says what stays, with the data deleted too, because nobody can delete it at once', async () => {
    const key = { Type: 'AWS::KMS::Key', DeletionPolicy: 'Retain', Properties: { KeyPolicy: {} } };
    await createStack('Keyed', { TrailKey: key, Disk: kept });
    const { stderr } = await cleanup('Keyed', '--delete-data', '--dry-run');
    expect(stderr).toMatch(/^ {2}stays: TrailKey \(AWS::KMS::Key\)$/m);
    expect(stderr).toMatch(/^ {2}holds data: Disk .*: deleted$/m);
    expect(stderr).toMatch(/^cost that goes on, about \$1 a month$/m);
  });

  test('asks for the name, and outside development takes --yes only with it', async () => {
    await createStack('LibreChatStack', { Kept: kept });
    const unnamed = await operate(['cleanup', '--yes']);
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('name it: --stack LibreChatStack')]);
    const unasked = await operate(['cleanup']);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('pass --yes to agree')]);
    expect(Object.keys(await idsOf('LibreChatStack'))).toEqual(['Kept']);
    expect((await cleanup('LibreChatStack', '--delete-data', '--yes')).code).toBe(0);
  });

  test('refuses a stack that is not ours, such as the one of the bootstrap', async () => {
    const { code, stderr } = await cleanup('CDKToolkit', '--yes', '--delete-data', '--lift-protection');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: CDKToolkit is not a stack of this project: /)]);
  });

  test('deletes what a failed creation left', async () => {
    const refused = { Type: 'AWS::EC2::Volume', DependsOn: 'Data' };
    await createStack('Broken', { Data: VOLUME, Refused: refused });
    expect((await findStack(cloudFormation, 'Broken'))?.status).toBe('ROLLBACK_COMPLETE');
    expect((await cleanup('Broken', '--yes')).stdout).toBe('Broken is gone, nothing is left\n');
  });

  test('finishes a deletion that failed at a bucket full of versions', async () => {
    const id = await createStack('Full', { StorageDocuments: BUCKET, ComputeData: VOLUME });
    const { StorageDocuments: Bucket } = await idsOf('Full');
    const versions = Array.from({ length: 1005 }, (_, index) => `${index % 500}.txt`);
    for (let at = 0; at < versions.length; at += 50)
      await Promise.all(
        versions.slice(at, at + 50).map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))),
      );
    expect(await deleteStack(id)).toBe('DELETE_FAILED');
    expect((await cleanup('Full', '--yes')).code).toBe(2);

    const { code, stdout, stderr } = await cleanup('Full', '--delete-data', '--yes');
    expect([code, stdout]).toEqual([0, 'Full is gone, nothing is left\n']);
    expect(stderr).toMatch(/^ {2}StorageDocuments \(AWS::S3::Bucket\): The bucket you tried to delete is not empty/m);
  });

  test('says which resource keeps a stack from going, and why', async () => {
    await createStack('Stuck', { Volume: VOLUME, Zone: STUCK });
    const { code, stderr } = await cleanup('Stuck', '--delete-data', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Stuck could not be deleted:\n {2}Zone \(AWS::Logs::LogGroup\): .+protection/m);
  });
});

test('the policy to clean up allows every call that was made above', () => {
  const named = cleanupPolicy.Statement.flatMap(({ Action }) => Action);
  expect(needed.size).toBeGreaterThan(30);
  expect([...needed].filter((action) => !named.includes(action))).toEqual([]);
});

afterAll(() => {
  spy.mockRestore();
});

/** Protected in a way that these commands do not lift: nothing of this project's is. */
const STUCK = { Type: 'AWS::Logs::LogGroup', Properties: { DeletionProtectionEnabled: true } };
