import { describe, expect, test, vi } from 'vitest';
import { run } from './running.ts';

/** Every command with a call that works without an account, and one that is refused. */
const COMMANDS: readonly { path: string[]; refused: string[] }[] = [
  { path: ['config', 'show'], refused: ['no-such-preset'] },
  { path: ['config', 'check'], refused: ['no-such-file.yaml'] },
  { path: ['config', 'schema'], refused: ['too', 'many'] },
  { path: ['config', 'docs'], refused: ['too-many'] },
  { path: ['deploy'], refused: ['no-such-preset'] },
  { path: ['one-click'], refused: ['--bucket-prefix', 'Not A Bucket'] },
  { path: ['support-bundle'], refused: ['--hours', 'many'] },
  { path: ['estimate'], refused: ['no-such-preset'] },
  { path: ['report'], refused: ['no-such-preset'] },
  { path: ['setup'], refused: ['no-such-preset'] },
  { path: ['wizard'], refused: ['--preset', 'no-such-preset', '--dry-run', '--yes'] },
  { path: ['analyze'], refused: ['--hours', 'many'] },
  { path: ['doctor'], refused: ['too', 'many'] },
  { path: ['completion'], refused: ['too-many'] },
  { path: ['status'], refused: ['too-many'] },
  { path: ['check-resources'], refused: ['too-many'] },
  { path: ['cleanup'], refused: ['--keep-data', '--delete-data'] },
  { path: ['rehearse'], refused: ['--only', 'no-such-step'] },
  { path: ['local', 'up'], refused: ['too-many'] },
  { path: ['local', 'down'], refused: ['too-many'] },
  { path: ['local', 'logs'], refused: ['--follow'] },
  { path: ['local', 'reset'], refused: ['too-many'] },
];
const named = COMMANDS.map((command) => ({ ...command, name: command.path.join(' ') }));

describe.each(named)('$name', { timeout: 30_000 }, ({ path, refused }) => {
  test('explains itself on standard output, with two examples that can be typed', async () => {
    const { code, stdout, stderr } = await run([...path, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(new RegExp(`^  npx tsx cli/main\\.ts ${path.join(' ')}`, 'gm'))).toHaveLength(2);
  });

  test('refuses an unknown flag with one line and exit code 2', async () => {
    const { code, stdout, stderr } = await run([...path, '--no-such-flag']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe("error: unknown option '--no-such-flag': see --help\n");
  });

  test('suggests the flag that a mistyped one means', async () => {
    const { stderr } = await run([...path, '--jsno']);
    expect(stderr).toBe("error: unknown option '--jsno': did you mean --json?\n");
  });

  test('prints one JSON value with --json, also when it is refused', async () => {
    const { code, stdout, stderr } = await run([...path, ...refused, '--json']);
    expect(code).toBe(2);
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    expect(stderr).toMatch(/^error: /);
  });

  test('shows no stack trace', async () => {
    const { stdout, stderr } = await run([...path, ...refused]);
    expect(stdout + stderr).not.toMatch(/\n\s+at |Error:/);
  });
});

describe('the program', () => {
  test.each([['--help'], ['help']])('lists the commands with %s', async (flag) => {
    const { code, stdout, stderr } = await run([flag]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ {2}config {2,}\S/m);
  });

  test('has no command that the table above leaves out', async () => {
    const { stdout } = await run(['--help']);
    const listed = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)(?: [[<].*?[\]>])* {2,}/gm)].map(([, name]) => name);
    expect(new Set(COMMANDS.map(({ path }) => path[0]))).toEqual(new Set(listed.filter((name) => name !== 'help')));
  });

  test('prints its version', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [[], /^Usage: .*error: a command is needed\n$/s],
    [['config'], /^Usage: .*error: a command is needed\n$/s],
    [['confgi'], /^error: unknown command 'confgi': did you mean config\?\n$/],
    [['config', 'shwo'], /^error: unknown command 'shwo': did you mean show\?\n$/],
    [['zzz'], /^error: unknown command 'zzz': see --help\n$/],
    [['config', 'show', '--set'], /^error: option '--set <path=value>' argument missing: see --help\n$/],
    [['config', 'check'], /^error: missing required argument 'file': see --help\n$/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('tells a wrong command as JSON too', async () => {
    const { stdout } = await run(['confgi', '--json']);
    expect(JSON.parse(stdout)).toEqual({ error: { message: "unknown command 'confgi': did you mean config?" } });
  });

  test('names a defect of ours without its stack trace, which DEBUG shows', async () => {
    vi.doMock('../../config/json-schema.ts', () => ({
      fileSchema: () => {
        throw new TypeError('not a function');
      },
    }));
    const args = ['config', 'schema'];
    expect((await run(args)).stderr).toMatch(/^error: .+ \(unexpected; DEBUG=1 shows where\)\n$/s);
    const { code, stderr } = await run(args, {}, { DEBUG: '1' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\n\s+at /);
    vi.doUnmock('../../config/json-schema.ts');
  });

  test('takes --json after -- for an argument', async () => {
    expect((await run(['config', 'show', '--', '--json'])).stdout).toBe('');
  });
});
