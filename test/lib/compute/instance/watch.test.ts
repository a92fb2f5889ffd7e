import { afterAll, describe, expect, test } from 'vitest';
import { ofType, synthesize } from '../../../helpers/deployments.ts';
import { Machine, removeMachines } from './sandbox.ts';

afterAll(removeMachines);

// Alone each takes a tenth of a second; the machine may be busy.
const PATIENT = { timeout: 60_000 };

const HOUR = 3600;

/** What Docker says of the container. */
const container = (status: string, restarts: number, ageSeconds: number) =>
  `${status} ${restarts} ${new Date(Date.now() - ageSeconds * 1000).toISOString()}\n`;

class Watched extends Machine {
  constructor() {
    super();
    this.write('var/log/librechat/watch.log', '');
    this.write('run/librechat-boot.lock', '');
    this.tell('container', container('running', 0, HOUR));
  }

  /** So many minutes. */
  async pass(minutes = 1): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      const { code, output } = await this.run(['bash', this.path('opt/librechat/watch.sh')]);
      expect({ code, output }).toEqual({ code: 0, output: '' });
    }
  }

  /** What it found each minute, without the time. */
  get said(): string[] {
    return this.read('var/log/librechat/watch.log')
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\S+ watch /, ''));
  }

  get restarts(): number {
    return this.read('state/calls')
      .split('\n')
      .filter((call) => call === 'docker restart librechat').length;
  }
}

/** Whether the alarm counts a line: three words, as its filter says. */
const counts = (line: string) => /^\S+ watch ready$/.test(line);

describe.concurrent('the watch over LibreChat', PATIENT, () => {
  test('says once a minute that it is ready, and does nothing', async () => {
    const box = new Watched();
    await box.pass(2);
    expect(box.said).toEqual(['ready', 'ready']);
    expect(box.read('state/calls')).toContain('http://127.0.0.1:3080/readyz');
    expect(box.restarts).toBe(0);
  });

  test('restarts one that hangs after five failures in a row, and waits for its start', async () => {
    const box = new Watched();
    box.tell('not-ready', '');
    await box.pass(4);
    expect(box.restarts).toBe(0);
    await box.pass();
    expect(box.restarts).toBe(1);
    expect(box.said.at(-1)).toBe('not ready: no answer from /readyz, 5 in a row: restarting it');
    box.tell('container', container('running', 0, 60));
    await box.pass(6);
    expect(box.restarts).toBe(1);
    expect(box.said.at(-1)).toMatch(/^not ready: it started 6\d s ago$/);
  });

  test('forgets failures once it answers', async () => {
    const box = new Watched();
    box.tell('not-ready', '');
    await box.pass(4);
    box.remove('state/not-ready');
    await box.pass();
    box.tell('not-ready', '');
    await box.pass(4);
    expect(box.restarts).toBe(0);
  });

  test.each([
    ['a start', container('running', 0, 890), /^not ready: it started 89\d s ago$/],
    ['a container that somebody stopped', container('exited', 0, HOUR), /^not ready: its container is exited$/],
    [
      'one that Docker is about to restart',
      container('restarting', 7, HOUR),
      /^not ready: its container is restarting$/,
    ],
  ])('lets be: %s', async (_, state, says) => {
    const box = new Watched();
    box.tell('not-ready', '');
    box.tell('container', state);
    await box.pass(7);
    expect(box.restarts).toBe(0);
    for (const line of box.said) expect(line).toMatch(says);
  });

  test('lets be what a person, a deployment or a shutdown has stopped', async () => {
    const box = new Watched();
    box.tell('not-ready', '');
    box.tell('stopped', '');
    await box.pass(7);
    expect([box.restarts, box.said.at(-1)]).toEqual([0, 'not ready: librechat.service is not active']);
  });

  test('tells of one that is not there', async () => {
    const box = new Watched();
    box.remove('state/container');
    await box.pass();
    expect(box.said).toEqual(['not ready: there is no container']);
  });

  test('counts one that ends again and again as not ready, although it answers in between', async () => {
    const box = new Watched();
    box.tell('container', container('running', 3, 200));
    await box.pass();
    expect(box.said.at(-1)).toMatch(/^not ready: it ended 20\d s ago, and 3 times in all$/);
    // A restart that was asked for starts the count again; and old ends are forgiven.
    box.tell('container', container('running', 0, 20));
    await box.pass();
    box.tell('container', container('running', 3, 400));
    await box.pass();
    expect(box.said.slice(-2)).toEqual(['ready', 'ready']);
  });

  test('writes lines of which the alarm counts those that say so, and no others', async () => {
    const box = new Watched();
    await box.pass();
    box.tell('not-ready', '');
    await box.pass();
    const lines = box.read('var/log/librechat/watch.log').trimEnd().split('\n');
    expect(lines.map(counts)).toEqual([true, false]);
    const { template } = synthesize('minimal-dev', { monitoring: { alarms: true } });
    const filters = ofType(template, 'AWS::Logs::MetricFilter').map(
      ([, { Properties }]) => Properties['FilterPattern'],
    );
    expect(filters).toContain('[time, who = watch, state = ready]');
  });
});
