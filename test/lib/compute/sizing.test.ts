import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ANSWER_SECONDS,
  ANSWERING_SHARE,
  CPU_TARGET_PERCENT,
  liveAnswers,
  MEMORY_TARGET_PERCENT,
  people,
  REQUESTS_PER_ANSWER,
  requestsPerMinute,
  STREAM_CPU_PERCENT,
  tasksFor,
} from '../../../lib/constructs/compute/sizing.ts';

const docs = readFileSync(new URL('../../../docs/SIZING.md', import.meta.url), 'utf8');

/** Rows of the table under a heading, as cells. */
function table(heading: string): string[][] {
  const section = docs.slice(docs.indexOf(`## ${heading}`)).split(/\n## /)[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/SIZING.md', () => {
  test('starts from the figures that the code scales by', () => {
    const { withoutRedis, withRedis } = STREAM_CPU_PERCENT;
    expect(docs).toContain(`${withoutRedis} %, with Redis ${withRedis} %`);
    expect(docs).toContain(`${ANSWER_SECONDS} s`);
    expect(docs).toContain(`the page makes ${REQUESTS_PER_ANSWER} requests`);
    expect(docs).toContain(`CPU passes ${CPU_TARGET_PERCENT} %, memory ${MEMORY_TARGET_PERCENT} %`);
  });

  test('computes as the code does', () => {
    const { withoutRedis, withRedis } = STREAM_CPU_PERCENT;
    expect(docs).toContain(`\`${CPU_TARGET_PERCENT} / ${withRedis} = ${liveAnswers(1, true)}\``);
    expect(docs).toContain(`\`${CPU_TARGET_PERCENT} / ${withoutRedis} = ${liveAnswers(1, false)}\``);
    expect(docs).toContain(`\`${liveAnswers(1, true)} / ${ANSWERING_SHARE} = ${people(1, true)}\``);
    expect(docs).toContain(`\`${liveAnswers(1, false)} / ${ANSWERING_SHARE} = ${people(1, false)}\``);
    const requests = requestsPerMinute(1, true);
    expect(docs).toContain(
      `\`${liveAnswers(1, true)} / ${ANSWER_SECONDS} × 60 × ${REQUESTS_PER_ANSWER} = ${requests}\``,
    );
  });

  test('says how many tasks so many people need', () => {
    const rows = table('Mode ecs');
    expect(rows.length).toBeGreaterThanOrEqual(6);
    for (const [atWork = '', answers, tasks, bounds = ''] of rows) {
      expect(answers).toBe(String(Number(atWork) * ANSWERING_SHARE));
      expect(tasks).toBe(String(tasksFor(Number(atWork))));
      expect(bounds.split(' … ')[1]).toBe(String(2 * tasksFor(Number(atWork))));
    }
  });

  test('says how many people a machine serves all day', () => {
    const rows = table('Mode ec2');
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const [machine, baseline = '', answers, atWork] of rows) {
      const [cores = 0, percent = 0] = baseline.match(/\d+/g)!.map(Number);
      const sustained = Math.min(CPU_TARGET_PERCENT, cores * percent);
      const expected = Math.floor(sustained / STREAM_CPU_PERCENT.withoutRedis);
      expect([answers, atWork], machine).toEqual([String(expected), String(expected / ANSWERING_SHARE)]);
    }
  });
});

test('a process gains nothing from a second core', () => {
  expect(liveAnswers(4, true)).toBe(liveAnswers(1, true));
  expect(liveAnswers(0.5, true)).toBe(8);
});

test('nobody is served by one task alone', () => {
  expect(tasksFor(1)).toBe(2);
});
