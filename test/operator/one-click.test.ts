import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Status } from '../../cli/inspect/status.ts';
import type { OneClick } from '../../cli/one-click/run.ts';
import { findStack } from '../../cli/stack.ts';
import { env, json, operate, options } from './local.ts';

const cloudFormation = new CloudFormationClient(options);
const s3 = new S3Client({ ...options, forcePathStyle: true });
const folder = mkdtempSync(join(tmpdir(), 'librechat-one-click-'));
const file = join(folder, 'template.yaml');
let made: OneClick;

beforeAll(async () => {
  const ran = await operate([
    ...['one-click', 'standard-dev', '--bucket-prefix', 'launched-by-anyone', '--output', file],
    ...['--publish', '--region', 'us-east-1', '--share-with', '111122223333', '--json'],
  ]);
  expect(ran.code, ran.stderr).toBe(0);
  made = json(ran) as OneClick;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Launches it as the console does: the published template, a name, parameters. */
async function launch(StackName: string, parameters: Readonly<Record<string, string>>) {
  const key = new URL(made.published[0]?.templateUrl ?? '').pathname;
  await cloudFormation.send(
    new CreateStackCommand({
      StackName,
      TemplateURL: `${env['AWS_ENDPOINT_URL'] ?? ''}/launched-by-anyone-us-east-1${key}`,
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  await waitUntilStackCreateComplete(
    { client: cloudFormation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { StackName },
  );
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName }));
  return StackResources.map(({ ResourceType = '' }) => ResourceType);
}

async function statementsOf(Bucket: string): Promise<readonly { readonly Sid?: string }[]> {
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
  return (JSON.parse(Policy) as { Statement: { Sid?: string }[] }).Statement;
}

describe('one-click', () => {
  test('makes a template within the limits of CloudFormation, with the parameters that people look for', () => {
    const text = readFileSync(file, 'utf8');
    const { Parameters, Resources } = parse(text) as { Parameters: object; Resources: object };
    expect(Object.keys(Parameters)).toEqual(
      expect.arrayContaining(['AlertEmail', 'KeyName', 'AllowedSSHIP', 'InstanceType', 'DomainName']),
    );
    expect([Buffer.byteLength(text) < 1_000_000, Object.keys(Resources).length < 500]).toEqual([true, true]);
    expect(text).not.toMatch(/one-click|Name: oneclickstackname|192\.0\.2\.201|cdk-hnb659fds/);
  });

  test('is launched from its address with nothing but a name, twice side by side', async () => {
    const types = await launch('Launched', {});
    expect(types).not.toContain('AWS::SNS::Subscription');
    expect(types).toContain('AWS::CloudFront::Distribution');
    await launch('LaunchedToo', {});
    expect((await findStack(cloudFormation, 'LaunchedToo'))?.outputs['LogGroup']).toBe(
      '/aws/librechat/LaunchedToo/librechat',
    );
  });

  test('takes every parameter', async () => {
    const types = await launch('Parameters', {
      InstanceType: 't4g.xlarge',
      AlertEmail: 'me@example.org',
      KeyName: 'my-key',
      AllowedSSHIP: '203.0.113.7/32',
      DomainName: 'chat.example.org',
      CertificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012',
    });
    expect(types).toContain('AWS::SNS::Subscription');
    expect((await findStack(cloudFormation, 'Parameters'))?.outputs['SiteUrl']).toBe('https://chat.example.org');
  });

  test('opens the console with the template chosen, and lets named accounts read it', async () => {
    const [{ quickCreateUrl, templateUrl } = { quickCreateUrl: '', templateUrl: '' }] = made.published;
    expect(new URLSearchParams(new URL(quickCreateUrl).hash.split('?')[1]).get('templateURL')).toBe(templateUrl);
    expect((await statementsOf('launched-by-anyone-us-east-1')).find(({ Sid }) => Sid === 'Launch')).toMatchObject({
      Principal: { AWS: ['arn:aws:iam::111122223333:root'] },
    });
  });

  test('published again with other settings, fills them in and lets in those who were let in before', async () => {
    const Bucket = 'launched-by-anyone-us-east-1';
    const others = {
      Sid: 'Others',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/x`,
    };
    const before = await statementsOf(Bucket);
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [...before, others] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const settings = {
      'instance.keyPairName': 'my-key',
      'instance.sshCidrs': '203.0.113.7/32',
      'monitoring.alertEmail': 'me@example.org',
      'monitoring.alarms': 'true',
    };
    const ran = await operate([
      ...['one-click', 'standard-dev', '--bucket-prefix', 'launched-by-anyone', '--output', `${file}.2`, '--json'],
      ...['--publish', '--region', 'us-east-1', '--share-with', '444455556666'],
      ...Object.entries(settings).flatMap(([path, value]) => ['--set', `${path}=${value}`]),
    ]);
    expect(ran.code, ran.stderr).toBe(0);
    const after = await statementsOf(Bucket);
    expect(after.map(({ Sid }) => Sid)).toEqual(['Others', 'TlsOnly', 'Launch']);
    expect(JSON.stringify(after)).toMatch(/111122223333:root.*444455556666:root/);

    const { hash } = new URL((json(ran) as OneClick).published[0]?.quickCreateUrl ?? '');
    const { Parameters } = parse(readFileSync(`${file}.2`, 'utf8')) as {
      Parameters: Record<string, { Default?: string }>;
    };
    const answers = { KeyName: 'my-key', AllowedSSHIP: '203.0.113.7/32', AlertEmail: 'me@example.org' };
    for (const [name, answer] of Object.entries({ ...answers, InstanceType: 't4g.large' })) {
      expect(new URLSearchParams(hash.split('?')[1]).get(`param_${name}`), name).toBe(answer);
      expect(Parameters[name]?.Default, name).toBe(answer);
    }
  });

  test('leaves the policy of a bucket alone that it did not make', async () => {
    const Bucket = 'of-the-company-us-east-1';
    await s3.send(new CreateBucketCommand({ Bucket }));
    const { code, stderr } = await operate([
      ...['one-click', 'standard-dev', '--bucket-prefix', 'of-the-company', '--output', `${file}.3`],
      ...['--publish', '--region', 'us-east-1'],
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`bucket ${Bucket} was not made by one-click`)]);
    await expect(statementsOf(Bucket)).rejects.toThrow();
  });

  test('makes stacks that the commands know, without the tags of the others', async () => {
    const { stderr } = await operate(['status', '--stack', 'LaunchedOne']);
    expect(stderr).toMatch(/--stack takes .*\bLaunched\b/);
    const told = json(await operate(['status', '--stack', 'Launched', '--json'])) as Status;
    expect([told.status, told.environment]).toEqual(['CREATE_COMPLETE', 'development']);
    const ended = await operate(['cleanup', '--stack', 'Launched', '--yes']);
    expect([ended.code, ended.stdout]).toEqual([0, 'Launched is gone, nothing is left\n']);
  });

  test.each([
    [['production-ecs', '--bucket-prefix', 'some-prefix'], 'mode ec2, got mode ecs'],
    [['minimal-dev'], 'pass --bucket-prefix'],
    [['minimal-dev', '--bucket-prefix', 'some-prefix', '--publish'], 'name a --region'],
    [['minimal-dev', '--bucket-prefix', 'some-prefix', '--set', 'instance.type=c7g.large'], 'set one of t4g.medium'],
    [
      [
        ...['minimal-dev', '--bucket-prefix', 'some-prefix', '--set', 'instance.keyPairName=my-key'],
        ...['--set', 'instance.sshCidrs=10.0.0.0/8,192.168.0.0/16'],
      ],
      'leave one in instance.sshCidrs',
    ],
    [
      ['minimal-dev', '--bucket-prefix', 'some-prefix', '--set', 'access={"type":"http"}'],
      'parameters of the template',
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await operate(['one-click', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
