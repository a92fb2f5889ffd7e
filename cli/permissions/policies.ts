import { ofTypes, type Resolved, type Resources } from '../network/resolve.ts';

/** A policy with the name under which findings speak of it. */
export interface NamedPolicy {
  readonly name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a policy document
  readonly policy: any;

  /** Whether it is AWS's own, whose statements nobody here chose and which no template has. */
  readonly isManaged: boolean;
}

/** The policies of a role: its own, those attached to it, and AWS's. */
export function identityPolicies(resources: Resources, role: Resolved): NamedPolicy[] {
  const { Policies = [], ManagedPolicyArns = [] } = role.properties;
  const inline = (Policies as Resolved['properties'][]).map(({ PolicyName, PolicyDocument }) => ({
    name: `${role.id}/${PolicyName}`,
    policy: PolicyDocument,
    isManaged: false,
  }));
  const attached = ofTypes(resources, 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')
    .filter(({ properties }) => (properties['Roles'] ?? []).includes(role.id))
    .map(({ id, properties }) => ({ name: id, policy: properties['PolicyDocument'], isManaged: false }));
  const managed = (ManagedPolicyArns as string[]).map((arn) => ({
    name: arn.split('/').at(-1) ?? arn,
    policy: undefined,
    isManaged: true,
  }));
  return [...inline, ...attached, ...managed];
}
