import { z } from 'zod';
import { oneOf } from './problems.ts';
import { DeploymentConfigSchema } from './schema.ts';

export type Schema = z.ZodType;
export type ObjectSchema = z.ZodObject<Readonly<Record<string, Schema>>>;

/** Kinds of value that a key takes. */
export type Kind = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'list' | 'record' | 'group';

/** A schema without its wrappers, and what these said. */
export interface Unwrapped {
  readonly schema: Schema;
  readonly optional: boolean;
  readonly fallback: unknown;
  readonly description: string | undefined;
}

export function unwrap(wrapped: Schema): Unwrapped {
  let schema = wrapped;
  let optional = false;
  let fallback: unknown;
  let { description } = wrapped;
  while (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    if (schema instanceof z.ZodOptional) optional = true;
    else fallback = schema.def.defaultValue;
    schema = schema.unwrap() as Schema;
    description ??= schema.description;
  }
  return { schema, optional, fallback, description };
}

/** The objects that may stand at a place: one, or the branches of a union with the key that tells them apart. */
export interface Branches {
  readonly discriminator: string | undefined;
  readonly objects: readonly ObjectSchema[];
}

export function branchesOf(schema: Schema): Branches | undefined {
  const inner = unwrap(schema).schema;
  if (inner instanceof z.ZodObject) return { discriminator: undefined, objects: [inner] };
  if (inner instanceof z.ZodDiscriminatedUnion) {
    return { discriminator: inner.def.discriminator, objects: inner.options as unknown as ObjectSchema[] };
  }
  return undefined;
}

/** The value of the discriminator that selects a branch. */
export function branchName(object: ObjectSchema, discriminator: string): unknown {
  const literal = object.shape[discriminator];
  return literal instanceof z.ZodLiteral ? literal.value : undefined;
}

/** The schema under a key of an object: one, or none. */
export function childOf({ shape }: ObjectSchema, key: string | number): Schema[] {
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
  return schema === undefined ? [] : [schema];
}

/** What may stand under a key; nothing when the key is unknown. Branches that share a schema count once. */
function childrenOf(schema: Schema, key: string | number, values: unknown): Schema[] {
  const inner = unwrap(schema).schema;
  if (inner instanceof z.ZodArray) return typeof key === 'number' ? [inner.element as Schema] : [];
  if (inner instanceof z.ZodRecord) return [inner.valueType as Schema];
  const { discriminator, objects: all = [] } = branchesOf(inner) ?? {};
  const choice = discriminator === undefined ? undefined : valueOf(values, discriminator);
  const chosen = all.filter((object) => discriminator !== undefined && branchName(object, discriminator) === choice);
  const objects = chosen.length > 0 ? chosen : all;
  return [...new Set(objects.flatMap((object) => childOf(object, key)))];
}

const valueOf = (values: unknown, key: PropertyKey): unknown =>
  typeof values === 'object' && values !== null && Object.hasOwn(values, key)
    ? (values as Record<PropertyKey, unknown>)[key]
    : undefined;

/** The value at a path; undefined when there is none. */
export function valueAt(values: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>(valueOf, values);
}

/**
 * Every schema that may stand at a path; empty when the path is unknown.
 *
 * @param values Settings whose choices (`mode`, `access.type`…) say which branch is meant. Default: every branch is.
 */
export function schemasAt(keys: readonly (string | number)[], values?: unknown): readonly Schema[] {
  return keys.reduce<Schema[]>(
    (schemas, key, depth) =>
      schemas.flatMap((schema) => childrenOf(schema, key, valueAt(values, keys.slice(0, depth)))),
    [DeploymentConfigSchema],
  );
}

/** Splits a dotted path; below a record the rest is one key, so that names of tags may hold dots. */
export function keysOf(path: string): string[] {
  const keys: string[] = [];
  let rest: string | undefined = path;
  while (rest !== undefined) {
    const record = schemasAt(keys).some((schema) => unwrap(schema).schema instanceof z.ZodRecord);
    const dot: number = record ? -1 : rest.indexOf('.');
    keys.push(dot === -1 ? rest : rest.slice(0, dot));
    rest = dot === -1 ? undefined : rest.slice(dot + 1);
  }
  return keys;
}

export function kindOf(schema: Schema): Kind {
  const { schema: inner } = unwrap(schema);
  if (inner instanceof z.ZodEnum || inner instanceof z.ZodLiteral) return 'choice';
  if (inner instanceof z.ZodNumber) return inner.format?.includes('int') === true ? 'integer' : 'number';
  if (inner instanceof z.ZodBoolean) return 'boolean';
  if (inner instanceof z.ZodArray) return 'list';
  if (inner instanceof z.ZodRecord) return 'record';
  return inner.type === 'string' ? 'text' : 'group';
}

/** The values of a choice. */
export function valuesOf(schema: Schema): readonly (string | number)[] {
  const { schema: inner } = unwrap(schema);
  if (inner instanceof z.ZodEnum) return inner.options;
  if (inner instanceof z.ZodLiteral) return [...inner.values] as (string | number)[];
  return [];
}

/** `1 to 3`, `1 or more`, `at most 3`. */
function range(least: number | null | undefined, most: number | null | undefined): string | undefined {
  const low = least == null || least <= Number.MIN_SAFE_INTEGER ? undefined : least;
  const high = most == null || most >= Number.MAX_SAFE_INTEGER ? undefined : most;
  if (low !== undefined && high !== undefined) return `${low} to ${high}`;
  if (low !== undefined) return `${low} or more`;
  return high === undefined ? undefined : `at most ${high}`;
}

interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly step?: number;
}

function limitsOf(schema: Schema): Limits {
  const limits: { -readonly [K in keyof Limits]: Limits[K] } = {};
  for (const { _zod } of schema.def.checks ?? []) {
    const check = _zod.def as { check: string; minimum?: number; maximum?: number; value?: number };
    if (check.check === 'min_length') limits.minimum = check.minimum;
    if (check.check === 'max_length') limits.maximum = check.maximum;
    if (check.check === 'multiple_of') limits.step = check.value;
  }
  return limits;
}

function expectedNumber(schema: z.ZodNumber): string {
  const { step } = limitsOf(schema);
  const limits = range(schema.minValue, schema.maxValue);
  const name = schema.format?.includes('int') === true ? 'a whole number' : 'a number';
  const between = limits === undefined ? '' : limits.includes(' to ') ? ` from ${limits}` : ` of ${limits}`;
  return `${name}${between}${step === undefined ? '' : ` in steps of ${step}`}`;
}

function expectedText(schema: Schema): string {
  if (schema instanceof z.ZodCIDRv4) return 'an IPv4 range';
  if (schema instanceof z.ZodEmail) return 'an e-mail address';
  const { minimum, maximum } = limitsOf(schema);
  const limits = range(minimum, maximum);
  return limits === undefined ? 'text' : `text of ${limits} characters`;
}

/** What a key takes, in words: `a whole number from 0 to 3`. */
export function expectedAt(schemas: readonly Schema[]): string {
  const [first] = schemas;
  if (first === undefined) return 'nothing';
  const { schema } = unwrap(first);
  if (kindOf(schema) === 'choice') return oneOf([...new Set(schemas.flatMap(valuesOf))]);
  if (schema instanceof z.ZodNumber) return expectedNumber(schema);
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodRecord) return 'names, each with a text';
  if (schema instanceof z.ZodArray) {
    const { minimum, maximum } = limitsOf(schema);
    const limits = range(minimum, maximum);
    return `a list${limits === undefined ? '' : ` of ${limits}`}, each ${expectedAt([schema.element as Schema])}`;
  }
  const branches = branchesOf(schema);
  if (branches === undefined) return expectedText(schema);
  const keys = new Set(branches.objects.flatMap(({ shape }) => Object.keys(shape)));
  return `a group of settings (${[...keys].join(', ')})`;
}
