import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { createIo, onInterruption } from '../../cli/io.ts';
import { recorder } from './running.ts';

function terminal({ live = false, answer = '' } = {}) {
  const [stdout, stderr] = [recorder(live), recorder(live)];
  const stdin = Object.assign(new PassThrough(), { isTTY: live, setRawMode: () => undefined });
  const interruption = { signal: new AbortController().signal, heeded: false };
  const io = createIo({
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    interactive: live,
    liveStderr: live,
    colorStdout: false,
    colorStderr: live,
    interruption,
  });
  const type = () => {
    for (const key of answer) stdin.write(key);
  };
  return { io, type, interruption, stdout: stdout.text, stderr: stderr.text };
}

describe('streams', () => {
  test('keep the result on standard output and all else on standard error', () => {
    const { io, stdout, stderr } = terminal();
    io.result('result');
    io.result('with its own end\n');
    io.info('info');
    io.warn('careful');
    expect([stdout(), stderr()]).toEqual(['result\nwith its own end\n', 'info\nwarning: careful\n']);
  });

  test('show the status only where it can be written over', () => {
    const { io, stderr } = terminal();
    io.status('working');
    io.progress('half done');
    expect(stderr()).toBe('half done\n');
  });

  test('clear the status before the next line', () => {
    const { io, stderr } = terminal({ live: true });
    io.status('working '.repeat(30));
    io.progress('half done');
    io.info('done');
    const [, status = '', rest] = stderr().split('\r\u001B[2K');
    expect([status.length, rest]).toEqual([79, 'done\n']);
  });
});

describe('confirm', () => {
  test('takes a flag for the answer', async () => {
    expect(await terminal().io.confirm('Delete?', { answered: true })).toBe(true);
  });

  test('refuses to hang where nobody can answer, and names the flag', async () => {
    const refused = terminal().io.confirm('Delete?', { flag: '--force' });
    await expect(refused).rejects.toMatchObject({
      message: 'no terminal to ask: Delete?: pass --force to agree',
      exitCode: EXIT.usage,
    });
  });

  test.each([
    ['y', true],
    ['n', false],
    ['\r', false],
  ])('asks on standard error and takes %j for %s', async (answer, agreed) => {
    const { io, type, stdout, stderr } = terminal({ live: true, answer });
    const asked = io.confirm('Delete?');
    await expect.poll(stderr).toContain('Delete?');
    type();
    expect(await asked).toBe(agreed);
    expect(stdout()).toBe('');
  });

  test.each([
    ['Chat\r', true],
    ['chat\r', false],
  ])('takes the typed name %j for %s', async (answer, agreed) => {
    const { io, type, stderr } = terminal({ live: true, answer });
    const asked = io.confirm('Everything goes.', { typed: 'Chat' });
    await expect.poll(stderr).toContain('Type Chat to agree.');
    type();
    expect(await asked).toBe(agreed);
  });

  test('is aborted by Ctrl-C as an interruption', async () => {
    const { io, type, stderr } = terminal({ live: true, answer: '\u0003' });
    const asked = io.confirm('Delete?');
    await expect.poll(stderr).toContain('Delete?');
    type();
    await expect(asked).rejects.toMatchObject({ exitCode: EXIT.interrupted });
  });
});

describe('an interruption', () => {
  function interruptible() {
    const exits: number[] = [];
    const events = new EventEmitter();
    const exit = (code: number) => exits.push(code);
    const interruption = onInterruption(Object.assign(events, { exit }) as unknown as NodeJS.Process);
    return { interruption, exits, events };
  }

  test.each(['SIGINT', 'SIGTERM'])('by %s ends a command at once that does not heed it', (signal) => {
    const { events, exits, interruption } = interruptible();
    const said: number[] = [];
    interruption.farewell = () => said.push(exits.length);
    events.emit(signal);
    expect([exits, said]).toEqual([[130], [0]]);
  });

  test('lets a command that heeds it end by itself, until the second one', () => {
    const { interruption, events, exits } = interruptible();
    interruption.heeded = true;
    events.emit('SIGINT');
    expect([exits, interruption.signal.aborted]).toEqual([[], true]);
    events.emit('SIGINT');
    expect(exits).toEqual([130]);
  });
});

test('a command that reads the signal heeds interruptions', () => {
  const { io, interruption } = terminal();
  expect(interruption.heeded).toBe(false);
  expect(io.signal.aborted).toBe(false);
  expect(interruption.heeded).toBe(true);
});
