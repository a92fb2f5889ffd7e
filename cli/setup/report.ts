import type { Colors } from '../io.ts';
import type { Finding, State } from './check.ts';

/** Findings as lines, with the way to mend what is not right. */
export function findingLines(findings: readonly Finding[], colors: Colors): string {
  const paint: Readonly<Record<State, (text: string) => string>> = {
    ok: colors.green,
    warn: colors.yellow,
    fail: colors.red,
    unknown: colors.dim,
  };
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .map(({ name, state, found, remedy }) => {
      const line = `${paint[state](state.padEnd(7))}  ${name.padEnd(width)}  ${found}`;
      return state === 'ok' || remedy === undefined ? line : `${line}\n${' '.repeat(9)}to mend it: ${remedy}`;
    })
    .join('\n');
}
