import { describe, expect, test } from 'vitest';
import { type Check, finding, mostOften, type Severity } from '../../../cli/analyze/check.ts';
import { describeAnalysis, summarize } from '../../../cli/analyze/run.ts';
import { createColors } from 'picocolors';
import { runChecks } from '../../../cli/findings.ts';
import { contextOf, refused } from './looking.ts';

const place = { logicalId: 'Thing', id: 'thing-1' };
const check = (name: string, run: Check['run']): Check => ({ name, about: `about ${name}`, run });
const finds = (name: string, ...severities: Severity[]) =>
  check(name, () =>
    Promise.resolve(severities.map((severity) => finding(severity, place, `${name} is off`, 'mend it'))),
  );

describe('checks', () => {
  test('give their names to what they find, and tell how many are done', async () => {
    const done: number[] = [];
    const found = await runChecks([finds('one', 'info', 'warning'), finds('two', 'bad')], contextOf(), (count) => {
      done.push(count);
    });
    expect(found.map(({ severity, check: name }) => [severity, name])).toEqual([
      ['info', 'one'],
      ['warning', 'one'],
      ['bad', 'two'],
    ]);
    expect(done).toEqual([1, 2]);
  });

  test('are unknown with the reason where AWS refuses, and the others go on', async () => {
    const denied = check('alarms', () => Promise.reject(refused('AccessDenied')));
    const found = await runChecks([denied, finds('two', 'bad')], contextOf());
    expect(found).toMatchObject([
      {
        severity: 'unknown',
        check: 'alarms',
        what: 'about alarms: these credentials may not do that (AccessDenied: as AWS says it)',
        remedy: 'docs/AWS_AUTHENTICATION.md has the policy that is needed',
      },
      { severity: 'bad', check: 'two' },
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

  test('is told finding by finding, each with check, place and remedy', () => {
    expect(describeAnalysis(analysis, createColors(false)).split('\n')).toEqual([
      'Chat: 2 bad, 1 info (2 checks)',
      'bad      one  broken',
      '         where: Thing, thing-1',
      '         to mend it: mend it',
      'bad      one  gone',
      '         where: Thing, thing-1',
      '         to mend it: make it anew',
      'info     two  old',
      '         where: Chat',
      '         to mend it: renew it',
    ]);
  });

  test('of a stack that is well is one line', () => {
    expect(summarize({ ...analysis, findings: [] })).toBe('Chat: nothing found (2 checks)');
  });
});
