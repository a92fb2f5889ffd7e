import { ofTypes, type Resolved } from '../../network/resolve.ts';
import { identityPolicies } from '../../permissions/policies.ts';
import { badge, breakable, code, details, type Html, markup, type Section, table } from '../html.ts';
import { counted, distinct, grouped } from '../lists.ts';
import type { Subject } from '../subject.ts';

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: unknown;
}

/** A role with what its policies allow. */
interface Role {
  readonly name: string;
  readonly usedBy: readonly string[];
  readonly actions: readonly string[];
  /** Actions on every resource. */
  readonly anywhere: readonly string[];
  /** Policies that AWS writes and may change. */
  readonly managed: readonly string[];
}

const list = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

export function rolesOf({ assembly, reachability: { resources } }: Subject): Role[] {
  return ofTypes(resources, 'AWS::IAM::Role').map((role) => {
    const policies = identityPolicies(resources, role);
    const statements = policies
      .filter(({ isManaged }) => !isManaged)
      .flatMap(({ policy }) => list((policy as { Statement: unknown }).Statement) as Statement[])
      .filter(({ Effect }) => Effect === 'Allow');
    const actionsIn = (some: readonly Statement[]) => distinct(some.flatMap(({ Action }) => list(Action).map(String)));
    return {
      name: assembly.names.get(role.id) ?? role.id,
      usedBy: principalsOf(role),
      actions: actionsIn(statements),
      anywhere: actionsIn(statements.filter(({ Resource }) => list(Resource).includes('*'))),
      managed: policies.filter(({ isManaged }) => isManaged).map(({ name }) => name),
    };
  });
}

function principalsOf({ properties }: Resolved): string[] {
  const { Statement } = properties['AssumeRolePolicyDocument'] as { Statement: { Principal: object }[] };
  const names = Statement.flatMap(({ Principal }) => Object.values(Principal).flat() as string[]);
  return distinct(names).map((name) => name.replace('.amazonaws.com', ''));
}

export function permissions(subject: Subject): Section {
  const roles = rolesOf(subject);
  const wide = roles.filter(({ anywhere }) => anywhere.length > 0).length;
  return {
    id: 'permissions',
    title: 'Who may do what',
    lead: `${counted(roles.length, 'role')}. Policies of ours name every resource (*) in ${wide} of them; AWS's own policies are named, and AWS may change what they allow.`,
    body: table({
      caption: 'Roles and what they may do',
      head: ['Role', 'Used by', 'May', 'On every resource'],
      rows: roles.map(({ name, usedBy, actions, anywhere, managed }) => [
        breakable(name),
        markup`<span class="whole">${usedBy.join(', ')}</span>`,
        [
          actions.length === 0 ? undefined : allowed(actions),
          managed.map((policy) => markup`<div><small>AWS's own</small> ${breakable(policy)}</div>`),
        ],
        anywhere.length === 0
          ? ''
          : [badge('warn', '*'), anywhere.map((action) => markup`<div>${breakable(action)}</div>`)],
      ]),
    }),
  };
}

function allowed(actions: readonly string[]): Html {
  const services = grouped(actions, (action) => action.split(':')[0] ?? '');
  const rows = [...services].map(([service, found]) => {
    return markup`<dt>${code(service)}</dt><dd>${found.map((action) => action.slice(service.length + 1)).join(', ')}</dd>`;
  });
  const summary = `${[...services.keys()].join(', ')}: ${counted(actions.length, 'action')}`;
  return details(summary, markup`<dl class="actions">${rows}</dl>`);
}
