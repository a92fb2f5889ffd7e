import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function start(script: string, args: readonly string[], env: Record<string, string> = {}) {
  return spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finish(child: ReturnType<typeof start>) {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code: code as number };
}

describe('in a process of its own', { concurrent: true, timeout: 30_000 }, () => {
  test('the command line prints the message and exits 2', async () => {
    const args = ['config', 'show', '--set', 'network.zones=9'];
    expect(await finish(start('cli/main.ts', args))).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: configuration refused, 1 problem:\n' +
        '  network.zones: expected a whole number from 1 to 3, got 9 (--set network.zones)\n',
    });
  });

  test('a long result reaches a pipe in full', async () => {
    const { stdout, code } = await finish(start('cli/main.ts', ['config', 'schema']));
    expect([code, typeof JSON.parse(stdout)]).toEqual([0, 'object']);
  });

  test('a reader who leaves early is no error', async () => {
    const child = start('cli/main.ts', ['config', 'schema']);
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('the CDK app prints the message and exits 2', async () => {
    const context = JSON.stringify({ configSource: 'prodution-ecs', 'aws:cdk:enable-path-metadata': true });
    const ran = await finish(start('bin/librechat.ts', [], { CDK_CONTEXT_JSON: context }));
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'configuration refused, 1 problem:\n' +
        '  configSource: no preset and no file is named "prodution-ecs": did you mean production-ecs? (context configSource)\n',
    });
  });
});
