import { distance } from 'fastest-levenshtein';

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Key of the configuration, or the name of the variable, file or flag that is wrong as a whole. */
  readonly path: string;
  /** What was expected, what was given, what to do. */
  readonly message: string;
  /** Where the value came from. */
  readonly source?: string;
}

/** A configuration that is refused, with everything that is wrong with it. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ path, message, source }) => {
      const origin = source === undefined || source === path ? '' : ` (${source})`;
      return `  ${path === '' ? '' : `${path}: `}${message}${origin}`;
    });
    super(
      [`configuration refused, ${problems.length} problem${problems.length === 1 ? '' : 's'}:`, ...lines].join('\n'),
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Runs the start of a process; a refused configuration ends it with its message and exit code 2.
 *
 * Anything else is a defect of ours and keeps its stack trace.
 */
export function exitOnConfigError<T>(start: () => T): T {
  try {
    return start();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

const bare = (word: string) => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The candidate that a mistyped word most likely means. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = bare(word);
  let best: { candidate: string; cost: number } | undefined;
  for (const candidate of candidates) {
    const known = bare(candidate);
    // Who writes `prod` means `production`, however far apart the two are.
    const cost = wanted.length >= 3 && known.startsWith(wanted) ? 0 : distance(wanted, known);
    if (best === undefined || cost < best.cost) best = { candidate, cost };
  }
  return best !== undefined && best.cost <= Math.max(1, Math.floor(wanted.length / 3)) ? best.candidate : undefined;
}

/** A value as a person wrote it, short enough for one line. */
export function show(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A message of somebody else's, begun as ours begin. */
export const decapitalized = (message: string) => `${message.charAt(0).toLowerCase()}${message.slice(1)}`;

/** `a, b or c`, text in quotes. */
export function oneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}
