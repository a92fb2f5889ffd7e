import type { DeploymentConfig } from '../../config/schema.ts';
import type { Template } from '../helpers/deployments.ts';
import { callsOf } from './calls.ts';
import { refusalsOf } from './refusals.ts';
import { ofTypes, type Resolved, resolveTemplate, resourceOfHost, type Resources } from '../../cli/network/resolve.ts';
import { type Call, Simulator, statementsOf, type Verdict } from './simulate.ts';

/** What the policies of a template allow. */
export interface Permissions {
  readonly calls: readonly Call[];
  readonly refusals: readonly Call[];

  /** Statements of the template that allow something. */
  readonly statements: number;

  /** What is wrong, empty where nothing is. */
  readonly findings: readonly string[];
}

/** Rights that CDK's grants bring and that nobody uses, with the reason why they stay. */
const BROUGHT_ALONG: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ secretsmanager:DescribeSecret$/, 'grantRead of a secret; it tells names and dates'],
  [/ arn:aws:lambda:[^ ]+:\*$/, 'grantInvoke of a function; its versions and aliases, of which there are none'],
  [
    / InvokeModels bedrock:InvokeModelWithResponseStream$/,
    'one statement for chats and embeddings; a model of embeddings has no stream',
  ],
  [/ logs:DescribeLogStreams$/, 'flow logs; names of streams'],
  [/ iam:PassRole$/, 'flow logs; a role passes itself'],
];

/** Roles whose policies are all AWS's own, for a service that AWS runs. */
const SERVICE_ROLES: Readonly<Record<string, string>> = { 'backup.amazonaws.com': 'AWS Backup' };

/** Whether everything that must be called may be, and nothing else. */
export async function checkPermissions(template: Template, config: DeploymentConfig): Promise<Permissions> {
  const region = config.region ?? 'us-east-1';
  const resources = resolveTemplate(template, region);
  const simulator = new Simulator(resources);
  const calls = callsOf(config, resources, region);
  const roles = ofTypes(resources, 'AWS::IAM::Role').filter((role) => !isServiceRole(role));
  const refusals = refusalsOf(
    resources,
    region,
    roles.map(({ id }) => id),
    calls,
  );
  const findings: string[] = [];
  const verdicts: Verdict[] = [];
  for (const call of calls) {
    const verdict = await simulator.ask(call);
    verdicts.push(verdict);
    if (!verdict.isAllowed) findings.push(`refused: ${inWords(call)} (${call.why})`);
  }
  for (const call of refusals) {
    if ((await simulator.ask(call)).isAllowed) findings.push(`allowed: ${inWords(call)}`);
  }
  const idle = roles.filter(({ id }) => !calls.some(({ by }) => by === id));
  findings.push(
    ...idle
      .filter(({ id }) => simulator.policiesOf(id).length > 0)
      .map(({ id }) => `${id} has rights, and nobody knows of a call by it`),
    ...unused(simulator, roles, verdicts),
    ...strangers(resources),
    ...closedToLogs(resources),
  );
  const statements = roles.flatMap(({ id }) => simulator.policiesOf(id)).flatMap(({ policy }) => statementsOf(policy));
  return { calls, refusals, statements: statements.length, findings: [...new Set(findings)] };
}

/** Who does what to what. */
export function inWords({ by, action, resource }: Call): string {
  return `${by} ${action} ${resource}`;
}

/** Rights of statements of ours through which no needed call went. */
function unused(simulator: Simulator, roles: readonly Resolved[], verdicts: readonly Verdict[]): string[] {
  const used = new Set(
    verdicts
      .flatMap(({ allowedBy }) => allowedBy)
      .flatMap(({ policy, statement, actions, resources }) =>
        [...actions, ...resources].map((pattern) => `${policy} ${statement} ${pattern}`),
      ),
  );
  return roles
    .flatMap(({ id }) => simulator.policiesOf(id))
    .filter(({ isManaged }) => !isManaged)
    .flatMap(({ name, policy }) =>
      statementsOf(policy).flatMap(({ id, actions, resources }) =>
        [...actions, ...resources].map((pattern) => `${name} ${id} ${pattern}`),
      ),
    )
    .filter((right) => !used.has(right) && !BROUGHT_ALONG.some(([pattern]) => pattern.test(right)))
    .map((right) => `nobody needs: ${right}`);
}

function isServiceRole({ properties }: Resolved): boolean {
  return trustedBy(properties).every((service) => service in SERVICE_ROLES);
}

/** CloudFront delivers its logs by an access control list, which not every bucket takes. */
function closedToLogs(resources: Resources): string[] {
  return ofTypes(resources, 'AWS::CloudFront::Distribution').flatMap(({ id, properties }) => {
    const host = properties['DistributionConfig'].Logging?.Bucket as string | undefined;
    const bucket = resources.get(resourceOfHost(host ?? '') ?? '');
    if (host === undefined) return [];
    const [rule] = (bucket?.properties['OwnershipControls']?.Rules ?? []) as { ObjectOwnership?: string }[];
    const takesLists = rule !== undefined && rule.ObjectOwnership !== 'BucketOwnerEnforced';
    return takesLists ? [] : [`${id} cannot deliver its logs to ${host}`];
  });
}

/** Services that run parts of a stack. */
const SERVICES = [
  'backup.amazonaws.com',
  'cloudtrail.amazonaws.com',
  'ec2.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  'lambda.amazonaws.com',
  'vpc-flow-logs.amazonaws.com',
];

function trustedBy(role: Resolved['properties']): string[] {
  const statements = role['AssumeRolePolicyDocument'].Statement as Resolved['properties'][];
  return statements.flatMap(({ Principal }) => Object.values((Principal ?? {}) as Record<string, string>)).flat();
}

/** Roles are taken on by the services that run this stack's parts, and by nobody else. */
function strangers(resources: Resources): string[] {
  return ofTypes(resources, 'AWS::IAM::Role').flatMap(({ id, properties }) =>
    trustedBy(properties)
      .filter((service) => !SERVICES.includes(service))
      .map((service) => `${id} may be taken on by ${service}`),
  );
}
