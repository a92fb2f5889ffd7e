import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { stackResources } from '../../cli/deployed-environment.ts';
import { untilSettled } from '../../cli/stack.ts';
import { options } from './local.ts';

const client = new CloudFormationClient(options);

interface Resource {
  readonly Type: string;
  readonly Properties?: object;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string;
}

type Resources = Readonly<Record<string, Resource>>;

export interface SmallStack {
  readonly environment?: string;

  /** Tags in place of those that mark a stack as one of ours. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly isProtected?: boolean;
  readonly outputs?: object;
}

/** Tags of everything that belongs to a deployment. */
export const tagsOf = (name: string, environment = 'production') => ({
  Application: 'LibreChat',
  Deployment: name,
  Environment: environment,
});

/** Creates a stack of a few resources within a second, which a deployment does not: that bundles and publishes first. */
export async function createStack(name: string, resources: Resources, stack: SmallStack = {}): Promise<string> {
  const { environment, tags = tagsOf(name, environment), isProtected, outputs } = stack;
  const { StackId = '' } = await client.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: templateOf(resources, tags, outputs),
      EnableTerminationProtection: isProtected,
      Tags: listed(tags),
    }),
  );
  await untilSettled(client, StackId, new AbortController().signal);
  return StackId;
}

export async function updateStack(name: string, resources: Resources): Promise<void> {
  await client.send(new UpdateStackCommand({ StackName: name, TemplateBody: templateOf(resources, tagsOf(name)) }));
  await untilSettled(client, name, new AbortController().signal);
}

const listed = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

function templateOf(resources: Resources, tags: Readonly<Record<string, string>>, outputs: object = {}): string {
  const tagged = Object.entries(resources).map(([id, resource]) => {
    const own = TAGGED.includes(resource.Type) ? { Tags: listed(tags) } : {};
    return [id, { ...resource, Properties: { ...resource.Properties, ...own } }] as const;
  });
  return JSON.stringify({ Resources: Object.fromEntries(tagged), Outputs: outputs });
}

/** Types that the local AWS does not tag by itself. */
const TAGGED = ['AWS::EC2::Volume'];

/** Deletes a stack as CloudFormation alone does; the answer is the state it ends in. */
export async function deleteStack(id: string): Promise<string | undefined> {
  await client.send(new DeleteStackCommand({ StackName: id }));
  await untilSettled(client, id, new AbortController().signal);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: id }));
  return Stacks[0]?.StackStatus;
}

/** Ids of a stack's resources, by their logical ids. */
export async function idsOf(stack: string): Promise<Readonly<Record<string, string>>> {
  const resources = await stackResources(client, stack);
  return Object.fromEntries(
    resources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [LogicalResourceId, PhysicalResourceId]),
  );
}

export const VOLUME = {
  Type: 'AWS::EC2::Volume',
  Properties: { AvailabilityZone: 'us-east-1a', Size: 8, Encrypted: true },
};
export const SECRET = { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } };
export const BUCKET = {
  Type: 'AWS::S3::Bucket',
  Properties: { VersioningConfiguration: { Status: 'Enabled' } },
};

/** A function, whose log group is made by its first call and is nobody's. */
export const FUNCTION = {
  Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } } },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: 'exports.handler = () => undefined;' },
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  },
};

const subnet = (number: number) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: {
    VpcId: { Ref: 'Vpc' },
    CidrBlock: `10.0.${number}.0/24`,
    AvailabilityZone: `us-east-1${'ab'[number] ?? ''}`,
  },
});

/** A database that is kept and protected, in a network that is neither. */
export const NETWORK_AND_DATABASE = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  SubnetOne: subnet(0),
  SubnetTwo: subnet(1),
  Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'database', VpcId: { Ref: 'Vpc' } } },
  Subnets: {
    Type: 'AWS::RDS::DBSubnetGroup',
    Properties: { DBSubnetGroupDescription: 'd', SubnetIds: [{ Ref: 'SubnetOne' }, { Ref: 'SubnetTwo' }] },
  },
  Parameters: { Type: 'AWS::RDS::DBParameterGroup', Properties: { Family: 'postgres18', Description: 'd' } },
  Database: {
    Type: 'AWS::RDS::DBInstance',
    DeletionPolicy: 'Retain',
    Properties: {
      Engine: 'postgres',
      DBInstanceClass: 'db.t4g.small',
      AllocatedStorage: '20',
      MasterUsername: 'master',
      MasterUserPassword: 'a-password-of-the-test',
      DeletionProtection: true,
      DBSubnetGroupName: { Ref: 'Subnets' },
      DBParameterGroupName: { Ref: 'Parameters' },
      VPCSecurityGroups: [{ Ref: 'Group' }],
    },
  },
};
