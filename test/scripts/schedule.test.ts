import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { schedule } from '../../scripts/lib/schedule.ts';

function recorder() {
  const events: string[] = [];
  let running = 0;
  let most = 0;
  const job = (name: string, ms: number, after: readonly string[] = []) => ({
    name,
    after,
    run: async () => {
      most = Math.max(most, ++running);
      events.push(`+${name}`);
      await sleep(ms);
      events.push(`-${name}`);
      running--;
    },
  });
  return { events, job, most: () => most };
}

test('never runs more jobs at once than there are slots', async () => {
  const { job, most, events } = recorder();
  await schedule(
    ['a', 'b', 'c', 'd', 'e'].map((name) => job(name, 5)),
    2,
  );
  expect(most()).toBe(2);
  expect(events).toHaveLength(10);
});

test('a job waits for those it comes after, and others pass it meanwhile', async () => {
  const { job, events } = recorder();
  await schedule([job('slow', 40), job('dependent', 5, ['slow']), job('free', 5)], 2);
  expect(events).toEqual(['+slow', '+free', '-free', '-slow', '+dependent', '-dependent']);
});

test('ignores jobs to wait for that are not scheduled', async () => {
  const { job, events } = recorder();
  await schedule([job('alone', 1, ['not chosen'])], 2);
  expect(events).toEqual(['+alone', '-alone']);
});

test('fails instead of hanging when jobs wait for each other', async () => {
  const { job } = recorder();
  await expect(schedule([job('a', 1, ['b']), job('b', 1, ['a'])], 2)).rejects.toThrow('jobs wait for each other: a, b');
});
