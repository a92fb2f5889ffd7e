import { createHash } from 'node:crypto';
import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT, ofTypes, type Resources } from '../../cli/network/resolve.ts';
import { identityPolicies, type NamedPolicy } from '../../cli/permissions/policies.ts';
import { MANAGED_POLICIES } from './managed-policies.ts';
import { policyOf, resourcePolicies } from './resource-policies.ts';

// The simulator's licence is the AGPL: a tool for tests, which nothing that is deployed or handed out imports.

/** A call of AWS. */
export interface Call {
  /** Logical id of a role, or a service of AWS by its principal's name. */
  readonly by: string;

  /** As IAM names it, such as `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;

  /** What else policies ask about. */
  readonly context?: Readonly<Record<string, string>>;

  /** Who makes it, and for what. */
  readonly why: string;
}

/** What policies say to a call. */
export interface Verdict {
  readonly isAllowed: boolean;

  /** Statements of the role's own policies that allow it: policy, statement, and the patterns that matched. */
  readonly allowedBy: readonly { policy: string; statement: string; actions: string[]; resources: string[] }[];
}

/** Every call goes by TLS. */
const CONTEXT = {
  'aws:SecureTransport': 'true',
  'aws:PrincipalAccount': ACCOUNT,
  's3:TlsVersion': '1.3',
  'elasticfilesystem:AccessedViaMountTarget': 'true',
};

/** Answers, by policies and question: most templates have most of their policies in common. */
const answers = new Map<string, Promise<Verdict>>();

/** Asks the policies of one template. */
export class Simulator {
  private readonly roles = new Map<string, NamedPolicy[]>();
  private readonly digests = new Map<string, string>();
  private readonly resourcePolicies: ReadonlyMap<string, object>;

  constructor(resources: Resources) {
    for (const role of ofTypes(resources, 'AWS::IAM::Role')) {
      const policies = identityPolicies(resources, role).map((one) =>
        one.isManaged ? { ...one, policy: MANAGED_POLICIES[one.name] } : one,
      );
      this.roles.set(role.id, policies);
      this.digests.set(role.id, createHash('sha256').update(JSON.stringify(policies)).digest('hex'));
    }
    this.resourcePolicies = resourcePolicies(resources);
  }

  policiesOf(role: string): readonly NamedPolicy[] {
    return this.roles.get(role) ?? [];
  }

  ask(call: Call): Promise<Verdict> {
    const simulation = this.simulationOf(call);
    const key = JSON.stringify([this.digests.get(call.by), simulation.resourcePolicy, simulation.request]);
    const answer = answers.get(key) ?? this.simulate(call, simulation);
    answers.set(key, answer);
    return answer;
  }

  private async simulate(call: Call, simulation: Simulation): Promise<Verdict> {
    // Public parameters and models in every region have ARNs without an account or a region, which the check of the
    // simulator's input does not know.
    if (/^arn:aws:(ssm:[^:]+::|bedrock:::)/.test(call.resource))
      return { isAllowed: runUnsafeSimulation(simulation, {}) === 'Allowed', allowedBy: this.naming(call) };
    const response = await runSimulation(simulation, {});
    if (response.resultType === 'error')
      throw new Error(`${call.action} on ${call.resource} by ${call.by}: ${JSON.stringify(response.errors)}`);
    const results = response.resultType === 'single' ? [response.result] : response.results;
    const statements = results.flatMap(({ analysis }) => analysis.identityAnalysis?.allowStatements ?? []);
    return {
      isAllowed: response.overallResult === 'Allowed',
      allowedBy: statements.map(({ policyId, explain }) => ({
        policy: policyId,
        statement: explain.identifier,
        actions: matching(explain.actions).map(({ action }) => action),
        resources: matching(explain.resources).map(({ resource }) => resource),
      })),
    };
  }

  /** Statements of a role that name an action and a resource to the letter. */
  private naming({ by, action, resource }: Call): Verdict['allowedBy'] {
    return this.policiesOf(by).flatMap(({ name, policy }) =>
      statementsOf(policy)
        .filter(({ actions, resources }) => actions.includes(action) && resources.includes(resource))
        .map(({ id }) => ({ policy: name, statement: id, actions: [action], resources: [resource] })),
    );
  }

  private simulationOf({ by, action, resource, context }: Call): Simulation {
    const isRole = this.roles.has(by);
    return {
      request: {
        principal: isRole ? `arn:aws:iam::${ACCOUNT}:role/${by}` : by,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { ...CONTEXT, ...context },
      },
      identityPolicies: this.policiesOf(by).map(({ name, policy }) => ({ name, policy: policy as object })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: policyOf(this.resourcePolicies, resource),
    };
  }
}

/** Statements of a policy that allow something, by the names that the simulator gives them. */
export function statementsOf(policy: NamedPolicy['policy']): { id: string; actions: string[]; resources: string[] }[] {
  return [policy.Statement]
    .flat()
    .map((statement, index) => ({
      effect: statement.Effect as string,
      id: String(statement.Sid ?? index + 1),
      actions: [statement.Action ?? []].flat() as string[],
      resources: [statement.Resource ?? []].flat() as string[],
    }))
    .filter(({ effect }) => effect === 'Allow');
}

function matching<T extends { readonly matches: boolean }>(explained: T | T[] | undefined): T[] {
  const all = explained === undefined ? [] : Array.isArray(explained) ? explained : [explained];
  return all.filter(({ matches }) => matches);
}
