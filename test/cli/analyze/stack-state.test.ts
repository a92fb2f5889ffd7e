import {
  CloudFormationClient,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { drift, parts, stackState } from '../../../cli/analyze/stack-state.ts';
import { look, refused, remedies, stack } from './looking.ts';

const cloudFormation = mockClient(CloudFormationClient);
const ec2 = mockClient(EC2Client);
const rds = mockClient(RDSClient);
beforeEach(() => {
  cloudFormation.reset();
  ec2.reset();
  rds.reset();
});
afterAll(() => {
  cloudFormation.restore();
  ec2.restore();
  rds.restore();
});

describe('state of the stack', () => {
  const event = (name: string, status: string, reason?: string, id = name) => ({
    StackId: stack.id,
    EventId: name + status,
    StackName: 'Chat',
    Timestamp: undefined,
    LogicalResourceId: name,
    PhysicalResourceId: id,
    ResourceStatus: status as never,
    ResourceStatusReason: reason,
  });
  const itself = (status: string) => event('Chat', status, undefined, stack.id);

  beforeEach(() => {
    // Newest first, with a change before the one that failed.
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [
        itself('UPDATE_ROLLBACK_COMPLETE'),
        event('Other', 'UPDATE_FAILED', 'Resource update cancelled'),
        event('Vpc', 'CREATE_FAILED', 'The maximum number of VPCs has been reached. (Service: Ec2)'),
        itself('UPDATE_IN_PROGRESS'),
        event('Earlier', 'CREATE_FAILED', 'long ago'),
      ],
    });
  });

  test('finds nothing on one that is in order and protected', async () => {
    expect(await look(stackState)).toEqual([]);
  });

  test.each([
    ['UPDATE_ROLLBACK_COMPLETE', 'warning'],
    ['UPDATE_ROLLBACK_FAILED', 'bad'],
    ['ROLLBACK_COMPLETE', 'bad'],
    ['CREATE_FAILED', 'bad'],
    ['DELETE_FAILED', 'bad'],
  ])('names the first failure of the last change in %s', async (status, severity) => {
    const [found] = await look(stackState, {}, { status });
    expect(found).toEqual([
      severity,
      'Chat',
      `the stack is in ${status}: Vpc: The maximum number of VPCs has been reached. (Service: Ec2)`,
    ]);
    expect((await remedies(stackState, {}, { status }))[0]).toMatch(/Service Quotas.+; .+/);
  });

  test('only informs while a change is under way', async () => {
    const found = await look(stackState, {}, { status: 'UPDATE_IN_PROGRESS' });
    expect(found).toEqual([['info', 'Chat', 'the stack is in UPDATE_IN_PROGRESS']]);
  });

  test('warns of production without termination protection, and of no other', async () => {
    const off = { isProtected: false };
    expect(await look(stackState, {}, off)).toEqual([
      ['warning', 'Chat', 'termination protection is off: one call deletes the stack'],
    ]);
    expect(await look(stackState, {}, { ...off, tags: { Environment: 'development' } })).toEqual([]);
  });
});

describe('parts', () => {
  const resources = { ComputeData: ['EC2::Volume', 'vol-1'] } as const;

  test('are well while they are there', async () => {
    ec2.on(DescribeVolumesCommand).resolves({ Volumes: [{ Size: 8, State: 'in-use' }] });
    expect(await look(parts, resources)).toEqual([]);
  });

  test.each([
    ['available', true],
    ['backing-up', true],
    ['configuring-enhanced-monitoring', true],
    ['storage-optimization', true],
    ['stopped', false],
    ['inaccessible-encryption-credentials-recoverable', false],
    ['insufficient-capacity', false],
    ['a state that AWS has not told of yet', false],
  ])('that are %s are well: %s', async (status, isWell) => {
    rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [{ Engine: 'postgres', DBInstanceStatus: status }] });
    const found = await look(parts, { DatabaseVectors: ['RDS::DBInstance', 'db-1'] });
    const what = `database instance: postgres, ${status}`;
    expect(found).toEqual(isWell ? [] : [['bad', 'DatabaseVectors', what]]);
  });

  test('are bad once somebody deleted them', async () => {
    ec2.on(DescribeVolumesCommand).rejects(refused('InvalidVolume.NotFound'));
    const what = 'data volume: is not there: somebody deleted it behind the stack';
    expect(await look(parts, resources)).toEqual([['bad', 'ComputeData', what]]);
  });
});

describe('drift', () => {
  const detected = (status: string, drifts: object[] = [], reason?: string) => {
    cloudFormation.on(DetectStackDriftCommand).resolves({ StackDriftDetectionId: 'd-1' });
    cloudFormation
      .on(DescribeStackDriftDetectionStatusCommand)
      .resolvesOnce({ DetectionStatus: 'DETECTION_IN_PROGRESS' } as never)
      .resolves({ DetectionStatus: status, DetectionStatusReason: reason } as never);
    cloudFormation.on(DescribeStackResourceDriftsCommand).resolves({ StackResourceDrifts: drifts } as never);
  };
  const place = { LogicalResourceId: 'Alerts', PhysicalResourceId: 'topic-1' };
  const difference = (name: string, ActualValue = 'b') => ({
    PropertyPath: `/${name}`,
    ExpectedValue: 'a',
    ActualValue,
    DifferenceType: 'NOT_EQUAL',
  });

  test('finds nothing where all is as it was deployed, having waited for the detection', async () => {
    detected('DETECTION_COMPLETE');
    expect(await look(drift)).toEqual([]);
    expect(cloudFormation.commandCalls(DescribeStackDriftDetectionStatusCommand)).toHaveLength(2);
  });

  test('tells each property that was changed, shortened', async () => {
    const PropertyDifferences = [
      difference('Name'),
      difference('Policy', 'x'.repeat(50)),
      difference('C'),
      difference('D'),
    ];
    detected('DETECTION_COMPLETE', [{ ...place, StackResourceDriftStatus: 'MODIFIED', PropertyDifferences }]);
    const what = `changed behind the back of the stack: Name is b, was a; Policy is ${'x'.repeat(40)}…, was a; C is b, was a; and 1 more`;
    expect(await look(drift)).toEqual([['warning', 'Alerts', what]]);
  });

  test('is bad where a resource was deleted', async () => {
    detected('DETECTION_COMPLETE', [{ ...place, StackResourceDriftStatus: 'DELETED' }]);
    expect(await look(drift)).toEqual([['bad', 'Alerts', 'somebody deleted it behind the back of the stack']]);
  });

  test('tells what it could not detect beside what it did', async () => {
    const drifts = [{ ...place, StackResourceDriftStatus: 'DELETED' }];
    detected('DETECTION_FAILED', drifts, 'Failed to detect drift on resource [Vpc]');
    expect(await look(drift)).toEqual([
      ['unknown', 'Chat', 'drift of some resources: Failed to detect drift on resource [Vpc]'],
      ['bad', 'Alerts', expect.any(String)],
    ]);
  });
});
