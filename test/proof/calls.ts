import type { DeploymentConfig } from '../../config/schema.ts';
import { containerCalls, fileCalls, imageCalls, logCalls } from './container-calls.ts';
import { functionCalls } from './function-calls.ts';
import { machineCalls } from './machine-calls.ts';
import { containersOf, taskOf } from './parties.ts';
import { ACCOUNT, ofTypes, type Resolved, type Resources } from './resolve.ts';
import type { Call } from './simulate.ts';

/** Logical id in the ARN of a role. */
const roleOf = (arn: unknown) => String(arn).split(':role/').at(-1) ?? '';

/** Secret in the reference of a container: an ARN of seven parts, then the field. */
const secretOf = (reference: string) => reference.split(':').slice(0, 7).join(':');

const SHELL = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'];

/** Every call of AWS that a deployment makes, as its template says. */
export function callsOf(config: DeploymentConfig, resources: Resources, region: string): Call[] {
  return [
    ...ofTypes(resources, 'AWS::ECS::Service').flatMap((service) => taskCalls(resources, service, region)),
    ...machineCalls(config, resources, region),
    ...functionCalls(resources, region),
    ...serviceCalls(resources, region),
  ];
}

function taskCalls(resources: Resources, service: Resolved, region: string): Call[] {
  const { ExecutionRoleArn, TaskRoleArn, Volumes = [] } = taskOf(resources, service.properties)?.properties ?? {};
  const [execution, task] = [roleOf(ExecutionRoleArn), roleOf(TaskRoleArn)];
  const calls: Call[] = [];
  for (const container of containersOf(resources, service.properties)) {
    const { Name, Image, Secrets = [], Environment = [], Command = [], LogConfiguration } = container;
    const variables = Object.fromEntries(
      Environment.map((entry: { Name: string; Value: unknown }) => [entry.Name, String(entry.Value)]),
    );
    const started = [
      ...Secrets.map((secret: { Name: string; ValueFrom: string }) => ({
        action: 'secretsmanager:GetSecretValue',
        resource: secretOf(secret.ValueFrom),
        why: `${secret.Name} of ${Name}`,
      })),
      ...logCalls(LogConfiguration?.Options?.['awslogs-group'], region, `log of ${Name}`),
      ...imageCalls(String(Image)),
    ];
    const made = [...containerCalls(Name, variables), ...fileCalls(Command.join(' '), `files of ${Name}`)];
    calls.push(...started.map((call) => ({ by: execution, ...call })), ...made.map((call) => ({ by: task, ...call })));
  }
  calls.push(...(Volumes as Resolved['properties'][]).flatMap((volume) => mountCalls(task, volume, region)));
  if (service.properties['EnableExecuteCommand'] === true)
    calls.push(...SHELL.map((name) => ({ by: task, action: `ssmmessages:${name}`, resource: '*', why: 'shell' })));
  return calls;
}

function mountCalls(by: string, volume: Resolved['properties'], region: string): Call[] {
  const { FilesystemId, AuthorizationConfig } = volume['EFSVolumeConfiguration'] ?? {};
  if (FilesystemId === undefined) return [];
  const resource = `arn:aws:elasticfilesystem:${region}:${ACCOUNT}:file-system/${FilesystemId}`;
  const accessPoint = `arn:aws:elasticfilesystem:${region}:${ACCOUNT}:access-point/${AuthorizationConfig?.AccessPointId}`;
  return ['ClientMount', 'ClientWrite'].map((action) => ({
    by,
    action: `elasticfilesystem:${action}`,
    resource,
    context: { 'elasticfilesystem:AccessPointArn': accessPoint },
    why: `volume ${volume['Name']}`,
  }));
}

/** What services of AWS do on their own: flow logs by a role, alarms and a balancer's records as the services themselves. */
function serviceCalls(resources: Resources, region: string): Call[] {
  const flowLogs = ofTypes(resources, 'AWS::EC2::FlowLog').flatMap(({ properties }) =>
    logCalls(properties['LogGroupName'], region, 'flow logs').map((call) => ({
      by: roleOf(properties['DeliverLogsPermissionArn']),
      ...call,
    })),
  );
  const topics = ofTypes(resources, 'AWS::CloudWatch::Alarm').flatMap(
    ({ properties }) => (properties['AlarmActions'] ?? []) as string[],
  );
  const alarms = [...new Set(topics)].map((resource) => ({
    by: 'cloudwatch.amazonaws.com',
    action: 'sns:Publish',
    resource,
    context: { 'aws:SourceAccount': ACCOUNT },
    why: 'alarms',
  }));
  return [...flowLogs, ...alarms, ...recordCalls(resources)];
}

/** Requests that a load balancer records in a bucket. */
function recordCalls(resources: Resources): Call[] {
  return ofTypes(resources, 'AWS::ElasticLoadBalancingV2::LoadBalancer').flatMap(({ properties }) => {
    const attributes = Object.fromEntries(
      ((properties['LoadBalancerAttributes'] ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [
        Key.replace('access_logs.s3.', ''),
        Value,
      ]),
    );
    if (attributes['enabled'] !== 'true') return [];
    return {
      by: 'logdelivery.elasticloadbalancing.amazonaws.com',
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${attributes['bucket']}/${attributes['prefix']}/AWSLogs/${ACCOUNT}/elasticloadbalancing/file.log.gz`,
      why: 'requests that the balancer records',
    };
  });
}
