import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { findStack } from '../../cli/stack.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';
import { env, json, operate, options } from './local.ts';

const cloudFormation = new CloudFormationClient(options);

/** The smallest preset under a name of its own. */
const small = (stackName: string, ...more: string[]) => [
  'deploy',
  'minimal-dev',
  '--set',
  `stackName=${stackName}`,
  ...more,
];

interface Deployed {
  readonly status: string;
  readonly changes: readonly { action: string; logicalId: string; holdsData: boolean }[];
  readonly outputs: Readonly<Record<string, string>>;
}

describe('deploy', { timeout: 120_000 }, () => {
  test('shows the changes and leaves nothing with --dry-run', async () => {
    const { code, stderr } = await operate(small('DryRun', '--dry-run'));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^Changes: \d+ added$/m)]);
    expect(await findStack(cloudFormation, 'DryRun')).toBeUndefined();
  });

  test('refuses to deploy without a terminal and without --yes, and leaves nothing', async () => {
    const { code, stderr } = await operate(small('Unasked'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('pass --yes to agree')]);
    expect(await findStack(cloudFormation, 'Unasked')).toBeUndefined();
  });

  test('deploys, changes nothing the second time, and changes what a setting changes', async () => {
    const first = json(await operate(small('Deployed', '--yes', '--json'))) as Deployed;
    expect(first.status).toBe('CREATE_COMPLETE');
    expect(first.outputs['SiteUrl']).toMatch(/^https:\/\//);

    const again = json(await operate(small('Deployed', '--yes', '--json'))) as Deployed;
    expect([again.status, again.changes]).toEqual(['CREATE_COMPLETE', []]);

    const larger = ['--set', 'instance.dataVolumeGiB=40', '--yes', '--json'];
    const { status, changes } = json(await operate(small('Deployed', ...larger))) as Deployed;
    expect([status, changes.map(({ action, holdsData }) => [action, holdsData])]).toEqual([
      'UPDATE_COMPLETE',
      [['Modify', true]],
    ]);
  });

  test('writes the outputs by stack, as the CDK does', async () => {
    const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/librechat-outputs-');
    await operate(small('Deployed', '--yes', '--outputs-file', `${folder}/outputs.json`));
    const written = JSON.parse(readFileSync(`${folder}/outputs.json`, 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    rmSync(folder, { recursive: true });
    expect(written['Deployed']?.['SiteUrl']).toMatch(/^https:\/\//);
  });

  test('refuses what takes data away, unless the setting that does it is named', async () => {
    const withVectors = (...more: string[]) =>
      small('Losing', '--set', 'features.rag=true', '--set', 'vectorStore={"type":"container"}', '--yes', ...more);
    expect((await operate(withVectors())).code).toBe(0);

    const { code, stderr } = await operate(small('Losing', '--yes'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/this deployment would take data away:\n {2}\w+ \(AWS::SecretsManager::Secret\) removed/);
    expect(stderr).toContain('--replace features.rag');
    expect((await findStack(cloudFormation, 'Losing'))?.status).toBe('CREATE_COMPLETE');

    expect((await operate(small('Losing', '--yes', '--replace', 'features.rag'))).code).toBe(0);
  });

  test('names the settings that --replace knows', async () => {
    const { code, stderr } = await operate(small('Named', '--replace', 'instance.type'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('choose one of mode, network.cidr')]);
  });

  test('refuses credentials of another account than the configuration names', async () => {
    const { code, stderr } = await operate(small('Elsewhere', '--set', 'account=111122223333', '--yes'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('these credentials are of 000000000000')]);
  });

  test('makes a stack anew whose first create was rolled back', async () => {
    const broken = { Resources: { Broken: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'not allowed!' } } } };
    await cloudFormation.send(
      new CreateStackCommand({ StackName: 'Broken', TemplateBody: JSON.stringify(broken), OnFailure: 'ROLLBACK' }),
    );
    await expect.poll(async () => (await findStack(cloudFormation, 'Broken'))?.status).toMatch(/COMPLETE$/);
    // What a create left that was rolled back is deleted and made anew.
    const { code, stderr } = await operate(small('Broken', '--yes'));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^Changes: \d+ added$/m)]);
  });

  test.each([
    ['ExpiredToken', 'the credentials have expired'],
    ['AccessDenied', 'these credentials may not do that'],
    ['InvalidClientTokenId', 'AWS does not know these credentials'],
  ])('ends in one line with a remedy after %s', async (code, message) => {
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', {
      code,
      message: 'as AWS says it',
      of: /GetCallerIdentity/,
    });
    const ran = await operate(small('Refused', '--yes'), {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(new RegExp(`^error: ${message} \\(${code}: as AWS says it\\): .+\\n$`));
  });

  test('goes on when AWS asks twice to slow down', async () => {
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', {
      code: 'Throttling',
      message: 'Rate exceeded',
      of: /Action=DescribeStacks/,
      times: 2,
    });
    const ran = await operate(small('Throttled', '--dry-run'), {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    expect([ran.code, faulty.refused()]).toEqual([0, 2]);
  });
});
