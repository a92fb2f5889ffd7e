/** How many checks a suite made, by outcome. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** A tool that only says yes or no is one check. */
export function fromExitCode(code: number): Counts {
  return code === 0 ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1 };
}

/**
 * A runner's own counts, made to agree with its exit code: one that fails without a failed test (a crash, an unhandled
 * error) has failed once, and so has one that ran nothing at all.
 */
export function reconcile(counts: Counts, code: number): Counts {
  const silentFailure = code !== 0 && counts.failed === 0;
  const ranNothing = counts.passed + counts.failed + counts.skipped === 0;
  return silentFailure || ranNothing ? add(counts, { ...NOTHING, failed: 1 }) : counts;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Counts of vitest's JSON report. A file that could not be loaded has no tests: it counts as one failure. */
export function fromVitest(json: string): Counts {
  const report = JSON.parse(json) as VitestReport;
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Counts of the JUnit report that pytest writes. */
export function fromJunit(xml: string): Counts {
  let counts = NOTHING;
  for (const [, attributes = ''] of xml.matchAll(/<testsuite\s([^>]*)>/g)) {
    const number = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
    const failed = number('failures') + number('errors');
    const skipped = number('skipped');
    counts = add(counts, { passed: number('tests') - failed - skipped, failed, skipped });
  }
  return counts;
}

/** The plain closing line: `12 passed, 0 failed`. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
