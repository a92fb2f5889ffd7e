import { createRequire } from 'node:module';
import { shownPath } from '../explain.ts';
import { isTree } from '../layers.ts';
import { nearest } from '../problems.ts';
import type { DeploymentConfig } from '../schema.ts';
import { valueAt } from '../schema-tree.ts';
import { DEFAULT_LIBRECHAT_VERSION } from '../versions.ts';
import { decisions } from './decisions.ts';
import { readDocument } from './document.ts';
import type { LocatedDocument, Mistake } from './document.ts';
import { schemaIssues } from './schema-issues.ts';
import { unknownKeys } from './schema-keys.ts';
import type { Zod3Schema } from './schema-keys.ts';
import { looksSecret } from './secrets.ts';

type Keys = readonly (string | number)[];
type DataProvider = typeof import('librechat-data-provider');

/** A name in `${NAME}`. */
const REFERENCE = /\$\{([^}]*)\}/g;

/** Keys that a message still lists. */
const MOST_KEYS_SHOWN = 12;

/** What LibreChat needs of a custom endpoint; it leaves one without them out, and says nothing. */
const CUSTOM_ENDPOINT_KEYS = ['name', 'apiKey', 'baseURL', 'models'] as const;

/** Every text in a value, with its path. */
function textsOf(value: unknown, path: Keys = []): [Keys, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, [...path, index]));
  return isTree(value) ? Object.entries(value).flatMap(([key, below]) => textsOf(below, [...path, key])) : [];
}

const namesIn = (text: string) => [...text.matchAll(REFERENCE)].map(([, name = '']) => name);

/** What a look at a librechat.yaml tells. */
interface CheckedFile {
  readonly mistakes: readonly Mistake[];

  /** Names that it mentions as `${NAME}`; undefined when it cannot be read. */
  readonly mentions: ReadonlySet<string> | undefined;
}

/**
 * Everything that is wrong with a librechat.yaml, and that LibreChat would mostly not tell: it drops keys that it does
 * not know, takes `${NAME}` as a text, and starts with its defaults when it cannot read the file.
 *
 * @param provided Variables that LibreChat will have.
 */
export function checkFile(text: string, config: DeploymentConfig, provided: ReadonlySet<string>): CheckedFile {
  const document = readDocument(text);
  const { content } = document;
  if (document.mistakes.length > 0) return { mistakes: document.mistakes, mentions: undefined };
  if (!isTree(content)) {
    const message = 'expected keys with values: LibreChat would start with its defaults';
    return { mistakes: [document.at([], message)], mentions: undefined };
  }
  // Takes a third of a second, and only a file of the user's own needs it.
  const library = createRequire(import.meta.url)('librechat-data-provider') as DataProvider;
  const mistakes = [
    ...schemaIssues(library.configSchema.strict(), content).map(({ path, message }) =>
      document.at(path, `${shownPath(path)}: ${message}`),
    ),
    ...(config.librechatVersion === DEFAULT_LIBRECHAT_VERSION ? unknown(document, library) : []),
    ...endpoints(document),
    ...references(document, provided, library),
    ...secrets(document),
    ...contradictions(document, config),
  ];
  return {
    mistakes: mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column),
    mentions: new Set(textsOf(content).flatMap(([, value]) => namesIn(value))),
  };
}

/** Keys of which the release of this schema knows nothing; of another release we know nothing. */
function unknown({ content, at }: LocatedDocument, { configSchema }: DataProvider): Mistake[] {
  return unknownKeys(configSchema as unknown as Zod3Schema, content).map(({ path, known }) => {
    const meant = nearest(String(path.at(-1)), known);
    const others = known.length > MOST_KEYS_SHOWN ? "see LibreChat's documentation" : `there are ${known.join(', ')}`;
    const remedy = meant === undefined ? others : `did you mean ${meant}?`;
    return at(path, `${shownPath(path)}: LibreChat knows no such key: ${remedy}`);
  });
}

function endpoints({ content, at }: LocatedDocument): Mistake[] {
  const custom = valueAt(content, ['endpoints', 'custom']);
  if (!Array.isArray(custom)) return [];
  return custom.flatMap((endpoint: unknown, index) => {
    const path = ['endpoints', 'custom', index];
    const missing = CUSTOM_ENDPOINT_KEYS.filter((key) => isEmpty(valueAt(endpoint, [key])));
    return missing.map((key) =>
      at(path, `${shownPath(path)}: has no ${key}, without which LibreChat leaves the endpoint out`),
    );
  });
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

function references(
  { content, at }: LocatedDocument,
  provided: ReadonlySet<string>,
  { isSensitiveEnvVar }: DataProvider,
): Mistake[] {
  const explain = (name: string, path: Keys) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) return `\${${name}} names no variable`;
    if (isSensitiveEnvVar(name)) return `LibreChat gives ${name} to nobody: use a secret of its own`;
    // Keys of web search that are not set are asked of each person.
    if (provided.has(name) || path[0] === 'webSearch') return undefined;
    return `nothing sets ${name}: add it to librechatSecretArns, or to librechatVariables if it is no secret`;
  };
  return textsOf(content).flatMap(([path, text]) =>
    namesIn(text).flatMap((name) => {
      const message = explain(name, path);
      return message === undefined ? [] : [at(path, `${shownPath(path)}: ${message}`)];
    }),
  );
}

/** Secrets in clear: LibreChat prints the whole file when it starts. */
function secrets({ content, at }: LocatedDocument): Mistake[] {
  return textsOf(content)
    .filter(([path, text]) => looksSecret(String(path.findLast((key) => typeof key === 'string')), text))
    .map(([path]) =>
      at(
        path,
        `${shownPath(path)}: looks like a secret, and LibreChat writes this file to its log: store it, write \${NAME} here, and name its ARN in librechatSecretArns`,
      ),
    );
}

function contradictions({ content, at }: LocatedDocument, config: DeploymentConfig): Mistake[] {
  return decisions(config).flatMap(({ path, value, by }) => {
    const given = valueAt(content, path);
    if (given === undefined || JSON.stringify(given) === JSON.stringify(value)) return [];
    return [at(path, `${shownPath(path)}: ${by} decides about it: remove it here, and set that`)];
  });
}
