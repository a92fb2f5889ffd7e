import * as awsconfig from 'aws-cdk-lib/aws-config';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as guardduty from 'aws-cdk-lib/aws-guardduty';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as securityhub from 'aws-cdk-lib/aws-securityhub';
import { type CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { AuditTrail, resourcesOfStack } from './audit-trail.ts';

/** Properties for {@link AuditConstruct}. */
export interface AuditConstructProps {
  readonly config: DeploymentConfig;

  /** Bucket that requests to other buckets are recorded in. */
  readonly accessLogs: s3.IBucket | undefined;
}

/** Managed rules of AWS Config by what they judge. All run when a resource changes: only such take a tag as scope. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::Instance': ['EC2_IMDSV2_CHECK'],
  'AWS::EC2::SecurityGroup': ['INCOMING_SSH_DISABLED'],
  'AWS::EC2::Volume': ['ENCRYPTED_VOLUMES'],
  'AWS::ECS::TaskDefinition': ['ECS_CONTAINERS_NONPRIVILEGED', 'ECS_NO_ENVIRONMENT_SECRETS'],
  'AWS::EFS::AccessPoint': ['EFS_ACCESS_POINT_ENFORCE_USER_IDENTITY'],
  'AWS::Lambda::Function': ['LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED'],
  'AWS::RDS::DBCluster': ['RDS_CLUSTER_DELETION_PROTECTION_ENABLED'],
  'AWS::RDS::DBInstance': ['RDS_STORAGE_ENCRYPTED', 'RDS_INSTANCE_PUBLIC_ACCESS_CHECK'],
  'AWS::S3::Bucket': ['S3_BUCKET_SSL_REQUESTS_ONLY', 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED'],
  'AWS::SecretsManager::RotationSchedule': ['SECRETSMANAGER_SCHEDULED_ROTATION_SUCCESS_CHECK'],
  'AWS::SNS::Topic': ['SNS_ENCRYPTED_KMS'],
};

/** What AWS Config asks of a rule before it takes it; of the other rules it asks nothing. */
const PARAMETERS: Readonly<Record<string, (scope: Construct) => Record<string, string>>> = {
  ECS_NO_ENVIRONMENT_SECRETS: (scope) => ({ secretKeys: secretVariables(scope).join() }),
};

/** Evidence of who did what, and checks of the account. Made last: it looks for what the stack has. */
export class AuditConstruct extends Construct {
  constructor(scope: Construct, id: string, { config, accessLogs }: AuditConstructProps) {
    super(scope, id);
    const { audit } = config;
    if (audit.trail === 'own') new AuditTrail(this, 'Trail', { config, accessLogs });
    if (audit.configRules) this.judge(config.stackName);
    if (audit.guardDuty) keep(new guardduty.CfnDetector(this, 'Detector', { enable: true }));
    if (audit.securityHub) keep(new securityhub.CfnHub(this, 'Hub'));
  }

  /** Has AWS Config judge what carries this deployment's tag. */
  private judge(stackName: string): void {
    const ruleScope = awsconfig.RuleScope.fromTag('Deployment', stackName);
    for (const [type, identifiers] of Object.entries(RULES)) {
      if (resourcesOfStack(this, type).length === 0) continue;
      for (const identifier of identifiers) {
        const id = identifier.replaceAll(/_?([A-Z0-9])([A-Z0-9]*)/g, (_, first: string, rest: string) =>
          [first, rest.toLowerCase()].join(''),
        );
        const inputParameters = PARAMETERS[identifier]?.(this);
        new awsconfig.ManagedRule(this, id, { identifier, ruleScope, ...(inputParameters && { inputParameters }) });
      }
    }
  }
}

/** Variables that containers get out of secrets, and keys of AWS: none of them may stand in a task definition. */
function secretVariables(scope: Construct): string[] {
  const stack = Stack.of(scope);
  const containers = stack.node
    .findAll()
    .filter((node) => node instanceof ecs.CfnTaskDefinition)
    .flatMap(
      (definition) => stack.resolve(definition.containerDefinitions) as readonly { secrets?: { name: string }[] }[],
    );
  const names = containers.flatMap(({ secrets = [] }) => secrets.map(({ name }) => name));
  return ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', ...new Set(names)];
}

/** An account has one of it in a region, and comes to rely on it: it outlives the stack that made it. */
function keep(service: CfnResource): void {
  service.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
}
