import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../cli/inspect/check.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';
import { env, json, operate, options } from './local.ts';
import { createStack, deleteStack, FUNCTION, idsOf, SECRET, tagsOf, updateStack, VOLUME } from './small-stacks.ts';

const check = async (stack: string) => json(await operate(['check-resources', '--stack', stack, '--json'])) as Check;

const kept = { ...VOLUME, DeletionPolicy: 'Retain' };

describe('check-resources', () => {
  test('lists what a stack left by its own records: what it kept, snapshots, logs of its functions', async () => {
    const copied = { ...VOLUME, DeletionPolicy: 'Snapshot' };
    const login = { ...SECRET, DeletionPolicy: 'Retain' };
    const id = await createStack('Left', { Kept: kept, Copied: copied, Gone: VOLUME, Login: login, ...FUNCTION });
    const { Function: name = '', Kept: volume = '' } = await idsOf('Left');
    await new CloudWatchLogsClient(options).send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/${name}` }));
    // Alike by name, and not the stack's.
    await new S3Client({ ...options, forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'left-librechat' }),
    );
    await createStack('LeftToo', { Kept: kept });

    const before = await check('Left');
    expect([before.status?.status, before.left]).toEqual(['CREATE_COMPLETE', []]);
    expect(await deleteStack(id)).toBe('DELETE_COMPLETE');

    const { status, left } = await check('Left');
    expect([status, left.map(({ what, data }) => [what, data])]).toEqual([
      undefined,
      [
        ['secret', 'holds data'],
        ['data volume', 'holds data'],
        ['snapshot of a volume', 'holds data'],
        ['log group', 'no data'],
      ],
    ]);
    const { code, stdout } = await operate(['check-resources', '--stack', 'Left']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^left of Left:\n {2}use it again .+: cleanup --stack Left --delete-data\n {4}secret arn/);
    expect(stdout).toContain(`\n    data volume ${volume}, 8 GiB, available, holds data\n`);
    expect(stdout).toContain('\n  cleanup --stack Left deletes it\n    log group /aws/lambda/Left-Function-');
  });

  test('tells what the stack that there is let go of', async () => {
    await createStack('Changed', { Kept: kept, ComputeData: VOLUME });
    const { Kept: volume } = await idsOf('Changed');
    await updateStack('Changed', { ComputeData: VOLUME });
    const { status, left } = await check('Changed');
    expect([status?.status, left.map(({ id }) => id)]).toEqual(['UPDATE_COMPLETE', [volume]]);
    const { stdout } = await operate(['check-resources', '--stack', 'Changed']);
    expect(stdout).toMatch(/^Changed: UPDATE_COMPLETE(.|\n)*^left of earlier stacks named Changed:$/m);
  });

  test('finds by tag what no record of a stack tells, and does not claim to know what it does not', async () => {
    const secrets = new SecretsManagerClient(options);
    const tags = (name: string) => Object.entries(tagsOf(name)).map(([Key, Value]) => ({ Key, Value }));
    for (const name of ['Forgotten', 'ForgottenToo'])
      await secrets.send(new CreateSecretCommand({ Name: name, SecretString: 'x', Tags: tags(name) }));
    await createStack('Queues', { Queue: { Type: 'AWS::SQS::Queue' } }, { tags: tagsOf('Forgotten') });
    expect((await check('Forgotten')).left).toMatchObject([
      { what: 'secret', data: 'holds data', id: expect.stringMatching(/:secret:Forgotten-/) as string },
      { what: 'other', data: 'may hold data', id: expect.stringMatching(/^arn:aws:sqs:/) as string },
    ]);
  });

  test('says that nothing is left, and that a name may be mistyped', async () => {
    await createStack('Typed', { ComputeData: VOLUME });
    const { code, stdout, stderr } = await operate(['check-resources', '--stack', 'Tpyed']);
    expect([code, stdout]).toEqual([0, 'nothing is left of Tpyed\n']);
    expect(stderr).toMatch(/^warning: no stack named 'Tpyed' was there in the last 90 days: --stack takes .*\bTyped\b/);
  });

  test('ends in one line with a remedy when it may not ask by tag', async () => {
    const of = /TaggingAPI/;
    const fault = { code: 'AccessDeniedException', message: 'tag:GetResources is missing', of };
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
    const ran = await operate(['check-resources', '--stack', 'Unasked'], {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(/^error: these credentials may not do that \(.+tag:GetResources is missing\): .+\n$/);
  });
});
