import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  GetInferenceProfileCommand,
} from '@aws-sdk/client-bedrock';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { bedrock } from '../../../cli/setup/models.ts';
import { quotas } from '../../../cli/setup/quotas.ts';
import type { PresetName } from '../../../config/presets.ts';
import { around, refused } from './around.ts';

const bedrockMock = mockClient(BedrockClient);
const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
const ec2 = mockClient(EC2Client);
const rds = mockClient(RDSClient);
const serviceQuotas = mockClient(ServiceQuotasClient);
const mocks = [bedrockMock, cloudFormation, cloudWatch, ec2, rds, serviceQuotas];

beforeEach(() => {
  for (const mock of mocks) mock.reset();
});
afterAll(() => {
  for (const mock of mocks) mock.restore();
});

describe('Bedrock', () => {
  const open = {
    authorizationStatus: 'AUTHORIZED',
    entitlementAvailability: 'AVAILABLE',
    regionAvailability: 'AVAILABLE',
  } as const;
  const profile = { models: [{ modelArn: 'arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0' }] };

  test.each([
    [{ ...open, agreementAvailability: { status: 'AVAILABLE' } }, 'ok', 'access granted'],
    [{ ...open, agreementAvailability: { status: 'NOT_AVAILABLE' } }, 'warning', 'no agreement'],
    [{ ...open, authorizationStatus: 'NOT_AUTHORIZED' }, 'bad', 'this account may not use it'],
    [{ ...open, regionAvailability: 'NOT_AVAILABLE' }, 'bad', 'not offered in us-east-1'],
  ] as const)('%j: %s', async (answer, severity, text) => {
    bedrockMock.on(GetInferenceProfileCommand).resolves(profile);
    bedrockMock.on(GetFoundationModelAvailabilityCommand).resolves(answer);
    const findings = await bedrock.run(around());
    expect(findings).toHaveLength(3);
    for (const finding of findings) expect(finding).toMatchObject({ severity, what: expect.stringContaining(text) });
    const [call] = bedrockMock.commandCalls(GetFoundationModelAvailabilityCommand);
    expect(call?.args[0].input.modelId).toBe('amazon.nova-2-lite-v1:0');
  });

  test('has no such inference profile in a region', async () => {
    bedrockMock.on(GetInferenceProfileCommand).rejects(refused('ResourceNotFoundException'));
    expect(await bedrock.run(around())).toMatchObject(Array(3).fill({ severity: 'bad' }));
  });

  test('is unknown where it may not be asked, and asks for embeddings too', async () => {
    bedrockMock.rejects(refused('AccessDeniedException'));
    expect(await bedrock.run(around('standard-dev'))).toMatchObject(Array(4).fill({ severity: 'unknown' }));
  });
});

describe('quotas', () => {
  const found = async (limit: number, preset: PresetName = 'production-ecs') => {
    cloudFormation.on(DescribeStacksCommand).rejects(new Error('Stack with id x does not exist'));
    serviceQuotas.on(GetServiceQuotaCommand).rejects(refused('NoSuchResourceException'));
    serviceQuotas.on(GetAWSDefaultServiceQuotaCommand).resolves({
      Quota: { Value: limit, UsageMetric: { MetricNamespace: 'AWS/Usage', MetricName: 'ResourceCount' } },
    });
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{}, {}] });
    ec2.on(DescribeAddressesCommand).resolves({ Addresses: [{}] });
    ec2.on(DescribeSubnetsCommand).resolves({
      Subnets: [
        { SubnetId: 'a', AvailabilityZone: 'us-east-1a' },
        { SubnetId: 'b', AvailabilityZone: 'us-east-1b' },
      ],
    });
    ec2
      .on(DescribeNatGatewaysCommand)
      .resolves({ NatGateways: [{ SubnetId: 'a' }, { SubnetId: 'a' }, { SubnetId: 'b' }] });
    rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [{}] });
    cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [{ Maximum: 2 }, { Maximum: 4 }] });
    return await quotas.run(around(preset));
  };

  test('hold what is used and what is needed', async () => {
    expect((await found(100)).map(({ check, severity, what }) => [check, severity, what])).toEqual([
      ['quota VPCs', 'ok', '1 needed, 2 used, 100 allowed'],
      ['quota elastic IP addresses', 'ok', '1 needed, 1 used, 100 allowed'],
      ['quota NAT gateways in a zone', 'ok', '1 needed, 2 used, 100 allowed'],
      ['quota database instances', 'ok', '3 needed, 1 used, 100 allowed'],
      ['quota vCPUs of Fargate', 'ok', '7 needed, 4 used, 100 allowed'],
    ]);
  });

  test('that are too small fail, with the command that asks for more', async () => {
    expect((await found(2))[0]).toMatchObject({
      severity: 'bad',
      remedy:
        'aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-F678F1CE --desired-value 3',
    });
  });

  test('of a machine count the vCPUs of its NAT instance too', async () => {
    const vcpus = (await found(100, 'minimal-dev')).find(({ check }) => check?.includes('EC2'));
    expect(vcpus?.what).toBe('4 needed, 4 used, 100 allowed');
  });

  test('do not matter to a stack that is there', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: [{ StackName: 'LibreChatStack', StackStatus: 'CREATE_COMPLETE', CreationTime: new Date() }],
    });
    expect(await quotas.run(around())).toMatchObject([{ severity: 'ok' }]);
  });
});
