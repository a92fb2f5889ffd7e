import type { DeploymentConfig } from '../../config/schema.ts';
import { containerCalls, fileCalls, imageCalls, logCalls } from './container-calls.ts';
import { functionCalls } from './function-calls.ts';
import { machineCalls } from './machine-calls.ts';
import { containersOf, taskOf } from '../../cli/network/parties.ts';
import { ACCOUNT, ofTypes, type Resolved, type Resources } from '../../cli/network/resolve.ts';
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

/** What services of AWS do on their own: logs by a role, alarms and what is recorded as the services themselves. */
function serviceCalls(resources: Resources, region: string): Call[] {
  const flowLogs = ofTypes(resources, 'AWS::EC2::FlowLog').flatMap(({ properties }) =>
    logCalls(properties['LogGroupName'], region, 'flow logs').map((call) => ({
      by: roleOf(properties['DeliverLogsPermissionArn']),
      ...call,
    })),
  );
  const actions = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
    .flatMap((type) => ofTypes(resources, type))
    .flatMap(({ properties }) => (properties['AlarmActions'] ?? []) as string[]);
  // The others are what EC2 does to a machine, for which CloudWatch has a right of its own.
  const alarms = [...new Set(actions)]
    .filter((action) => action.startsWith('arn:aws:sns:'))
    .map((resource) => ({
      by: 'cloudwatch.amazonaws.com',
      action: 'sns:Publish',
      resource,
      context: { 'aws:SourceAccount': ACCOUNT },
      why: 'alarms',
    }));
  return [...flowLogs, ...alarms, ...recordCalls(resources), ...useCalls(resources), ...trailCalls(resources, region)];
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

/** Requests to a bucket that S3 records in another. */
function useCalls(resources: Resources): Call[] {
  return ofTypes(resources, 'AWS::S3::Bucket').flatMap(({ properties: { LoggingConfiguration: logging } }) =>
    logging === undefined
      ? []
      : {
          by: 'logging.s3.amazonaws.com',
          action: 's3:PutObject',
          resource: `arn:aws:s3:::${logging.DestinationBucketName}/${logging.LogFilePrefix}2026-01-01-00-00-00-ABCDEF`,
          context: { 'aws:SourceAccount': ACCOUNT },
          why: 'requests to a bucket',
        },
  );
}

/** A trail writes to its log group by a role, and to its bucket as CloudTrail, in its own name. */
function trailCalls(resources: Resources, region: string): Call[] {
  return ofTypes(resources, 'AWS::CloudTrail::Trail').flatMap(({ properties }) => {
    const [, group = ''] = /:log-group:(.+):\*$/.exec(String(properties['CloudWatchLogsLogGroupArn'])) ?? [];
    const lines = logCalls(group, region, 'trail');
    const context = { 'aws:SourceArn': `arn:aws:cloudtrail:${region}:${ACCOUNT}:trail/${properties['TrailName']}` };
    const bucket = `arn:aws:s3:::${properties['S3BucketName']}`;
    return [
      ...lines.map((call) => ({ by: roleOf(properties['CloudWatchLogsRoleArn']), ...call })),
      { by: 'cloudtrail.amazonaws.com', action: 's3:GetBucketAcl', resource: bucket, context, why: 'trail' },
      {
        by: 'cloudtrail.amazonaws.com',
        action: 's3:PutObject',
        resource: `${bucket}/AWSLogs/${ACCOUNT}/CloudTrail/${region}/2026/01/01/file.json.gz`,
        context: { ...context, 's3:x-amz-acl': 'bucket-owner-full-control' },
        why: 'trail',
      },
    ];
  });
}
