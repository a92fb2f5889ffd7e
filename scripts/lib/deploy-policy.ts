import type { PermissionsByType } from './schema-permissions.ts';

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Characters that a managed policy may have; spaces do not count. */
const MOST_CHARACTERS = 6144;

/** CloudFormation reads parameters of the CDK's bootstrap and files of its bucket, whatever the template has. */
const ALWAYS = [
  's3:GetObject',
  's3:GetBucketLocation',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'lambda:InvokeFunction',
];

/** IAM is what could be turned against the account: names of the stack's own roles and profiles only. */
const IAM_RESOURCES = ['role', 'instance-profile', 'policy'].map((kind) => `arn:*:iam::*:${kind}/STACK-*`);

/**
 * The least that the role which CloudFormation works with must be allowed, as managed policies of at most 6144 characters.
 *
 * Outside of IAM the resource is `*`: most of what is made has no name before it is made.
 */
export function deployPolicies(permissions: PermissionsByType, stackName: string): PolicyDocument[] {
  const actions = [...new Set([...ALWAYS, ...Object.values(permissions).flat()])].sort();
  const iam = actions.filter((action) => action.startsWith('iam:'));
  const linked: string[] = iam.filter((action) => action === 'iam:CreateServiceLinkedRole');
  // Reading roles tells nothing secret, and listing them has no resource.
  const reading = iam.filter((action) => action.startsWith('iam:List') || action === 'iam:GetRole');
  const writing = iam.filter((action) => !linked.includes(action) && !reading.includes(action));
  const rest = actions.filter((action) => !iam.includes(action));
  const statements: Statement[] = [
    {
      Sid: 'RolesOfTheStack',
      Effect: 'Allow',
      Action: writing,
      Resource: IAM_RESOURCES.map((resource) => resource.replace('STACK', stackName)),
    },
    { Sid: 'ReadRoles', Effect: 'Allow', Action: reading, Resource: '*' },
    { Sid: 'LinkedRoles', Effect: 'Allow', Action: linked, Resource: 'arn:*:iam::*:role/aws-service-role/*' },
  ];
  for (const [service, ofService] of byService(rest))
    statements.push({ Sid: sid(service), Effect: 'Allow', Action: ofService, Resource: '*' });
  return packed(statements.filter(({ Action }) => Action.length > 0));
}

function byService(actions: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const action of actions) {
    const [service = ''] = action.split(':');
    groups.set(service, [...(groups.get(service) ?? []), action]);
  }
  return groups;
}

const sid = (service: string) =>
  service
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

const policy = (Statement: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

export const charactersOf = (document: PolicyDocument): number => JSON.stringify(document).length;

/** Largest first, each into the first policy that has room. */
function packed(statements: readonly Statement[]): PolicyDocument[] {
  const size = (list: readonly Statement[]) => charactersOf(policy(list));
  const bins: Statement[][] = [];
  for (const statement of [...statements].sort((one, other) => size([other]) - size([one]))) {
    const bin = bins.find((candidate) => size([...candidate, statement]) <= MOST_CHARACTERS);
    if (bin === undefined) bins.push([statement]);
    else bin.push(statement);
  }
  return bins.map(policy);
}
