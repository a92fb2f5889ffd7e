import { ACCOUNT, ofTypes, type Resources } from '../../cli/network/resolve.ts';
import type { Call } from './simulate.ts';

type Asked = Pick<Call, 'action' | 'resource' | 'context'>;

/** A bucket, a key, a model and a machine that are somebody else's. */
const ELSEWHERE = {
  bucket: 'arn:aws:s3:::somebody-elses-bucket',
  model: 'anthropic.claude-opus-4-1-20250805-v1:0',
} as const;

/** Calls with which data, secrets, traces or accounts would be lost, each on something of the stack or of its neighbors. */
function dangerous(resources: Resources, region: string): Asked[] {
  const here = (service: string, resource: string) => `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`;
  const first = (type: string, fallback: string) => ofTypes(resources, type)[0]?.id ?? fallback;
  const buckets = ofTypes(resources, 'AWS::S3::Bucket').map(({ id }) => `arn:aws:s3:::${id.toLowerCase()}`);
  const role = `arn:aws:iam::${ACCOUNT}:role/OrganizationAccountAccessRole`;
  const instance = here('ec2', `instance/${first('AWS::EC2::Instance', 'i-1')}`);
  const volume = here('ec2', `volume/${first('AWS::EC2::Volume', 'vol-1')}`);
  const secret = here('secretsmanager', `secret:${first('AWS::SecretsManager::Secret', 's')}-AbCdEf`);
  const group = here('ec2', `security-group/${first('AWS::EC2::SecurityGroup', 'sg-1')}`);
  const files = here('elasticfilesystem', `file-system/${first('AWS::EFS::FileSystem', 'fs-1')}`);
  const table: readonly (readonly [resource: string, ...actions: string[]])[] = [
    ...buckets.flatMap((bucket) => [
      [`${bucket}/uploads/file`, 's3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'] as const,
      [bucket, 's3:DeleteBucket', 's3:PutBucketPolicy', 's3:PutLifecycleConfiguration', 's3:PutBucketAcl'] as const,
    ]),
    [`${ELSEWHERE.bucket}/file`, 's3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    [ELSEWHERE.bucket, 's3:ListBucket'],
    [`arn:aws:s3:::cdk-hnb659fds-assets-${ACCOUNT}-${region}/asset.zip`, 's3:PutObject', 's3:DeleteObject'],
    [secret, 'secretsmanager:DeleteSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:PutResourcePolicy'],
    [instance, 'ec2:TerminateInstances', 'ec2:ModifyInstanceAttribute', 'ec2:StopInstances', 'ec2:StartInstances'],
    [volume, 'ec2:DeleteVolume', 'ec2:CreateSnapshot', 'ec2:AttachVolume', 'ec2:DetachVolume'],
    [`arn:aws:ec2:${region}::snapshot/snap-1`, 'ec2:DeleteSnapshot', 'ec2:ModifySnapshotAttribute'],
    [group, 'ec2:AuthorizeSecurityGroupIngress', 'ec2:DeleteSecurityGroup'],
    [here('rds', 'db:db-1'), 'rds:DeleteDBInstance', 'rds:ModifyDBInstance'],
    [here('rds', 'cluster:cluster-1'), 'rds:DeleteDBCluster', 'rds:ModifyDBCluster'],
    [here('rds', 'snapshot:snapshot-1'), 'rds:DeleteDBSnapshot', 'rds:ModifyDBSnapshotAttribute'],
    [here('rds', 'cluster-snapshot:snapshot-1'), 'rds:DeleteDBClusterSnapshot'],
    [here('elasticache', 'replicationgroup:cache-1'), 'elasticache:DeleteReplicationGroup'],
    [files, 'elasticfilesystem:ClientMount', 'elasticfilesystem:DeleteFileSystem'],
    [here('backup', 'recovery-point:point-1'), 'backup:DeleteRecoveryPoint'],
    [here('backup', 'backup-vault:vault-1'), 'backup:DeleteBackupVault'],
    [
      here('kms', 'key/11112222-3333-4444-5555-666677778888'),
      'kms:ScheduleKeyDeletion',
      'kms:PutKeyPolicy',
      'kms:Decrypt',
    ],
    [role, 'iam:PassRole', 'iam:AttachRolePolicy', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy', 'sts:AssumeRole'],
    [`arn:aws:iam::${ACCOUNT}:user/somebody`, 'iam:CreateUser', 'iam:CreateAccessKey'],
    [here('ssm', 'parameter/librechat/LibreChatStack/containers'), 'ssm:PutParameter', 'ssm:GetParameter'],
    [here('ssm', 'parameter/somebody/elses'), 'ssm:PutParameter', 'ssm:GetParameter', 'ssm:GetParameters'],
    [instance, 'ssm:SendCommand', 'ssm:StartSession'],
    [here('logs', 'log-group:/aws/librechat/LibreChatStack/librechat'), 'logs:DeleteLogGroup'],
    [here('cloudtrail', 'trail/trail-1'), 'cloudtrail:StopLogging', 'cloudtrail:DeleteTrail'],
    [here('cloudformation', 'stack/LibreChatStack/id'), 'cloudformation:DeleteStack', 'cloudformation:UpdateStack'],
    [here('lambda', 'function:somebody-elses'), 'lambda:InvokeFunction', 'lambda:UpdateFunctionCode'],
    [here('ecs', 'service/cluster/librechat'), 'ecs:UpdateService', 'ecs:DeleteService'],
    [here('ecs', 'task/cluster/task-1'), 'ecs:ExecuteCommand', 'ecs:StopTask'],
    [here('ecr', 'repository/mirror/librechat-ai/librechat'), 'ecr:PutImage', 'ecr:DeleteRepository'],
    [
      `arn:aws:bedrock:${region}::foundation-model/${ELSEWHERE.model}`,
      'bedrock:InvokeModel',
      'bedrock:InvokeModelWithResponseStream',
    ],
    [here('bedrock', `inference-profile/global.${ELSEWHERE.model}`), 'bedrock:InvokeModel'],
    [`arn:aws:cloudfront::${ACCOUNT}:distribution/E1`, 'cloudfront:UpdateDistribution'],
    ['arn:aws:route53:::hostedzone/Z1', 'route53:ChangeResourceRecordSets'],
    [here('elasticloadbalancing', 'loadbalancer/app/balancer/1'), 'elasticloadbalancing:DeleteLoadBalancer'],
  ];
  return table.flatMap(([resource, ...actions]) => actions.map((action) => ({ action, resource })));
}

/**
 * What no role may do: read a secret that is not its own, and everything dangerous that it does not need.
 *
 * @param roles whom to ask for
 * @param needed calls that are needed: what a role needs is not refused to it
 */
export function refusalsOf(
  resources: Resources,
  region: string,
  roles: readonly string[],
  needed: readonly Call[],
): Call[] {
  const keyOf = ({ by, action, resource }: Pick<Call, 'by' | 'action' | 'resource'>) => `${by} ${action} ${resource}`;
  const allowed = new Set(needed.map(keyOf));
  const secrets = ofTypes(resources, 'AWS::SecretsManager::Secret').map(({ id }): Asked => ({
    action: 'secretsmanager:GetSecretValue',
    resource: `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${id}-AbCdEf`,
  }));
  const candidates = [...secrets, ...dangerous(resources, region)];
  return roles
    .flatMap((by) => candidates.map((call): Call => ({ by, ...call, why: 'must be refused' })))
    .filter((call) => !allowed.has(keyOf(call)))
    .filter(({ by, action, resource }) => !isObjectOf(needed, by, action, resource));
}

/** Whether a role needs the action on other objects of the same bucket. */
function isObjectOf(needed: readonly Call[], by: string, action: string, resource: string): boolean {
  const bucket = (arn: string) => /^arn:aws:s3:::[^/]+\//.exec(arn)?.[0];
  return needed.some(
    (call) =>
      call.by === by &&
      call.action === action &&
      bucket(resource) !== undefined &&
      bucket(call.resource) === bucket(resource),
  );
}
