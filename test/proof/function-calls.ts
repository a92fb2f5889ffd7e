import { logCalls } from './container-calls.ts';
import { customResourcesOf } from '../../cli/network/parties.ts';
import { ACCOUNT, ofTypes, type Resolved, type Resources } from '../../cli/network/resolve.ts';
import type { Call } from './simulate.ts';

type Asked = Omit<Call, 'by'>;

/** What functions do for types of custom resources that the CDK brings: their requests do not say it. */
const CDK_RESOURCES: Readonly<Record<string, (request: Resolved['properties'], region: string) => Asked[]>> = {
  'Custom::VpcRestrictDefaultSG': ({ DefaultSecurityGroupId }, region) =>
    ['Authorize', 'Revoke'].flatMap((verb) =>
      ['Ingress', 'Egress'].map((way) => ({
        action: `ec2:${verb}SecurityGroup${way}`,
        resource: `arn:aws:ec2:${region}:${ACCOUNT}:security-group/${DefaultSecurityGroupId}`,
        why: "emptying the VPC's default security group",
      })),
    ),
  'Custom::S3AutoDeleteObjects': ({ BucketName }) => [
    ...['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketTagging', 's3:PutBucketPolicy'].map((action) => ({
      action,
      resource: `arn:aws:s3:::${BucketName}`,
      why: 'emptying a bucket that goes',
    })),
    ...['s3:DeleteObject', 's3:DeleteObjectVersion'].map((action) => ({
      action,
      resource: `arn:aws:s3:::${BucketName}/uploads/file`,
      why: 'emptying a bucket that goes',
    })),
  ],
  'Custom::Lookup': ({ Create }, region) => {
    const { service, action, parameters } = JSON.parse(String(Create)) as {
      service: string;
      action: string;
      parameters: { Name?: string };
    };
    const name = `${service.toLowerCase()}:${action.charAt(0).toUpperCase()}${action.slice(1)}`;
    const parameter = `arn:aws:ssm:${region}::parameter${parameters.Name}`;
    return [{ action: name, resource: service === 'SSM' ? parameter : '*', why: 'look-up while deploying' }];
  },
};

/** Every call of the functions of a template. */
export function functionCalls(resources: Resources, region: string): Call[] {
  return ofTypes(resources, 'AWS::Lambda::Function').flatMap((lambda) => {
    const { Role, LoggingConfig, VpcConfig, Environment } = lambda.properties;
    const by = String(Role).split(':role/').at(-1) ?? '';
    const requests = customResourcesOf(resources, lambda.id);
    const handler = Environment?.Variables?.USER_ON_EVENT_FUNCTION_ARN as string | undefined;
    const calls = [
      ...logCalls(LoggingConfig?.LogGroup ?? `/aws/lambda/${lambda.id}`, region, `log of ${lambda.id}`),
      ...(VpcConfig === undefined ? [] : interfaceCalls(VpcConfig, region)),
      ...(handler === undefined ? [] : providerCalls(handler)),
      ...requests.flatMap((request) => requestCalls(lambda.id, request, region)),
    ];
    return calls.map((call) => ({ by, ...call }));
  });
}

/** What Lambda itself calls with a function's role to bring it into a VPC. */
function interfaceCalls({ SubnetIds, SecurityGroupIds }: Resolved['properties'], region: string): Asked[] {
  const arn = (kind: string, id: string) => `arn:aws:ec2:${region}:${ACCOUNT}:${kind}/${id}`;
  const made = [
    arn('network-interface', 'eni-1'),
    ...SubnetIds.map((id: string) => arn('subnet', id)),
    ...SecurityGroupIds.map((id: string) => arn('security-group', id)),
  ];
  const why = 'interface of a function in the VPC';
  return [
    ...made.map((resource) => ({ action: 'ec2:CreateNetworkInterface', resource, why })),
    { action: 'ec2:DescribeNetworkInterfaces', resource: '*', why },
    { action: 'ec2:DeleteNetworkInterface', resource: arn('network-interface', 'eni-1'), why },
  ];
}

/** CDK's provider framework waits until the handler is active, then calls it. */
function providerCalls(handler: string): Asked[] {
  return ['lambda:GetFunction', 'lambda:InvokeFunction'].map((action) => ({
    action,
    resource: handler,
    why: 'provider framework',
  }));
}

function requestCalls(lambda: string, { type, properties }: Resolved, region: string): Asked[] {
  const known = CDK_RESOURCES[type];
  if (known !== undefined) return known(properties, region);
  // The provider framework passes the request on: the handler reads the secrets.
  if (String(properties['ServiceToken']).endsWith(`:${lambda}`)) return [];
  return Object.entries(properties)
    .filter(([key]) => key.endsWith('SecretArn'))
    .map(([key, arn]) => ({
      action: 'secretsmanager:GetSecretValue',
      resource: String(arn),
      why: `${key} of ${type}`,
    }));
}
