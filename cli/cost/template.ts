import { EXIT, UserError } from '../errors.ts';
import { findInMap, type Node, NO_VALUE, type Scope, select, split, substitute } from './intrinsics.ts';

export interface Template {
  readonly Resources: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Mappings?: unknown;
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

/** A resource that the template makes in this region, its intrinsics resolved as far as the template alone can. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Node;
}

/** Resources that would be made, with default parameters; what cannot be known stays as it is written. */
export function resourcesOf(template: Template, region: string): Resource[] {
  const scope = scopeOf(template, region);
  return Object.entries(expandLoops(template.Resources, scope)).flatMap(([id, value]) => {
    if (!isNode(value)) return [];
    const { Type, Condition, Properties } = value;
    if (typeof Condition === 'string' && !holds({ Condition }, scope)) return [];
    const properties = resolve(Properties ?? {}, scope);
    return [
      { id, type: typeof Type === 'string' ? Type : 'no type', properties: isNode(properties) ? properties : {} },
    ];
  });
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function asTemplate(value: unknown, name: string): Template {
  if (!isNode(value) || !isNode(value['Resources']))
    throw new UserError(`${name} has no Resources`, 'give a CloudFormation template, JSON or YAML', EXIT.usage);
  return value as unknown as Template;
}

function scopeOf({ Parameters = {}, Mappings, Conditions = {} }: Template, region: string): Scope {
  const values = new Map<string, unknown>(
    Object.entries({
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::NoValue': NO_VALUE,
    }),
  );
  for (const [name, parameter] of Object.entries(Parameters)) {
    if (!isNode(parameter)) continue;
    const { Type = 'String', Default } = parameter as { Type?: string; Default?: string | number };
    // The default of such a parameter is where its value lies.
    if (Default === undefined || Type.startsWith('AWS::SSM::')) continue;
    values.set(name, Type.includes('List') ? String(Default).split(',') : Default);
  }
  return { values, mappings: Mappings, conditions: Conditions, region };
}

/** Copies what `Fn::ForEach` stands for, in resources as in properties. */
function expandLoops(value: Node, scope: Scope): Node {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, body]) => {
      if (!key.startsWith('Fn::ForEach::') || !Array.isArray(body)) return [[key, body]];
      const [name, collection, output] = body as unknown[];
      const items = resolve(collection, scope);
      if (!Array.isArray(items) || !isNode(output)) return [];
      return items.flatMap((item) => {
        const inner: Scope = { ...scope, values: new Map([...scope.values, [String(name), item]]) };
        return Object.entries(expandLoops(output, inner)).map(([outputKey, outputBody]) => [
          substitute(outputKey, { [String(name)]: item as unknown }),
          // The loop's name means nothing outside of it, so it is put in now.
          resolve(outputBody, inner),
        ]);
      });
    }),
  );
}

function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((part) => resolve(part, scope)).filter((part) => part !== NO_VALUE);
  if (!isNode(value)) return value;
  const [[key, argument] = ['', undefined], second] = Object.entries(value);
  if (second === undefined) {
    const known = intrinsic(key, argument, scope);
    if (known !== undefined) return known;
  }
  const parts = Object.entries(expandLoops(value, scope)).map(([name, part]) => [name, resolve(part, scope)] as const);
  return Object.fromEntries(parts.filter(([, part]) => part !== NO_VALUE));
}

/** What an intrinsic says; undefined when only CloudFormation knows, or when it is none. */
function intrinsic(key: string, argument: unknown, scope: Scope): unknown {
  if (key === 'Ref') return scope.values.get(String(argument));
  if (key === 'Fn::If' && Array.isArray(argument)) {
    const [condition, yes, no] = argument as unknown[];
    return resolve(holds({ Condition: condition }, scope) ? yes : no, scope);
  }
  if (!key.startsWith('Fn::')) return undefined;
  if (key === 'Fn::GetAZs') return ['a', 'b', 'c'].map((zone) => `${scope.region}${zone}`);
  const resolved = resolve(argument, scope);
  const list: readonly unknown[] = Array.isArray(resolved) ? resolved : [];
  switch (key) {
    case 'Fn::FindInMap':
      return findInMap(scope.mappings, list);
    case 'Fn::Join':
      return Array.isArray(list[1]) && list[1].every((part) => typeof part === 'string')
        ? list[1].join(String(list[0]))
        : undefined;
    case 'Fn::Select':
      return select(list);
    case 'Fn::Split':
      return split(list);
    case 'Fn::Length':
      return Array.isArray(resolved) ? resolved.length : undefined;
    case 'Fn::Sub': {
      const [text, variables] = typeof resolved === 'string' ? [resolved, {}] : list;
      const known = { ...Object.fromEntries(scope.values), ...(isNode(variables) ? variables : {}) };
      const whole = typeof text === 'string' ? substitute(text, known) : undefined;
      return whole?.includes('${') === false ? whole : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a condition holds with default parameters; one that nobody can know here does not. */
function holds(condition: unknown, scope: Scope): boolean {
  if (!isNode(condition)) return condition === true || condition === 'true';
  const [[key, argument] = ['', undefined]] = Object.entries(condition);
  const list: readonly unknown[] = Array.isArray(argument) ? argument : [];
  switch (key) {
    case 'Condition': {
      const { [String(argument)]: named, ...others } = scope.conditions;
      // One that leads back to itself holds no more.
      return holds(named, { ...scope, conditions: others });
    }
    case 'Fn::And':
      return list.every((part) => holds(part, scope));
    case 'Fn::Or':
      return list.some((part) => holds(part, scope));
    case 'Fn::Not':
      return !holds(list[0], scope);
    case 'Fn::Equals': {
      const [left, right] = list.map((part) => resolve(part, scope));
      return JSON.stringify(left) === JSON.stringify(right) || String(left) === String(right);
    }
    default:
      return false;
  }
}
