import { CloudFormationClient, CreateStackCommand, ListChangeSetsCommand } from '@aws-sdk/client-cloudformation';
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
    expect(stderr).toMatch(/^about \$\d+(–\d+)? a month before anybody uses it$/m);
    expect(await findStack(cloudFormation, 'DryRun')).toBeUndefined();
  });

  test('refuses to deploy without a terminal and without --yes, and leaves nothing', async () => {
    const { code, stderr } = await operate(small('Unasked'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('pass --yes to agree')]);
    expect(await findStack(cloudFormation, 'Unasked')).toBeUndefined();
  });

  test('switches termination protection on and off after consent only', async () => {
    const production = (...more: string[]) => small('Protected', '--set', 'environment=production', ...more);
    const isProtected = async () => (await findStack(cloudFormation, 'Protected'))?.isProtected;

    const dry = await operate(production('--dry-run'));
    expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining('termination protection of the stack: on')]);
    expect((await operate(production())).code).toBe(2);
    expect(await isProtected()).toBeUndefined();

    const deployed = await operate(production('--yes'));
    expect([deployed.code, deployed.stderr]).toEqual([0, expect.stringMatching(/^deployed in (\d+ min )?\d+ s$/m)]);
    expect(await isProtected()).toBe(true);

    const unprotected = ['--set', 'data.deletionProtection=false'];
    const dryAgain = await operate(production('--dry-run', ...unprotected));
    expect([dryAgain.code, dryAgain.stderr]).toEqual([0, expect.stringContaining('protection of the stack: off')]);
    expect((await operate(production(...unprotected))).code).toBe(2);
    expect(await isProtected()).toBe(true);

    expect((await operate(production('--yes', ...unprotected))).code).toBe(0);
    expect(await isProtected()).toBe(false);
    const { Summaries } = await cloudFormation.send(new ListChangeSetsCommand({ StackName: 'Protected' }));
    expect(Summaries?.filter(({ ExecutionStatus }) => ExecutionStatus !== 'EXECUTE_COMPLETE')).toEqual([]);
  });

  test.each(['nowhere/outputs.json', '.'])('refuses to write outputs to %s before anything begins', async (file) => {
    const { code, stderr } = await operate(small('Unwritten', '--yes', '--outputs-file', file));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: \S+ cannot be written/)]);
    expect(await findStack(cloudFormation, 'Unwritten')).toBeUndefined();
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

  test('tells what it costs before it asks, and what it did cost', async () => {
    const { stderr } = await operate(small('Deployed', '--set', 'instance.dataVolumeGiB=200', '--dry-run'));
    expect(stderr).toMatch(/^about \$\d+(–\d+)? a month before anybody uses it \(was \$\d+(–\d+)?\)$/m);
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
    const left = await findStack(cloudFormation, 'Broken');
    for (const [flags, code, message] of [
      [['--dry-run'], 1, 'changes cannot be shown before it is deleted'],
      [[], 2, 'pass --yes to agree'],
    ] as const) {
      const refused = await operate(small('Broken', ...flags));
      expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(message)]);
      expect(await findStack(cloudFormation, 'Broken')).toEqual(left);
    }
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

  test.each([
    ['The security token included in the request is expired', 'the credentials have expired'],
    ['Requires capabilities : [CAPABILITY_IAM]', 'the change set could not be made'],
  ])('tells what AWS said to the CDK in the same words, and leaves nothing: %s', async (said, message) => {
    const fault = { code: 'Refused', message: said, of: /Action=CreateChangeSet/ };
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
    const ran = await operate(small('Refused', '--yes'), {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(ran.stderr).toContain(said);
    expect(await findStack(cloudFormation, 'Refused')).toBeUndefined();
  });

  test('names the stack where one is stuck', async () => {
    const broken = { Resources: { Broken: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'not allowed!' } } } };
    await cloudFormation.send(
      new CreateStackCommand({ StackName: 'Halted', TemplateBody: JSON.stringify(broken), OnFailure: 'DO_NOTHING' }),
    );
    await expect.poll(async () => (await findStack(cloudFormation, 'Halted'))?.status).toBe('CREATE_FAILED');
    const { code, stderr } = await operate(small('Halted', '--yes'));
    expect([code, stderr]).toEqual([1, expect.stringContaining("'npx tsx cli/main.ts cleanup --stack Halted'")]);
  });

  test('deploys when AWS does not let it be watched', async () => {
    const fault = { code: 'AccessDenied', message: 'not for you', of: /Action=DescribeStackEvents/ };
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
    const ran = await operate(small('Unwatched', '--yes', '--json'), {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    expect([ran.code, (json(ran) as Deployed).status]).toEqual([0, 'CREATE_COMPLETE']);
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
