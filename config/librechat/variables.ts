import { readFileSync } from 'node:fs';

/** Variables that LibreChat reads, with whether it wants `true` or `false`; see the head of the file. */
export function knownVariables(): ReadonlyMap<string, 'boolean' | 'text'> {
  const lines = readFileSync(new URL('variables.txt', import.meta.url), 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(' '))
      .map(([name = '', kind]) => [name, kind === 'boolean' ? kind : 'text']),
  );
}
