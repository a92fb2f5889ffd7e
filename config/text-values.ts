import { configTree, VARIABLE_PREFIX, variableName } from './config-paths.ts';
import { unknownKey } from './hints.ts';
import { withValue } from './layers.ts';
import type { Layer, Tree } from './layers.ts';
import { nearest, show } from './problems.ts';
import type { Problem } from './problems.ts';
import { expectedAt, keysOf, kindOf, schemasAt, unwrap } from './schema-tree.ts';
import type { Schema } from './schema-tree.ts';

/** Name under which every source may choose the preset or file to start from. */
export const SOURCE_KEY = 'configSource';
export const SOURCE_VARIABLE = `${VARIABLE_PREFIX}CONFIG_SOURCE`;

/** A layer read from texts, and what could not be read. */
export interface TextLayer {
  readonly layer: Layer;
  readonly problems: readonly Problem[];
}

interface Assignment {
  readonly path: string;
  readonly given: unknown;
  /** How the person wrote it: the variable, the flag, the context key. */
  readonly origin: string;
}

/** Context that the CDK and its command line keep for themselves without a prefix. */
const CDK_CONTEXT = new Set(['acknowledged-issue-numbers', 'cdk-migrate', 'cli-telemetry']);

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  on: true,
  off: false,
  '1': true,
  '0': false,
};

class Unreadable extends Error {}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable('not valid JSON: names and texts stand in double quotes');
  }
}

/** Turns a text into the kind of value that the key takes; what does not fit stays text, for the schema to refuse. */
function coerce(text: string, schemas: readonly Schema[]): unknown {
  const [schema] = schemas;
  if (schema === undefined) return text;
  const trimmed = text.trim();
  const kind = kindOf(schema);
  switch (kind) {
    case 'text':
      return text;
    case 'boolean':
      return BOOLEANS[trimmed.toLowerCase()] ?? text;
    case 'integer':
    case 'number':
      return toNumber(trimmed) ?? text;
    case 'choice': {
      const numeric = unwrap(schema).schema.def.type === 'literal' ? toNumber(trimmed) : undefined;
      return numeric ?? trimmed;
    }
    case 'list': {
      if (trimmed.startsWith('[')) return parseJson(trimmed);
      const items = trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim());
      return items.map((item) => coerce(item, [(unwrap(schema).schema as unknown as { element: Schema }).element]));
    }
    case 'record':
      return trimmed.startsWith('{') || trimmed === 'null' ? parseJson(trimmed) : toRecord(trimmed);
    case 'group':
      if (/^(\{|null$)/.test(trimmed)) return parseJson(trimmed);
      throw new Unreadable(`expected ${expectedAt(schemas)}: set one of them, or give JSON`);
  }
}

function toNumber(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function toRecord(text: string): Tree {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new Unreadable(`expected name=text pairs or JSON, got ${show(text)}`);
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    }),
  );
}

function assign(assignments: readonly Assignment[]): TextLayer {
  const problems: Problem[] = [];
  const origins = new Map<string, string>();
  let values: Tree = {};
  // Groups come before their keys, whatever the order in which variables were exported.
  const ordered = assignments.toSorted((a, b) => a.path.split('.').length - b.path.split('.').length);
  for (const { path, given, origin } of ordered) {
    const keys = keysOf(path);
    const schemas = schemasAt(keys);
    if (schemas.length === 0) {
      problems.push({ path, message: unknownKey(path), source: origin });
      continue;
    }
    try {
      values = withValue(values, keys, typeof given === 'string' ? coerce(given, schemas) : given);
      origins.set(path, origin);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problems.push({ path, message: error.message, source: origin });
    }
  }
  return { layer: { values, origin: (path) => originOf(path, origins) }, problems };
}

function originOf(path: string, origins: ReadonlyMap<string, string>): string {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const origin = origins.get(at);
    if (origin !== undefined) return origin;
  }
  return path;
}

/** Reads the variables of the configuration from an environment; empty ones count as not set. */
export function readVariables(env: Readonly<Record<string, string | undefined>>, where: string): TextLayer {
  const given = Object.entries(env).filter(
    ([name, text]) => name.startsWith(VARIABLE_PREFIX) && name !== SOURCE_VARIABLE && text !== undefined && text !== '',
  );
  if (given.length === 0) return assign([]);
  const { leaves, groups } = configTree();
  const paths = new Map([...groups, ...leaves].map(({ path }) => [variableName(path), path]));
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  for (const [name, text] of given) {
    const path = paths.get(name);
    if (path !== undefined) {
      assignments.push({ path, given: text, origin: `${where} ${name}` });
      continue;
    }
    const names = [...paths.keys(), SOURCE_VARIABLE].map((known) => known.slice(VARIABLE_PREFIX.length));
    const meant = nearest(name.slice(VARIABLE_PREFIX.length), names);
    const remedy =
      meant === undefined ? 'see docs/configuration.md, or remove it' : `did you mean ${VARIABLE_PREFIX}${meant}?`;
    problems.push({ path: name, message: `unknown variable: ${remedy}`, source: where });
  }
  const layer = assign(assignments);
  return { ...layer, problems: [...problems, ...layer.problems] };
}

/** Reads CDK context; keys of the CDK itself are left alone. */
export function readContext(context: Readonly<Record<string, unknown>>): TextLayer {
  const own = Object.entries(context).filter(
    ([key]) => key !== SOURCE_KEY && !/[:@/]/.test(key) && !CDK_CONTEXT.has(key),
  );
  const meansSource = own.filter(
    ([key]) => ['config', 'preset', 'source'].includes(key) || nearest(key, [SOURCE_KEY]) !== undefined,
  );
  const layer = assign(
    own
      .filter((entry) => !meansSource.includes(entry))
      .map(([path, given]) => ({ path, given, origin: `context ${path}` })),
  );
  const problems = meansSource.map(([path]) => ({
    path,
    message: `unknown key: did you mean ${SOURCE_KEY}?`,
    source: `context ${path}`,
  }));
  return { ...layer, problems: [...problems, ...layer.problems] };
}

/** Reads flags of the form `path=value`. */
export function readFlags(flags: readonly string[]): TextLayer {
  const problems: Problem[] = [];
  const assignments: Assignment[] = [];
  for (const flag of flags) {
    if (flag.startsWith(`${SOURCE_KEY}=`)) continue;
    const equals = flag.indexOf('=');
    if (equals < 1) {
      problems.push({ path: '--set', message: `expected path=value such as network.natGateways=1, got ${show(flag)}` });
      continue;
    }
    const path = flag.slice(0, equals).trim();
    assignments.push({ path, given: flag.slice(equals + 1), origin: `--set ${path}` });
  }
  const layer = assign(assignments);
  return { ...layer, problems: [...problems, ...layer.problems] };
}

/** The last flag that names the preset or file to start from. */
export function sourceInFlags(flags: readonly string[]): string | undefined {
  return flags.findLast((flag) => flag.startsWith(`${SOURCE_KEY}=`))?.slice(SOURCE_KEY.length + 1);
}

/** The context that names the preset or file to start from. */
export function sourceInContext(context: Readonly<Record<string, unknown>>): string | undefined {
  const given = context[SOURCE_KEY];
  return given === undefined || typeof given === 'string' ? given : show(given);
}
