import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { OneClick } from '../../cli/one-click/run.ts';
import { findStack } from '../../cli/stack.ts';
import { env, json, operate, options } from './local.ts';

const cloudFormation = new CloudFormationClient(options);
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
    const s3 = new S3Client({ ...options, forcePathStyle: true });
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: 'launched-by-anyone-us-east-1' }));
    expect(Policy).toContain('arn:aws:iam::111122223333:root');
  });

  test.each([
    [['production-ecs', '--bucket-prefix', 'some-prefix'], 'mode ec2, got mode ecs'],
    [['minimal-dev'], 'pass --bucket-prefix'],
    [['minimal-dev', '--bucket-prefix', 'some-prefix', '--publish'], 'name a --region'],
    [['minimal-dev', '--bucket-prefix', 'some-prefix', '--set', 'instance.type=c7g.large'], 'set one of t4g.medium'],
    [
      ['minimal-dev', '--bucket-prefix', 'some-prefix', '--set', 'access={"type":"http"}'],
      'parameters of the template',
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await operate(['one-click', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
