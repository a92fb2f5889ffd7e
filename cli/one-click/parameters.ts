import type { Ec2Config } from '../../config/schema.ts';

/** A template as plain data. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** Values that no configuration has: where one stands in the synthesized template, a parameter takes its place. */
export const SENTINELS = {
  stackName: 'one-click-stack-name',
  alertEmail: 'alert@one-click.invalid',
  keyName: 'key.one-click.invalid',
  sshCidr: '192.0.2.201/32',
  // One of those that may be chosen: the architecture follows from it.
  instanceType: 't4g.large',
} as const;

/** Machines that may be chosen, all of one architecture: they differ in nothing else of the template. */
export const INSTANCE_TYPES = ['t4g.medium', 't4g.large', 't4g.xlarge', 't4g.2xlarge'] as const;

/** What a configuration says where the console asks, by parameter; an empty text where it says nothing. */
export const answersOf = ({ instance, monitoring }: Ec2Config) => ({
  InstanceType: instance.type,
  AlertEmail: monitoring.alertEmail ?? '',
  KeyName: instance.keyPairName ?? '',
  AllowedSSHIP: instance.sshCidrs[0] ?? '',
});

const optional = (
  Description: string,
  AllowedPattern: string,
  ConstraintDescription: string,
  Default = '',
): JsonObject => ({
  Type: 'String',
  Default,
  Description,
  AllowedPattern: `^$|${AllowedPattern}`,
  ConstraintDescription,
});

/** What the console asks. An empty text leaves the thing out. */
export const parameters = (answers: ReturnType<typeof answersOf>): JsonObject => ({
  InstanceType: {
    Type: 'String',
    Default: answers.InstanceType,
    AllowedValues: [...INSTANCE_TYPES],
    Description: 'Size of the machine. 4 GiB (t4g.medium) run LibreChat with MongoDB; more people want more.',
  },
  AlertEmail: optional(
    'Address that gets the alarms, after confirming a mail. Empty: no mails.',
    '[^@ ]+@[^@ ]+\\.[^@ ]+$',
    'an e-mail address, or nothing',
    answers.AlertEmail,
  ),
  KeyName: optional(
    'EC2 key pair for SSH. Empty: none, the shell is opened through Session Manager.',
    '[ -~]{1,255}$',
    'the name of a key pair in this region, or nothing',
    answers.KeyName,
  ),
  AllowedSSHIP: optional(
    'IPv4 range that may use SSH, such as 203.0.113.7/32; needs KeyName. Empty: nobody.',
    '(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$',
    'an IPv4 range such as 203.0.113.7/32, or nothing',
    answers.AllowedSSHIP,
  ),
  DomainName: optional(
    'Own name of the site, to be pointed at the distribution; needs CertificateArn. Empty: the name that CloudFront gives.',
    '([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$',
    'a domain name such as chat.example.com, or nothing',
  ),
  CertificateArn: optional(
    'Certificate of ACM in us-east-1 for DomainName.',
    'arn:aws:acm:us-east-1:\\d{12}:certificate/[0-9a-f-]{36}$',
    'the ARN of a certificate in us-east-1, or nothing',
  ),
});

const given = (parameter: string): JsonObject => ({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: parameter }, ''] }] });

export const CONDITIONS: JsonObject = {
  HasAlertEmail: given('AlertEmail'),
  HasKey: given('KeyName'),
  HasSsh: { 'Fn::And': [given('KeyName'), given('AllowedSSHIP')] },
  HasDomain: { 'Fn::And': [given('DomainName'), given('CertificateArn')] },
};

/** What may not be given without another. CloudFormation says it before it makes anything. */
export const RULES: JsonObject = {
  SshNeedsAKey: {
    RuleCondition: given('AllowedSSHIP'),
    Assertions: [{ Assert: given('KeyName'), AssertDescription: 'AllowedSSHIP needs KeyName' }],
  },
  DomainNeedsACertificate: {
    RuleCondition: given('DomainName'),
    Assertions: [{ Assert: given('CertificateArn'), AssertDescription: 'DomainName needs CertificateArn' }],
  },
};

/** Groups and labels of the console's form. */
export const INTERFACE: JsonObject = {
  ParameterGroups: [
    { Label: { default: 'Machine' }, Parameters: ['InstanceType', 'KeyName', 'AllowedSSHIP'] },
    { Label: { default: 'Address' }, Parameters: ['DomainName', 'CertificateArn'] },
    { Label: { default: 'Alarms' }, Parameters: ['AlertEmail'] },
  ],
};
