import { readFileSync } from 'node:fs';
import { nearest } from '../problems.ts';
import type { Problem } from '../problems.ts';
import type { DeploymentConfig } from '../schema.ts';
import { DEFAULT_LIBRECHAT_VERSION } from '../versions.ts';
import { DECIDED_BY, deploymentVariables } from './deployment-variables.ts';
import { checkFile } from './file.ts';
import { looksSecret } from './secrets.ts';
import { knownVariables } from './variables.ts';

/** Variables that would make LibreChat's own checks useless, or stop it, and why. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['CONFIG_BYPASS_VALIDATION', 'LibreChat would run with a librechat.yaml that it does not understand'],
  ['REDIS_KEY_PREFIX_VAR', 'LibreChat stops where REDIS_KEY_PREFIX, which the deployment sets, is there too'],
]);

/**
 * What is wrong with the user's own librechat.yaml and variables.
 *
 * @param shownFile How to name the file to a person.
 * @param sourceOf Where a setting was made.
 */
export function librechatProblems(
  config: DeploymentConfig,
  shownFile: (path: string) => string,
  sourceOf: (path: string) => string | undefined,
): Problem[] {
  const { librechatConfigFile: file, librechatVariables: variables, librechatSecretArns: secrets } = config;
  if (file === undefined) return located(variableProblems(config, new Set()), sourceOf);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    const message = `${shownFile(file)} cannot be read: ${code === 'ENOENT' ? 'no such file' : reason}`;
    return located([{ path: 'librechatConfigFile', message }], sourceOf);
  }
  const provided = new Set([...deploymentVariables(config), ...Object.keys(variables), ...Object.keys(secrets)]);
  const { mistakes, mentions } = checkFile(text, config, provided);
  return [
    ...mistakes.map(({ line, column, message }) => ({ path: `${shownFile(file)}:${line}:${column}`, message })),
    ...located(variableProblems(config, mentions), sourceOf),
  ];
}

const located = (problems: readonly Problem[], sourceOf: (path: string) => string | undefined) =>
  problems.map((problem) => ({ ...problem, source: sourceOf(problem.path) }));

/** @param mentions Names that librechat.yaml mentions; undefined when it cannot be read. */
function variableProblems(config: DeploymentConfig, mentions: ReadonlySet<string> | undefined): Problem[] {
  const { librechatVariables: variables, librechatSecretArns: secrets } = config;
  const given = [
    ...Object.entries(variables).map(([name, value]) => ({ path: `librechatVariables.${name}`, name, value })),
    ...Object.keys(secrets).map((name) => ({ path: `librechatSecretArns.${name}`, name, value: undefined })),
  ];
  if (given.length === 0) return [];
  const known = knownVariables();
  // Of a release other than the one whose list this is, we do not know what it reads.
  const isKnown = (name: string) =>
    known.has(name) ||
    mentions === undefined ||
    mentions.has(name) ||
    config.librechatVersion !== DEFAULT_LIBRECHAT_VERSION;
  return given.flatMap(({ path, name, value }) => {
    const message =
      REFUSED.get(name) ??
      decidedMessage(name) ??
      (isKnown(name) ? undefined : unknownMessage(name, known.keys())) ??
      (value === undefined ? inBoth(name, variables) : valueMessage(name, value, known.get(name)));
    return message === undefined ? [] : [{ path, message }];
  });
}

function decidedMessage(name: string): string | undefined {
  const by = DECIDED_BY.get(name);
  if (by === undefined) return undefined;
  return by === 'the deployment' ? 'the deployment sets it itself: remove it' : `${by} decides about it: set that`;
}

function unknownMessage(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  const remedy =
    meant === undefined
      ? 'only what librechat.yaml mentions as ${NAME} may have another name'
      : `did you mean ${meant}?`;
  return `LibreChat ${DEFAULT_LIBRECHAT_VERSION} reads no such variable: ${remedy}`;
}

const inBoth = (name: string, variables: Readonly<Record<string, string>>) =>
  Object.hasOwn(variables, name) ? 'also stands in librechatVariables: remove one of them' : undefined;

function valueMessage(name: string, value: string, kind: 'boolean' | 'text' | undefined): string | undefined {
  if (looksSecret(name, value))
    return 'looks like a secret, and everybody who may read the stack would see it: store it, and name its ARN in librechatSecretArns';
  if (value.includes('{{resolve:')) return 'CloudFormation would not resolve it here: use librechatSecretArns';
  if (kind === 'boolean' && !['true', 'false'].includes(value))
    return `LibreChat takes 'true' or 'false' here, got ${JSON.stringify(value)}`;
  return undefined;
}
