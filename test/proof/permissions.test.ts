import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolvePreset } from '../../config/deployment-config.ts';
import type { PresetName } from '../../config/presets.ts';
import { templateOf } from '../sweeps/templates.ts';
import { awsCommands, unlistedCommands } from './machine-calls.ts';
import { find, mutated, remove } from './mutate.ts';
import { checkPermissions, inWords, type Permissions } from './permissions.ts';
import { resolveTemplate } from '../../cli/network/resolve.ts';
import { SCENARIOS } from './scenarios.ts';
import { Simulator } from './simulate.ts';

/** A thousand questions for each template. */
const LONG = 300_000;

const checked = new Map<string, Permissions>();

beforeAll(async () => {
  for (const { name, config } of SCENARIOS) checked.set(name, await checkPermissions(templateOf(config), config));
}, LONG);

afterAll(() => {
  const total = (count: (one: Permissions) => number) => [...checked.values()].map(count).reduce((a, b) => a + b, 0);
  // eslint-disable-next-line no-console -- the size of the proof is part of what it shows
  console.log(
    `${checked.size} templates: ${total(({ calls }) => calls.length)} calls that must be allowed, ${total(({ refusals }) => refusals.length)} that must be refused, ${total(({ statements }) => statements)} statements asked`,
  );
});

test.each(SCENARIOS)(
  '$name: what is called is allowed, what is dangerous refused, and no right is idle',
  ({ name }) => {
    const { findings, calls, refusals } = checked.get(name) ?? { findings: ['not checked'], calls: [], refusals: [] };
    expect(findings).toEqual([]);
    expect(calls.length).toBeGreaterThan(50);
    expect(refusals.length).toBeGreaterThan(100);
  },
);

test('every command of the boot script has its row, and every row its command', () => {
  expect(unlistedCommands()).toEqual([]);
  expect(awsCommands('x=$(aws ec2 describe-tags --query x)\n  # aws s3 rm\n').join()).toBe('ec2 describe-tags');
  expect(unlistedCommands('aws ec2 terminate-instances --instance-ids "$1"')).toContain(
    'aws ec2 terminate-instances has no row',
  );
});

describe('the calls are read from the template', () => {
  const refused = (name: string) => checked.get(name)?.refusals.map(inWords) ?? [];
  const called = (name: string) =>
    checked.get(name)?.calls.map(({ by, action }) => `${by.replace(/[0-9A-F]{8}$/, '')} ${action}`) ?? [];

  test('of tasks: the agent starts them, the containers work', () => {
    expect(called('production-ecs')).toEqual(
      expect.arrayContaining([
        'ComputeLibreChatTaskDefinitionExecutionRole secretsmanager:GetSecretValue',
        'ComputeLibreChatTaskDefinitionExecutionRole logs:PutLogEvents',
        'ComputeLibreChatTaskDefinitionTaskRole s3:PutObject',
        'ComputeLibreChatTaskDefinitionTaskRole bedrock:InvokeModelWithResponseStream',
        'ComputeLibreChatTaskDefinitionTaskRole elasticfilesystem:ClientMount',
        'ComputeRagApiTaskDefinitionTaskRole bedrock:InvokeModel',
        'DatabaseDocumentsInitializerFunctionServiceRole secretsmanager:GetSecretValue',
      ]),
    );
    expect(called('production-ecs in a closed network')).toEqual(
      expect.arrayContaining([
        'ComputeMeilisearchTaskDefinitionExecutionRole ecr:BatchGetImage',
        'ComputeLibreChatTaskDefinitionTaskRole ssmmessages:OpenDataChannel',
      ]),
    );
  });

  test('no task reads a secret of another, nor a master login, nor the vectors', () => {
    const secrets = refused('production-ecs').filter((call) => call.includes('secretsmanager:GetSecretValue'));
    for (const [by, secret] of [
      ['ComputeLibreChatTaskDefinitionTaskRole', 'DatabaseVectorsLogin'],
      ['ComputeLibreChatTaskDefinitionExecutionRole', 'DatabaseVectorsLogin'],
      ['ComputeLibreChatTaskDefinitionExecutionRole', 'DatabaseDocumentsMasterLogin'],
      ['ComputeRagApiTaskDefinitionExecutionRole', 'DatabaseDocumentsMongoUri'],
      ['ComputeMeilisearchTaskDefinitionExecutionRole', 'SecretsJwtSecret'],
      ['DatabaseVectorsInitializerFunctionServiceRole', 'DatabaseDocumentsMasterLogin'],
    ] as const)
      expect(secrets.filter((call) => call.startsWith(by) && call.includes(`:${secret}`)).length, by).toBeGreaterThan(
        0,
      );
  });
});

describe('a broken policy is found, and nothing but what is broken', { timeout: LONG }, () => {
  const findings = async (preset: PresetName, change: Parameters<typeof mutated>[1]) => {
    const config = resolvePreset(preset);
    return (await checkPermissions(mutated(templateOf(config), change), config)).findings;
  };
  const statementOf = (properties: Record<string, unknown>, sid: string) =>
    (properties['PolicyDocument'] as { Statement: Record<string, unknown>[] }).Statement.find(
      ({ Sid }) => Sid === sid,
    )!;

  test('one statement is gone', async () => {
    const found = await findings('production-ecs', (resources) => {
      const [, { Properties }] = find(resources, 'AWS::IAM::Policy', /^ComputeLibreChatTaskDefinitionTaskRole/);
      const document = Properties['PolicyDocument'] as { Statement: { Sid?: string }[] };
      document.Statement = document.Statement.filter(({ Sid }) => Sid !== 'InvokeModels');
    });
    expect(found.length).toBeGreaterThan(10);
    for (const finding of found)
      expect(finding).toMatch(/^refused: ComputeLibreChatTaskDefinitionTaskRole\w+ bedrock:InvokeModel/);
  });

  test('a whole policy is gone: no document is kept', async () => {
    const found = await findings('production-ecs', (resources) => {
      remove(resources, 'AWS::IAM::Policy', /^StorageDocumentsAccess/);
    });
    expect(found.map((finding) => finding.split(' ')[2])).toEqual([
      's3:PutObject',
      's3:GetObject',
      's3:DeleteObject',
      's3:ListBucket',
    ]);
  });

  test('one statement is widened to every resource', async () => {
    const found = await findings('production-ecs', (resources) => {
      const [, { Properties }] = find(resources, 'AWS::IAM::Policy', /^ComputeLibreChatTaskDefinitionTaskRole/);
      statementOf(Properties, 'InvokeModels')['Resource'] = '*';
    });
    expect(found.map((finding) => finding.replace(/ \S+TaskRole\w+/, ''))).toEqual([
      'allowed: bedrock:InvokeModel arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-1-20250805-v1:0',
      'allowed: bedrock:InvokeModelWithResponseStream arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-1-20250805-v1:0',
      'allowed: bedrock:InvokeModel arn:aws:bedrock:us-east-1:111122223333:inference-profile/global.anthropic.claude-opus-4-1-20250805-v1:0',
    ]);
  });

  test('one secret too many, one right too many: both are named', async () => {
    const found = await findings('production-ecs', (resources) => {
      const [, { Properties }] = find(resources, 'AWS::IAM::Policy', /^ComputeRagApiTaskDefinitionExecutionRole/);
      const [master] = find(resources, 'AWS::SecretsManager::Secret', /^DatabaseVectorsMasterLogin/);
      (Properties['PolicyDocument'] as { Statement: object[] }).Statement.push(
        { Sid: 'Extra', Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: master } },
        { Sid: 'Stray', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:1:queue' },
      );
    });
    const policy = /^nobody needs: ComputeRagApiTaskDefinitionExecutionRoleDefaultPolicy\w+ (Extra|Stray) \S+$/;
    expect(found.filter((finding) => policy.test(finding))).toHaveLength(4);
    expect(found.filter((finding) => !policy.test(finding))).toEqual([
      expect.stringMatching(/^allowed: \w+ secretsmanager:GetSecretValue \S+:secret:DatabaseVectorsMasterLogin/),
    ]);
  });

  test('the machine may read what the policy of its agent alone would let it', async () => {
    const found = await findings('minimal-dev', (resources) => {
      const [, { Properties }] = find(resources, 'AWS::IAM::Policy', /^ComputeRoleDefaultPolicy/);
      const document = Properties['PolicyDocument'] as { Statement: { Sid?: string }[] };
      document.Statement = document.Statement.filter(({ Sid }) => Sid !== 'ReadNoOtherParameters');
    });
    expect(found.map((finding) => finding.replace(/ Compute\w+/, ''))).toEqual([
      'allowed: ssm:GetParameter arn:aws:ssm:us-east-1:111122223333:parameter/somebody/elses',
      'allowed: ssm:GetParameters arn:aws:ssm:us-east-1:111122223333:parameter/somebody/elses',
    ]);
  });

  test('the volume lost the tag by which the machine may take it', async () => {
    const found = await findings('minimal-dev', (resources) => {
      const [, { Properties }] = find(resources, 'AWS::EC2::Volume', /./);
      Properties['Tags'] = (Properties['Tags'] as { Key: string }[]).filter(({ Key }) => Key !== 'LibreChatVolume');
    });
    const actions = found.filter((finding) => finding.startsWith('refused')).map((finding) => finding.split(' ')[2]);
    expect([...new Set(actions)]).toEqual([
      'ec2:AttachVolume',
      'ec2:DetachVolume',
      'ec2:StartInstances',
      'ec2:StopInstances',
    ]);
  });

  test('the file system lets nobody mount, a topic takes no alarm, a stranger takes a role', async () => {
    const found = await findings('production-ecs', (resources) => {
      const [, files] = find(resources, 'AWS::EFS::FileSystem', /./);
      files.Properties['FileSystemPolicy'].Statement.push({
        Effect: 'Deny',
        Action: 'elasticfilesystem:ClientMount',
        Principal: { AWS: '*' },
      });
      remove(resources, 'AWS::SNS::TopicPolicy', /./);
      const [, role] = find(resources, 'AWS::IAM::Role', /^ComputeMeilisearchTaskDefinitionTaskRole/);
      role.Properties['AssumeRolePolicyDocument'].Statement[0].Principal = { AWS: 'arn:aws:iam::999988887777:root' };
    });
    expect(found.map((finding) => finding.replaceAll(/(TaskRole|Alerts)[0-9A-F]{8}/g, '$1'))).toEqual([
      expect.stringMatching(/^refused: ComputeLibreChatTaskDefinitionTaskRole elasticfilesystem:ClientMount /),
      expect.stringMatching(/^refused: cloudwatch.amazonaws.com sns:Publish /),
      'ComputeMeilisearchTaskDefinitionTaskRole may be taken on by arn:aws:iam::999988887777:root',
    ]);
  });

  test.each([
    ['without TLS', { 'aws:SecureTransport': 'false' }],
    ['with a TLS that is too old', { 's3:TlsVersion': '1.1' }],
  ])('documents are not given %s, not even to LibreChat', async (_, context) => {
    const template = templateOf(resolvePreset('production-ecs'));
    const simulator = new Simulator(resolveTemplate(template));
    const documents = checked
      .get('production-ecs')!
      .calls.find(({ action, resource }) => action === 's3:GetObject' && resource.includes('/uploads/'))!;
    expect((await simulator.ask(documents)).isAllowed).toBe(true);
    expect((await simulator.ask({ ...documents, context })).isAllowed).toBe(false);
  });
});
