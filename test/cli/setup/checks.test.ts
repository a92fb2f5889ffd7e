import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { bootstrap, credentials, kindOf, region } from '../../../cli/setup/account.ts';
import type { Finding } from '../../../cli/findings.ts';
import { checkSetup, type SetupCheck } from '../../../cli/setup/check.ts';
import { node, python } from '../../../cli/setup/tools.ts';
import { around, keys, refused } from './around.ts';

const ec2 = mockClient(EC2Client);
const ssm = mockClient(SSMClient);
const sts = mockClient(STSClient);
const mocks = [ec2, ssm, sts];

beforeEach(() => {
  for (const mock of mocks) mock.reset();
});
afterAll(() => {
  for (const mock of mocks) mock.restore();
});

describe('checks', () => {
  const check = (name: string, severity: Finding['severity'], calls: string[]): SetupCheck => ({
    name,
    needsAccount: true,
    run: () => {
      calls.push(name);
      return Promise.resolve([{ severity, what: '' }]);
    },
  });

  test('ask nothing else of AWS before somebody is logged in', async () => {
    const calls: string[] = [];
    const checks = [check('credentials', 'bad', calls), check('quotas', 'ok', calls)];
    expect((await checkSetup(checks, around())).map(({ check: name, severity }) => [name, severity])).toEqual([
      ['credentials', 'bad'],
      ['quotas', 'unknown'],
    ]);
    expect(calls).toEqual(['credentials']);
  });

  test('are unknown with the reason when AWS refuses the call', async () => {
    const failing: SetupCheck = {
      name: 'quotas',
      needsAccount: true,
      run: () => Promise.reject(refused('AccessDenied')),
    };
    expect(await checkSetup([failing], around())).toEqual([
      {
        check: 'quotas',
        severity: 'unknown',
        what: 'these credentials may not do that (AccessDenied: as AWS says it)',
        remedy: 'docs/AWS_AUTHENTICATION.md has the policy that is needed',
      },
    ]);
  });

  test('are unknown where the functions of the stack cannot be bundled: that is what they are asked for', async () => {
    const error = Object.assign(new Error('cannot bundle x: no python3\nrun "npm run bundle"'), {
      name: 'PythonBundleError',
    });
    const failing: SetupCheck = { name: 'quotas', needsAccount: false, run: () => Promise.reject(error) };
    expect(await checkSetup([failing], around())).toEqual([
      { check: 'quotas', severity: 'unknown', what: 'cannot bundle x: no python3', remedy: 'run "npm run bundle"' },
    ]);
  });

  test('do not hide a defect of ours', async () => {
    const broken: SetupCheck = {
      name: 'x',
      needsAccount: false,
      run: () => Promise.reject(new TypeError('not a function')),
    };
    await expect(checkSetup([broken], around())).rejects.toThrow('not a function');
  });
});

describe('tools', () => {
  test('of this machine are new enough', async () => {
    const found = [...(await node.run(around())), ...(await python.run({ ...around(), env: process.env }))];
    expect(found.map(({ severity }) => severity)).toEqual(['ok', 'ok']);
  });

  test.each([
    ['no-such-python', 'there is none'],
    ['/bin/false', 'it does not start'],
  ])('fail with the way to mend them: %s', async (command, found) => {
    const [finding] = await python.run({ ...around(), env: { PYTHON: command } });
    expect(finding).toMatchObject({
      severity: 'bad',
      what: found,
      remedy: expect.stringContaining('install Python 3.11'),
    });
  });
});

describe('credentials', () => {
  const identified = (arn: string, env: Record<string, string> = keys) => {
    sts.on(GetCallerIdentityCommand).resolves({ Arn: arn, Account: '111122223333' });
    return credentials.run(around('minimal-dev', env));
  };

  test.each([
    [{ CREDENTIALS_PROFILE_SSO: 'r', CREDENTIALS_SSO: 's' }, 'single sign-on'],
    [{ CREDENTIALS_PROFILE_SOURCE_PROFILE: 'o', CREDENTIALS_STS_ASSUME_ROLE: 'i' }, 'assumed role'],
    [{ CREDENTIALS_IMDS: '0' }, 'role of this machine'],
    [{ CREDENTIALS_HTTP: 'z' }, 'role of this container'],
    [{ CREDENTIALS_PROFILE_PROCESS: 'v', CREDENTIALS_PROCESS: 'w' }, 'credential process of a profile'],
    [{ CREDENTIALS_CODE: 'e' }, 'keys in environment variables'],
    [{ CREDENTIALS_PROFILE: 'n' }, 'keys of a profile'],
  ])('with the marks %j are %s', ($source, kind) => {
    expect(kindOf({ $source })).toBe(kind);
  });

  test('are told with identity and kind', async () => {
    const [finding] = await identified('arn:aws:iam::111122223333:user/ann', { ...keys, AWS_SESSION_TOKEN: 't' });
    expect(finding).toEqual({
      severity: 'ok',
      what: 'arn:aws:iam::111122223333:user/ann in account 111122223333, temporary keys in environment variables',
    });
  });

  test.each([
    ['2026-11-24T14:00:00Z', 'ok', 'valid for 120 more minutes'],
    ['2026-11-24T12:20:00Z', 'warning', 'valid for 20 more minutes'],
  ])('that end at %s: %s', async (AWS_CREDENTIAL_EXPIRATION, severity, found) => {
    const [finding] = await identified('arn:aws:sts::111122223333:assumed-role/Dev/ann', {
      ...keys,
      AWS_CREDENTIAL_EXPIRATION,
    });
    expect(finding).toMatchObject({ severity, what: expect.stringContaining(found) });
  });

  test('of the root of the account are warned of', async () => {
    expect(await identified('arn:aws:iam::111122223333:root')).toMatchObject([{ severity: 'warning' }]);
  });

  test('that have expired fail', async () => {
    sts.on(GetCallerIdentityCommand).rejects(refused('ExpiredToken'));
    expect(await credentials.run(around())).toMatchObject([
      { severity: 'bad', remedy: expect.stringContaining("'aws sso login'") },
    ]);
  });
});

describe('region', () => {
  const found = async (status: string | undefined) => {
    const Regions = status === undefined ? [] : [{ RegionName: 'us-east-1', OptInStatus: status }];
    ec2.on(DescribeRegionsCommand).resolves({ Regions });
    return (await region.run(around()))[0]?.severity;
  };

  test('is enabled, not enabled, or none', async () => {
    expect([await found('opt-in-not-required'), await found('not-opted-in'), await found(undefined)]).toEqual([
      'ok',
      'bad',
      'bad',
    ]);
  });

  test('fails when none is set', async () => {
    const { AWS_REGION: _, ...without } = keys;
    expect(await region.run(around('minimal-dev', without))).toMatchObject([{ severity: 'bad', what: 'none is set' }]);
  });
});

describe('CDK bootstrap', () => {
  test.each([
    ['5', 'bad'],
    ['6', 'ok'],
    ['30', 'ok'],
  ])('of version %s: %s', async (Value, severity) => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333' });
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value } });
    expect(await bootstrap.run(around())).toMatchObject([{ severity }]);
  });

  test('that is missing fails with the command for this account and region', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333' });
    ssm.on(GetParameterCommand).rejects(refused('ParameterNotFound'));
    expect(await bootstrap.run(around())).toMatchObject([
      { severity: 'bad', remedy: 'npx cdk bootstrap aws://111122223333/us-east-1' },
    ]);
  });
});
