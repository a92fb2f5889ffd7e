import { CostExplorerClient, GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import { DeleteVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../cli/inspect/status.ts';
import { faultyEndpoint } from './faulty-endpoint.ts';
import { env, json, operate, options } from './local.ts';
import { createStack, idsOf, VOLUME } from './small-stacks.ts';

const VPC = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } };
const MACHINE = { Type: 'AWS::EC2::Instance', Properties: { ImageId: 'ami-12345678', InstanceType: 't4g.nano' } };
const targets = (...ids: string[]) => ({
  Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
  Properties: {
    Port: 80,
    Protocol: 'HTTP',
    VpcId: { Ref: 'NetworkVpc' },
    TargetType: 'instance',
    Targets: ids.map((id) => ({ Id: { Ref: id } })),
  },
});
const SERVICE = {
  Type: 'AWS::ECS::Service',
  Properties: { Cluster: { Ref: 'ComputeCluster' }, TaskDefinition: { Ref: 'ComputeTask' }, DesiredCount: 2 },
};
const TASK = { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [{ Name: 'a', Image: 'a:1' }] } };

const health = (told: Status) =>
  told.parts.flatMap((part) => part.health.map((one) => [part.part, one.what, one.state, one.isHealthy]));

describe('status', () => {
  beforeAll(async () => {
    await createStack('Watched', { ComputeData: VOLUME });
  });
  afterEach(() => {
    mocked?.restore();
    mocked = undefined;
  });
  let mocked: ReturnType<typeof mockClient> | undefined;

  test('tells each part, how it is, and the outputs', async () => {
    await createStack(
      'Told',
      {
        NetworkVpc: VPC,
        ComputeMachine: MACHINE,
        ComputeData: VOLUME,
        ComputeCluster: { Type: 'AWS::ECS::Cluster' },
        ComputeTask: TASK,
        ComputeService: SERVICE,
        EntranceTargets: targets('ComputeMachine'),
        EntranceEmpty: targets(),
      },
      { outputs: { SiteUrl: { Value: 'https://chat.example' } }, isProtected: true },
    );
    const told = json(await operate(['status', '--stack', 'Told', '--json'])) as Status;
    expect(told).toMatchObject({ stack: 'Told', status: 'CREATE_COMPLETE', environment: 'production' });
    expect([told.isProtected, told.outputs]).toEqual([true, { SiteUrl: 'https://chat.example' }]);
    expect(told.parts.map(({ part, resources }) => [part, resources])).toEqual([
      ['compute', 5],
      ['entrance', 2],
      ['network', 1],
    ]);
    expect(new Set(health(told))).toEqual(
      new Set([
        ['compute', 'data volume', '8 GiB, available', true],
        ['compute', 'machine', 't4g.nano, running', true],
        ['compute', 'service', '2 of 2 tasks running', true],
        ['entrance', 'targets of the load balancer', '1 of 1 healthy', true],
        ['entrance', 'targets of the load balancer', '0 of 0 healthy', false],
      ]),
    );
    const { stdout } = await operate(['status', '--stack', 'Told']);
    expect(stdout).toMatch(/^Told: CREATE_COMPLETE, production, protected from deletion\nlast change: \d{4}-/);
    expect(stdout).toMatch(/^ {4}!! {2}targets of the load balancer arn:\S+: 0 of 0 healthy$/m);
    expect(stdout).toMatch(/^outputs\n {2}SiteUrl: https:\/\/chat\.example$/m);
  });

  test('says what somebody deleted behind the back of the stack', async () => {
    await createStack('Robbed', { ComputeData: VOLUME });
    const { ComputeData: id = '' } = await idsOf('Robbed');
    await new EC2Client(options).send(new DeleteVolumeCommand({ VolumeId: id }));
    const { stdout } = await operate(['status', '--stack', 'Robbed']);
    expect(stdout).toContain(`!!  data volume ${id}: is not there: somebody deleted it behind the stack`);
  });

  test('names the stacks that there are for one that there is not', async () => {
    const { code, stderr } = await operate(['status', '--stack', 'Watchde']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: no stack named 'Watchde' .+ Watched\b/)]);
  });

  test('tells the cost since the month began, when Cost Explorer knows it', async () => {
    mocked = mockClient(CostExplorerClient)
      .on(GetCostAndUsageCommand)
      .resolves({ ResultsByTime: [{ Total: { UnblendedCost: { Amount: '12.345', Unit: 'USD' } } }] });
    const { stdout } = await operate(['status', '--stack', 'Watched', '--cost']);
    expect(stdout).toMatch(/^cost since \d{4}-\d\d-01: \$12\.3[45]$/m);
    expect(mocked.call(0).args[0].input).toMatchObject({
      Filter: { Tags: { Key: 'Deployment', Values: ['Watched'] } },
    });
  });

  test.each([
    [{}, /unknown, nothing has been counted: activate the cost allocation tag 'Deployment'/],
    [new Error('not enabled'), /unknown, Cost Explorer refused \(Error: not enabled\): enable it in Billing/],
  ])('tells why the cost is unknown', async (answer, message) => {
    const asked = mockClient(CostExplorerClient).on(GetCostAndUsageCommand);
    mocked = answer instanceof Error ? asked.rejects(answer) : asked.resolves(answer);
    const { code, stdout } = await operate(['status', '--stack', 'Watched', '--cost']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(message)]);
  });

  test.each([
    ['ExpiredToken', 'the credentials have expired'],
    ['AccessDenied', 'these credentials may not do that'],
  ])('ends in one line with a remedy after %s', async (code, message) => {
    const of = /Action=ListStackResources/;
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', { code, message: 'as AWS says it', of });
    const ran = await operate(['status', '--stack', 'Watched'], {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(new RegExp(`^error: ${message} \\(${code}: as AWS says it\\): .+\\n$`));
  });

  test('goes on when AWS asks twice to slow down', async () => {
    const fault = { code: 'Throttling', message: 'Rate exceeded', of: /Action=DescribeStacks/, times: 2 };
    const faulty = await faultyEndpoint(env['AWS_ENDPOINT_URL'] ?? '', fault);
    const ran = await operate(['status', '--stack', 'Watched'], {}, { AWS_ENDPOINT_URL: faulty.url });
    await faulty.close();
    expect([ran.code, faulty.refused()]).toEqual([0, 2]);
  });
});
