import { SecurityPolicyProtocol } from 'aws-cdk-lib/aws-cloudfront';
import { CliCredentialsStackSynthesizer } from 'aws-cdk-lib/core';
import type { Ec2Config } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';
import {
  answersOf,
  CONDITIONS,
  INTERFACE,
  type Json,
  type JsonObject,
  parameters,
  RULES,
  SENTINELS,
} from './parameters.ts';

/** Where the files of the template are published. */
export interface Publication {
  /** Name of the bucket in each region, without the region at its end. */
  readonly bucketPrefix: string;

  /** First part of every key. */
  readonly keyPrefix: string;
}

/** The template, and the assembly whose files it needs. */
export interface OneClickTemplate {
  readonly template: JsonObject;
  readonly assembly: string;
}

/**
 * A plain CloudFormation template of a configuration of mode ec2 behind CloudFront, with parameters.
 *
 * It is synthesized like every other one, with values that no configuration has, which then give way to parameters.
 */
export function oneClickTemplate(
  config: Ec2Config,
  { bucketPrefix, keyPrefix }: Publication,
  outdir: string,
): OneClickTemplate {
  const marked: Ec2Config = {
    ...config,
    account: undefined,
    region: undefined,
    stackName: SENTINELS.stackName,
    instance: {
      ...config.instance,
      type: SENTINELS.instanceType,
      keyPairName: SENTINELS.keyName,
      sshCidrs: [SENTINELS.sshCidr],
    },
    monitoring: { ...config.monitoring, alarms: true, alertEmail: SENTINELS.alertEmail },
  };
  const { app, stack } = buildApp(marked, {
    outdir,
    defaultStackSynthesizer: new CliCredentialsStackSynthesizer({
      fileAssetsBucketName: `${bucketPrefix}-\${AWS::Region}`,
      bucketPrefix: `${keyPrefix}/`,
    }),
  });
  const synthesized = app.synth().getStackByName(stack.stackName).template as JsonObject;
  return { template: withParameters(synthesized, parameters(answersOf(config))), assembly: outdir };
}

/** Puts parameters in place of the marks. */
function withParameters(template: JsonObject, asked: JsonObject): JsonObject {
  const resources = template['Resources'] as Readonly<Record<string, JsonObject>>;
  const [distributionId] =
    Object.entries(resources).find(([, { Type }]) => Type === 'AWS::CloudFront::Distribution') ?? [];
  if (distributionId === undefined) throw new Error('a one-click template needs a distribution');
  const replaced = Object.entries(resources).map(([id, resource]) => {
    const changed = replaceMarks(resource, distributionId) as Record<string, Json>;
    return [id, finish(id === distributionId, changed)] as const;
  });
  const { Outputs = {}, Parameters = {}, Conditions = {}, Rules = {}, Mappings } = template;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: template['Description'] ?? '',
    Metadata: { 'AWS::CloudFormation::Interface': INTERFACE },
    Parameters: { ...asked, ...(Parameters as JsonObject) },
    ...(Mappings === undefined ? {} : { Mappings }),
    Conditions: { ...CONDITIONS, ...(Conditions as JsonObject) },
    Rules: { ...RULES, ...(Rules as JsonObject) },
    Resources: Object.fromEntries(replaced),
    Outputs: replaceMarks(Outputs, distributionId),
  };
}

const when = (condition: string, then: Json, otherwise: Json = { Ref: 'AWS::NoValue' }): JsonObject => ({
  'Fn::If': [condition, then, otherwise],
});

/** Keys whose values are logical ids, not texts. */
const LOGICAL_IDS = new Set(['Ref', 'DependsOn', 'Condition']);

function replaceMarks(value: Json, distributionId: string, key = ''): Json {
  if (typeof value === 'string') return LOGICAL_IDS.has(key) ? value : replaceText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => replaceMarks(item, distributionId, key));
  const attribute = value['Fn::GetAtt'];
  if (attribute !== undefined) {
    const isAddress = isList(attribute) && attribute[0] === distributionId && attribute[1] === 'DomainName';
    return isAddress ? when('HasDomain', { Ref: 'DomainName' }, value) : value;
  }
  const changed = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, replaceMarks(inner, distributionId, name)]),
  );
  // A rule about a range that was not given is no rule at all.
  return value['CidrIp'] === SENTINELS.sshCidr ? when('HasSsh', changed) : changed;
}

/** As it was given, and without its hyphens, as the CDK puts it into names of its own making. */
const STACK_NAME = new RegExp(`${SENTINELS.stackName}|${SENTINELS.stackName.replaceAll('-', '')}`);

function replaceText(text: string): Json {
  switch (text) {
    case SENTINELS.keyName:
      return when('HasKey', { Ref: 'KeyName' });
    case SENTINELS.sshCidr:
      return { Ref: 'AllowedSSHIP' };
    case SENTINELS.alertEmail:
      return { Ref: 'AlertEmail' };
  }
  const plain = text.replaceAll(SENTINELS.sshCidr, 'the range of AllowedSSHIP');
  const parts = plain.split(STACK_NAME);
  if (parts.length === 1) return plain;
  const joined = parts.flatMap((part, index) => (index === 0 ? [part] : [{ Ref: 'AWS::StackName' }, part]));
  return { 'Fn::Join': ['', joined.filter((part) => part !== '')] };
}

/** What a parameter decides about a whole resource. */
function finish(isDistribution: boolean, resource: Record<string, Json>): JsonObject {
  const properties = (resource['Properties'] ?? {}) as Record<string, Json>;
  if (resource['Type'] === 'AWS::SNS::Subscription' && JSON.stringify(properties).includes('"AlertEmail"'))
    return { ...resource, Condition: 'HasAlertEmail' };
  // Not that of a NAT instance.
  if (properties['InstanceType'] === SENTINELS.instanceType)
    return { ...resource, Properties: { ...properties, InstanceType: { Ref: 'InstanceType' } } };
  if (!isDistribution) return resource;
  const certificate = {
    AcmCertificateArn: { Ref: 'CertificateArn' },
    MinimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2025,
    SslSupportMethod: 'sni-only',
  };
  const distribution = {
    ...(properties['DistributionConfig'] as JsonObject),
    Aliases: when('HasDomain', [{ Ref: 'DomainName' }]),
    ViewerCertificate: when('HasDomain', certificate),
  };
  return { ...resource, Properties: { ...properties, DistributionConfig: distribution } };
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
