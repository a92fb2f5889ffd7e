import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

type Variables = Readonly<Record<string, string | undefined>>;

/** Variables of `.env` that say where and as whom commands work; the configuration reads its own. */
export const REGION_VARIABLE = 'LIBRECHAT_CDK_REGION';
export const PROFILE_VARIABLE = 'AWS_PROFILE';

/** The text of `.env`; empty when there is none. */
export function dotenvText(cwd: string): string {
  try {
    return readFileSync(join(cwd, '.env'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** The environment with the profile and the region of `.env` where it has none itself. */
export function withDotenv(env: Variables, cwd: string): Variables {
  const { [PROFILE_VARIABLE]: profile, [REGION_VARIABLE]: region } = parseEnv(dotenvText(cwd));
  const hasRegion = (env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']) !== undefined;
  return {
    ...env,
    ...(profile && env['AWS_PROFILE'] === undefined ? { AWS_PROFILE: profile } : {}),
    ...(region && !hasRegion ? { AWS_REGION: region } : {}),
  };
}

/** What setting variables does to the text of `.env`: every other line stays as it is. */
export interface Changed {
  readonly text: string;
  /** Variables that have their value now. */
  readonly names: readonly string[];
  /** Lines whose value would change. */
  readonly overwritten: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}

/** Sets variables in the text of `.env`; one without a value is left alone. */
export function setInDotenv(text: string, values: Variables): Changed {
  const current = parseEnv(text);
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const given = Object.entries(values).flatMap(([name, after]) => (after === undefined ? [] : [{ name, after }]));
  const changed = given
    .map(({ name, after }) => ({ name, after, before: current[name] ?? '' }))
    .filter(({ before, after }) => before !== after);
  for (const { name, after } of changed) {
    const line = `${name}=${/^[\w./:@-]*$/.test(after) ? after : `"${after}"`}`;
    const at = lines.findLastIndex((candidate) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(candidate));
    if (at === -1) lines.push(line);
    else lines[at] = line;
  }
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    names: given.map(({ name }) => name),
    overwritten: changed.filter(({ before }) => before !== ''),
  };
}
