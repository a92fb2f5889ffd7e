import { describe, expect, test } from 'vitest';
import { run } from './running.ts';

describe('config show', () => {
  test('prints each value with its source', async () => {
    const { code, stdout, stderr } = await run(['config', 'show', 'production', '--set', 'network.zones=3']);
    expect([code, stderr]).toEqual([0, 'starts from preset production-ecs\n']);
    expect(stdout).toMatch(/^mode +ecs +preset production-ecs$/m);
    expect(stdout).toMatch(/^network\.zones +3 +--set network\.zones$/m);
    expect(stdout).toMatch(/^data\.removalPolicy +retain +environment production$/m);
    expect(stdout).toMatch(/^network\.cidr +10\.0\.0\.0\/16 +default$/m);
  });

  test('prints the same as one JSON value', async () => {
    const { stdout } = await run(['config', 'show', '--json'], { '.env': 'LIBRECHAT_CDK_STACK_NAME=Chat' });
    const shown = JSON.parse(stdout);
    expect(shown).toMatchObject({ base: 'preset minimal-dev', config: { stackName: 'Chat' } });
    expect(shown.values).toContainEqual({ path: 'stackName', value: 'Chat', source: '.env LIBRECHAT_CDK_STACK_NAME' });
  });

  test('tells every problem, with exit code 2', async () => {
    const { code, stdout, stderr } = await run(['config', 'show', '--set', 'network.zones=9', '--set', 'mod=ecs']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      'error: configuration refused, 2 problems:',
      '  mod: unknown key: did you mean mode? (--set mod)',
      '  network.zones: expected a whole number from 1 to 3, got 9 (--set network.zones)',
      '',
    ]);
  });

  test('tells problems as data with --json', async () => {
    const { stdout } = await run(['config', 'show', '--set', 'network.zones=9', '--json']);
    expect(JSON.parse(stdout).error.problems).toEqual([
      {
        path: 'network.zones',
        message: 'expected a whole number from 1 to 3, got 9',
        source: '--set network.zones',
      },
    ]);
  });
});

describe('config check', () => {
  const files = {
    'good.yaml': 'preset: production-ecs',
    'bad.yaml': 'preset: minimal-dev\nnetwork: { zones: 9 }',
    // A file is checked by itself: what lies around it does not count.
    '.env': 'LIBRECHAT_CDK_STACK_NAME=0',
  };

  test('says what is in order', async () => {
    expect(await run(['config', 'check', 'good.yaml'], files)).toEqual({
      code: 0,
      stdout: 'good.yaml: in order (mode ecs, environment production)\n',
      stderr: '',
    });
  });

  test('goes on after a file that is refused', async () => {
    expect(await run(['config', 'check', 'bad.yaml', 'good.yaml'], files)).toEqual({
      code: 2,
      stdout: 'good.yaml: in order (mode ecs, environment production)\n',
      stderr:
        'error: bad.yaml: configuration refused, 1 problem:\n' +
        '  network.zones: expected a whole number from 1 to 3, got 9 (bad.yaml:2)\n',
    });
  });

  test('tells about every file in one JSON value', async () => {
    const { code, stdout } = await run(['config', 'check', 'bad.yaml', 'good.yaml', '--json'], files);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).files).toMatchObject([
      { file: 'bad.yaml', ok: false, problems: [{ path: 'network.zones' }] },
      { file: 'good.yaml', ok: true, problems: [] },
    ]);
  });
});

test('config schema prints a JSON Schema', async () => {
  const { code, stdout } = await run(['config', 'schema']);
  expect([code, JSON.parse(stdout).$schema]).toEqual([0, 'https://json-schema.org/draft/2020-12/schema']);
});

test('config docs --check accepts the docs as they are', async () => {
  const { code, stdout, stderr } = await run(['config', 'docs', '--check']);
  expect([code, stdout, stderr]).toEqual([0, '', 'docs/configuration.md is current\n']);
});
