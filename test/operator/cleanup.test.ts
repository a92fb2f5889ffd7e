import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { EC2 } from '@aws-sdk/client-ec2';
import { RDS } from '@aws-sdk/client-rds';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CleanupResult } from '../../cli/cleanup/run.ts';
import type { Check } from '../../cli/inspect/check.ts';
import type { Status } from '../../cli/inspect/status.ts';
import { findStack } from '../../cli/stack.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';
import { env, json, operate, options } from './local.ts';
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

const cleanup = (stack: string, ...args: string[]) => operate(['cleanup', '--stack', stack, ...args]);
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

    const send = CloudFormationClient.prototype.send.bind(cloudFormation);
    const made: (string | undefined)[] = [];
    const spy = vi.spyOn(CloudFormationClient.prototype, 'send').mockImplementation((async (command: never) => {
      if ((command as object) instanceof DeleteStackCommand && made.length === 0)
        made.push((await ec2.createSnapshot({ VolumeId })).SnapshotId);
      return await send(command);
    }) as never);
    const done = await cleanup('Copied', '--delete-data', '--lift-protection', '--yes', '--json');
    spy.mockRestore();
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

describe('a cleanup that is cut off', { timeout: 120_000 }, () => {
  let faulty: Awaited<ReturnType<typeof faultyEndpoint>>;
  beforeAll(async () => {
    // A secret that AWS is not done with, for as long as anybody asks at this address.
    const fault = { code: 'InvalidStateException', message: 'not yet', of: /secretsmanager\.DeleteSecret/i };
    faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
  });
  afterAll(async () => {
    await faulty.close();
  });

  const start = (stack: string) =>
    spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'cleanup', '--stack', stack, '--delete-data', '--yes'], {
      env: { ...env, AWS_ENDPOINT_URL: faulty.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'after %s goes on where it stopped when it is run again',
    async (signal) => {
      const stack = `Cut${signal}`;
      await createStack(stack, { Login: keptSecret, Kept: kept });
      const before = faulty.refused();
      const child = start(stack);
      const stderr = text(child.stderr);
      await expect.poll(() => faulty.refused(), { timeout: 60_000 }).toBeGreaterThan(before);
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number | null];
      if (signal === 'SIGINT') {
        expect(code).toBe(130);
        expect(await stderr).toMatch(
          /^what was begun goes on in AWS; run the same command again .+\nerror: interrupted$/m,
        );
      }
      expect(await findStack(cloudFormation, stack)).toBeUndefined();
      expect((await leftOf(stack)).map(({ what }) => what)).toEqual(['secret', 'data volume']);
      expect((await cleanup(stack, '--delete-data', '--yes')).stdout).toBe(`${stack} is gone, nothing is left\n`);
    },
  );

  test('waits for the deletion that was begun', async () => {
    const Tags = [{ Key: 'Application', Value: 'LibreChat' }];
    const CreationTime = new Date();
    const deleting = {
      StackName: 'Begun',
      StackId: 'id',
      StackStatus: 'DELETE_IN_PROGRESS',
      CreationTime,
      Tags,
    } as const;
    const mocked = mockClient(CloudFormationClient);
    mocked.on(ListStacksCommand).resolves({}).on(DescribeStackEventsCommand).resolves({});
    mocked.on(ListStackResourcesCommand).resolves({});
    mocked
      .on(DescribeStacksCommand)
      .resolvesOnce({ Stacks: [deleting] })
      .resolvesOnce({ Stacks: [deleting] });
    mocked.on(DescribeStacksCommand).resolves({ Stacks: [] });
    for (const StackName of ['Begun', 'id'])
      mocked
        .on(DescribeStacksCommand, { StackName })
        .resolvesOnce({ Stacks: [deleting] })
        .resolves({ Stacks: [] });
    const { code, stdout, stderr } = await cleanup('Begun', '--yes');
    mocked.restore();
    expect([code, stdout]).toEqual([0, 'Begun is gone, nothing is left\n']);
    expect(stderr).toMatch(/^Begun is DELETE_IN_PROGRESS: waiting for what was begun before$/m);
  });

  test.each([
    ['ExpiredTokenException', 'the credentials have expired', 'renew them'],
    ['AccessDeniedException', 'these credentials may not do that', 'docs/AWS_AUTHENTICATION.md'],
  ])('by %s says so, and goes on when it is run again', async (code, what, remedy) => {
    const stack = `Cut${code}`;
    await createStack(stack, { Login: keptSecret, Kept: kept });
    const fault = { code, message: 'as AWS says it', of: /secretsmanager\.DeleteSecret/i };
    const refusing = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
    const args = ['cleanup', '--stack', stack, '--delete-data', '--yes'];
    const cut = await operate(args, {}, { AWS_ENDPOINT_URL: refusing.url });
    await refusing.close();
    expect([cut.code, cut.stdout]).toEqual([1, '']);
    expect(cut.stderr).toMatch(new RegExp(`^(error|  secret \\S+): ${what} .*${code}.*: .*${remedy}`, 'm'));
    expect((await cleanup(stack, '--delete-data', '--yes')).code).toBe(0);
  });
});

/** Protected in a way that these commands do not lift: nothing of this project's is. */
const STUCK = { Type: 'AWS::Logs::LogGroup', Properties: { DeletionProtectionEnabled: true } };
