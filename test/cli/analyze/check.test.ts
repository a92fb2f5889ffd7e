import { describe, expect, test } from 'vitest';
import { type Check, finding, mostOften, runChecks, type Severity } from '../../../cli/analyze/check.ts';
import { describeAnalysis, summarize } from '../../../cli/analyze/run.ts';
import { createColors } from 'picocolors';
import { contextOf, refused, stack } from './looking.ts';

const place = { logicalId: 'Thing', id: 'thing-1' };
const check = (name: string, run: Check['run']): Check => ({ name, about: `about ${name}`, run });
const finds = (name: string, ...severities: Severity[]) =>
  check(name, () =>
    Promise.resolve(severities.map((severity) => finding(severity, place, `${name} is off`, 'mend it'))),
  );

describe('checks', () => {
  test('put the worst findings first, and keep the order of the checks within a severity', async () => {
    const found = await runChecks([finds('one', 'info', 'warning'), finds('two', 'bad', 'warning')], contextOf());
    expect(found.map(({ severity, check: name }) => [severity, name])).toEqual([
      ['bad', 'two'],
      ['warning', 'one'],
      ['warning', 'two'],
      ['info', 'one'],
    ]);
  });

  test('are unknown with the reason where AWS refuses, and the others go on', async () => {
    const denied = check('alarms', () => Promise.reject(refused('AccessDenied')));
    const found = await runChecks([denied, finds('two', 'bad')], contextOf());
    expect(found).toMatchObject([
      { severity: 'bad', check: 'two' },
      {
        severity: 'unknown',
        check: 'alarms',
        what: 'about alarms: these credentials may not do that (AccessDenied: as AWS says it)',
        where: { logicalId: 'Chat', id: stack.id },
        remedy: 'docs/AWS_AUTHENTICATION.md has the policy that is needed',
      },
    ]);
  });

  test('do not hide a defect of ours', async () => {
    const broken = check('broken', () => Promise.reject(new TypeError('not a function')));
    await expect(runChecks([broken], contextOf())).rejects.toThrow('not a function');
  });

  test('let no secret out', async () => {
    const told = check('logs', () => Promise.resolve([finding('bad', place, 'mongodb://a:hunter2@db failed', '')]));
    expect((await runChecks([told], contextOf()))[0]?.what).toBe('mongodb://a:[masked]@db failed');
  });
});

test('texts that differ only in ids and numbers are counted together', () => {
  const texts = [
    'user 65f0c0ffee0123456789abcd  timed out',
    'user 0a1b2c3d-1111-2222-3333-444455556666 timed out',
    'took 123456 ms',
    'code 404 added',
  ];
  expect(mostOften(texts, 2)).toEqual([
    ['user … timed out', 2],
    ['took … ms', 1],
  ]);
  expect(mostOften(['code 404 added'], 1)).toEqual([['code 404 added', 1]]);
});

describe('an analysis', () => {
  const analysis = {
    stack: 'Chat',
    isWell: false,
    checks: ['one', 'two'],
    findings: [
      { ...finding('bad', place, 'broken', 'mend it'), check: 'one' },
      { ...finding('bad', place, 'gone', 'make it anew'), check: 'one' },
      { ...finding('info', { logicalId: 'Chat', id: 'Chat' }, 'old', 'renew it'), check: 'two' },
    ],
  };

  test('is told by severity and check, each finding with place and remedy', () => {
    expect(describeAnalysis(analysis, createColors(false)).split('\n')).toEqual([
      'Chat: 2 bad, 1 info (2 checks)',
      'bad: one',
      '  broken',
      '    where: Thing, thing-1',
      '    remedy: mend it',
      '  gone',
      '    where: Thing, thing-1',
      '    remedy: make it anew',
      'info: two',
      '  old',
      '    where: Chat',
      '    remedy: renew it',
    ]);
  });

  test('of a stack that is well is one line', () => {
    expect(summarize({ ...analysis, findings: [] })).toBe('Chat: nothing found (2 checks)');
  });
});
