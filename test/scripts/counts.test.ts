import { describe, expect, test } from 'vitest';
import { add, closingLine, fromExitCode, fromJunit, fromVitest, NOTHING, reconcile } from '../../scripts/lib/counts.ts';

const vitestReport = (overrides: object) =>
  JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...overrides,
  });

describe('counts of a runner', () => {
  test('vitest: passed, failed, skipped', () => {
    const json = vitestReport({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 });
    expect(fromVitest(json)).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  test('vitest: a file that cannot be loaded is one failure', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'passed', assertionResults: [{}] },
    ];
    expect(fromVitest(vitestReport({ numPassedTests: 1, numFailedTests: 1, testResults }))).toEqual({
      passed: 1,
      failed: 2,
      skipped: 0,
    });
  });

  test('pytest: errors count as failures', () => {
    const xml =
      '<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="0.1">';
    expect(fromJunit(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 });
  });

  test.each([
    ['fails without a failed test', { passed: 3, failed: 0, skipped: 0 }, 1, 1],
    ['ran nothing', NOTHING, 0, 1],
    ['found nothing to run and says so', NOTHING, 5, 1],
    ['has failed tests', { passed: 3, failed: 2, skipped: 0 }, 1, 2],
    ['passed', { passed: 3, failed: 0, skipped: 0 }, 0, 0],
    ['skipped everything', { passed: 0, failed: 0, skipped: 2 }, 0, 0],
  ])('a runner that %s', (_, counts, code, failed) => {
    expect(reconcile(counts, code).failed).toBe(failed);
  });
});

test('a tool that only says yes or no is one check', () => {
  expect(fromExitCode(0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(fromExitCode(127)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('the closing line adds up and names skipped tests only when there are any', () => {
  const sum = add({ passed: 1, failed: 2, skipped: 0 }, { passed: 10, failed: 20, skipped: 0 });
  expect(closingLine(sum)).toBe('11 passed, 22 failed');
  expect(closingLine({ ...sum, skipped: 4 })).toBe('11 passed, 22 failed, 4 skipped');
});
