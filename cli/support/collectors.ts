import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import type { AwsOptions } from '../aws-clients.ts';
import { stackResources } from '../deployed-environment.ts';
import type { DeployedStack } from '../stack.ts';

/** What collectors work with. */
export interface Collecting {
  readonly stack: DeployedStack;
  readonly client: CloudFormationClient;
  readonly aws: AwsOptions;

  /** Age of the oldest log line in hours. */
  readonly hours: number;
  readonly physicalIds: (type: string) => readonly string[];
}

/** One file of the bundle, or several. */
export interface Collector {
  readonly about: string;

  /** Text of each file, by its name in the bundle. */
  readonly collect: (collecting: Collecting) => Promise<Readonly<Record<string, string>>>;
}

/** A chatty log group must not make an archive that nobody can send. */
const MOST_LINES_A_GROUP = 5000;

const MOST_EVENTS = 500;

const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

export const COLLECTORS: readonly Collector[] = [
  { about: 'the stack: state, outputs, tags, parameters', collect: stackFile },
  { about: 'the deployed template', collect: templateFile },
  { about: 'events of the stack, newest first', collect: eventsFile },
  { about: 'resources of the stack and their states', collect: resourcesFile },
  { about: 'services, tasks that run and tasks that stopped, with reasons', collect: tasksFile },
  { about: 'the machine', collect: machineFile },
  { about: 'what the machine wrote to its console while it booted', collect: consoleFile },
  { about: 'database servers', collect: databasesFile },
  { about: 'health of the targets of the load balancer', collect: targetsFile },
  { about: 'alarms and when they changed', collect: alarmsFile },
  { about: 'log lines', collect: logFiles },
];

async function stackFile({ client, stack }: Collecting) {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack.name }));
  return { 'stack.json': asJson(Stacks?.[0]) };
}

async function templateFile({ client, stack }: Collecting) {
  const { TemplateBody = '' } = await client.send(
    new GetTemplateCommand({ StackName: stack.name, TemplateStage: 'Original' }),
  );
  return { 'template.json': TemplateBody };
}

async function eventsFile({ client, stack }: Collecting) {
  const events: unknown[] = [];
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: stack.id })) {
    events.push(...(page.StackEvents ?? []));
    if (events.length >= MOST_EVENTS) break;
  }
  return { 'events.json': asJson(events.slice(0, MOST_EVENTS)) };
}

async function resourcesFile({ client, stack }: Collecting) {
  return { 'resources.json': asJson(await stackResources(client, stack.name)) };
}

async function tasksFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const [cluster] = physicalIds('AWS::ECS::Cluster');
  if (cluster === undefined) return {};
  const { DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand } =
    await import('@aws-sdk/client-ecs');
  const ecs = new ECSClient(aws);
  const { services } = await ecs.send(
    new DescribeServicesCommand({ cluster, services: [...physicalIds('AWS::ECS::Service')] }),
  );
  const tasks: unknown[] = [];
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, desiredStatus }));
    if (taskArns.length > 0)
      tasks.push(...((await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? []));
  }
  return { 'services.json': asJson(services), 'tasks.json': asJson(tasks) };
}

async function machineFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const ids = [...physicalIds('AWS::EC2::Instance')];
  if (ids.length === 0) return {};
  const { DescribeInstancesCommand, DescribeInstanceStatusCommand, EC2Client } = await import('@aws-sdk/client-ec2');
  const ec2 = new EC2Client(aws);
  const [described, status] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({ InstanceIds: ids })),
    ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: ids, IncludeAllInstances: true })),
  ]);
  return { 'machine.json': asJson({ instances: described.Reservations, status: status.InstanceStatuses }) };
}

async function consoleFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const [InstanceId] = physicalIds('AWS::EC2::Instance');
  if (InstanceId === undefined) return {};
  const { EC2Client, GetConsoleOutputCommand } = await import('@aws-sdk/client-ec2');
  const { Output = '' } = await new EC2Client(aws).send(new GetConsoleOutputCommand({ InstanceId }));
  return { 'machine-console.log': Buffer.from(Output, 'base64').toString('utf8') };
}

async function databasesFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } = await import('@aws-sdk/client-rds');
  const rds = new RDSClient(aws);
  // The API of RDS tells about DocumentDB as well.
  const instances = ['AWS::RDS::DBInstance', 'AWS::DocDB::DBInstance'].flatMap(physicalIds);
  const clusters = ['AWS::RDS::DBCluster', 'AWS::DocDB::DBCluster'].flatMap(physicalIds);
  if (instances.length + clusters.length === 0) return {};
  const described = await Promise.all<unknown>([
    ...instances.map(
      async (id) => (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))).DBInstances,
    ),
    ...clusters.map(
      async (id) => (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters,
    ),
  ]);
  return { 'databases.json': asJson(described.flat()) };
}

async function targetsFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const groups = physicalIds('AWS::ElasticLoadBalancingV2::TargetGroup');
  if (groups.length === 0) return {};
  const { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } =
    await import('@aws-sdk/client-elastic-load-balancing-v2');
  const client = new ElasticLoadBalancingV2Client(aws);
  const health = await Promise.all(
    groups.map(async (TargetGroupArn) => ({
      TargetGroupArn,
      health: (await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions,
    })),
  );
  return { 'targets.json': asJson(health) };
}

async function alarmsFile({ aws, physicalIds }: Collecting): Promise<Record<string, string>> {
  const names = [...physicalIds('AWS::CloudWatch::Alarm')];
  if (names.length === 0) return {};
  const { CloudWatchClient, DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
  const { MetricAlarms } = await new CloudWatchClient(aws).send(new DescribeAlarmsCommand({ AlarmNames: names }));
  return { 'alarms.json': asJson(MetricAlarms) };
}

async function logFiles({ aws, stack, hours }: Collecting): Promise<Record<string, string>> {
  const client = new CloudWatchLogsClient(aws);
  const files: Record<string, string> = {};
  const prefix = `/aws/librechat/${stack.name}/`;
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: prefix }))
    for (const { logGroupName = '' } of logGroups)
      files[`logs/${logGroupName.slice(prefix.length)}.log`] = await logLines(client, logGroupName, hours);
  return files;
}

async function logLines(client: CloudWatchLogsClient, logGroupName: string, hours: number): Promise<string> {
  const lines: string[] = [];
  const startTime = Date.now() - hours * 3_600_000;
  for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, startTime })) {
    for (const { timestamp = 0, logStreamName = '', message = '' } of events)
      lines.push(`${new Date(timestamp).toISOString()} ${logStreamName} ${message.trimEnd()}\n`);
    // The newest ones tell what went wrong.
    if (lines.length > MOST_LINES_A_GROUP) lines.splice(0, lines.length - MOST_LINES_A_GROUP);
  }
  return lines.join('');
}
