import { isTree } from '../layers.ts';
import type { Tree } from '../layers.ts';
import { decapitalized } from '../problems.ts';

type Keys = readonly (string | number)[];

/** Something that LibreChat's schema refuses. */
export interface SchemaIssue {
  readonly path: Keys;
  readonly message: string;
}

/** An issue as zod 3, which LibreChat uses, reports it. */
interface Zod3Issue extends SchemaIssue {
  readonly code: string;
  readonly unionErrors?: readonly { readonly issues: readonly Zod3Issue[] }[];
}

interface Schema {
  safeParse(value: unknown): { readonly error?: { readonly issues: readonly unknown[] } };
}

/** What LibreChat's own schema refuses in a value; keys that it does not know are looked for elsewhere. */
export function schemaIssues(schema: Schema, value: Tree): readonly SchemaIssue[] {
  const found = issuesOf(schema, value);
  if (found.length === 0) return [];
  // LibreChat checks some texts with `${NAME}` replaced, which cannot be done here: what another text passes is fine.
  const possible = new Set(issuesOf(schema, withReferencesReplaced(value) as Tree).map(keyOf));
  return found.filter((issue) => possible.has(keyOf(issue)));
}

const keyOf = ({ path, message }: SchemaIssue) => JSON.stringify([path, message]);

function issuesOf(schema: Schema, value: Tree): SchemaIssue[] {
  try {
    return refusals(schema, value);
  } catch {
    // The schema itself fails at the address of an MCP server that is none: then each server is looked at alone.
    const { mcpServers, ...rest } = value;
    const servers = Object.entries(isTree(mcpServers) ? mcpServers : {});
    return [...refusals(schema, rest), ...servers.flatMap(([name, server]) => serverIssues(schema, name, server))];
  }
}

function serverIssues(schema: Schema, name: string, server: unknown): SchemaIssue[] {
  try {
    return refusals(schema, { version: '', mcpServers: { [name]: server } });
  } catch (error) {
    return [{ path: ['mcpServers', name], message: decapitalized((error as Error).message) }];
  }
}

function refusals(schema: Schema, value: Tree): SchemaIssue[] {
  const issues = (schema.safeParse(value).error?.issues ?? []) as readonly Zod3Issue[];
  return flat(issues)
    .filter(({ code }) => code !== 'unrecognized_keys')
    .map(({ path, message }) => ({ path, message: decapitalized(message) }));
}

/** Of a choice that fits nowhere, what is wrong with the possibility that fits best. */
function flat(issues: readonly Zod3Issue[]): readonly Zod3Issue[] {
  return issues.flatMap((issue) => {
    const [best] = (issue.unionErrors ?? [])
      .map((error) => flat(error.issues))
      .toSorted((a, b) => a.length - b.length || depth(b) - depth(a));
    return best ?? [issue];
  });
}

const depth = (issues: readonly Zod3Issue[]) => Math.max(0, ...issues.map(({ path }) => path.length));

function withReferencesReplaced(value: unknown): unknown {
  if (typeof value === 'string')
    return /^\$\{[^}]*\}$/.test(value) ? 'https://example.com' : value.replaceAll(/\$\{[^}]*\}/g, 'x');
  if (Array.isArray(value)) return value.map(withReferencesReplaced);
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, withReferencesReplaced(below)]));
}
