import { describe, expect, test, vi } from 'vitest';
import { PassThrough } from 'node:stream';
import { interrupted, NOBODY } from './interrupted.ts';
import { run } from './running.ts';

/** An AWS that refuses every connection. */
const NOWHERE = { ...NOBODY, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };

/** Every command with a call that is refused; where it does that, one that asks AWS, and one that asks a person first. */
const COMMANDS: readonly { path: string[]; refused: string[]; asks?: string[]; prompts?: string[] }[] = [
  { path: ['config', 'show'], refused: ['no-such-preset'] },
  { path: ['config', 'check'], refused: ['no-such-file.yaml'] },
  { path: ['config', 'schema'], refused: ['too', 'many'] },
  { path: ['config', 'docs'], refused: ['too-many'] },
  { path: ['deploy'], refused: ['no-such-preset'], asks: ['minimal-dev'] },
  {
    path: ['one-click'],
    refused: ['--bucket-prefix', 'Not A Bucket'],
    asks: ['--bucket-prefix', 'some-prefix', '--publish', '--region', 'us-east-1'],
  },
  { path: ['support-bundle'], refused: ['--hours', 'many'], asks: [] },
  { path: ['estimate'], refused: ['no-such-preset'] },
  { path: ['report'], refused: ['no-such-preset'] },
  { path: ['setup'], refused: ['no-such-preset'], asks: [] },
  { path: ['wizard'], refused: ['--preset', 'no-such-preset', '--dry-run', '--yes'], asks: ['--yes'], prompts: [] },
  { path: ['analyze'], refused: ['--hours', 'many'], asks: [] },
  { path: ['doctor'], refused: ['too', 'many'], asks: [] },
  { path: ['completion'], refused: ['too-many'] },
  { path: ['status'], refused: ['too-many'], asks: [] },
  { path: ['check-resources'], refused: ['too-many'], asks: [] },
  { path: ['cleanup'], refused: ['--keep-data', '--delete-data'], asks: [] },
  { path: ['rehearse'], refused: ['--only', 'no-such-step'] },
  { path: ['local', 'up'], refused: ['too-many'] },
  { path: ['local', 'down'], refused: ['too-many'] },
  { path: ['local', 'logs'], refused: ['--follow'] },
  { path: ['local', 'reset'], refused: ['too-many'], prompts: [] },
];
const named = COMMANDS.map((command) => ({ ...command, name: command.path.join(' ') }));

describe.each(named)('$name', { timeout: 30_000 }, ({ path, refused, asks, prompts }) => {
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

  const whenItAsks = asks === undefined ? [] : [[asks]];
  test.each(whenItAsks)('prints one JSON value with --json when AWS cannot be reached, asked by %j', async (call) => {
    const { code, stdout, stderr } = await run([...path, ...call, '--json'], {}, NOWHERE);
    expect([code, JSON.stringify(JSON.parse(stdout))]).toEqual([
      1,
      expect.stringContaining('AWS could not be reached'),
    ]);
    expect(stderr).not.toMatch(/\n\s+at |unexpected/);
  });

  test('waits for nobody without a terminal', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: false });
    const { code } = await run([...path, ...(prompts ?? asks ?? refused)], {}, NOWHERE, stdin);
    expect(code).toBe(asks === undefined || prompts !== undefined ? 2 : 1);
    expect(stdin.eventNames().filter((event) => event === 'data' || event === 'readable')).toEqual([]);
  });

  test('exits with 130 after Ctrl-C, and prints one JSON value with --json', async () => {
    const { code, stdout, stderr } = await interrupted([...path, ...(asks ?? refused), '--json'], asks !== undefined);
    expect([code, JSON.parse(stdout)]).toEqual([130, { error: { message: 'interrupted' } }]);
    expect(stderr).toMatch(/^error: interrupted$/m);
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
