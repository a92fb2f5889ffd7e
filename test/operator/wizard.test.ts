import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, test } from 'vitest';
import { findStack } from '../../cli/stack.ts';
import { CliTerminal, KEYS } from '../../scripts/lib/terminal.ts';
import { env, options } from './local.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'librechat-wizard-'));
  folders.push(folder);
  return folder;
}

/** Files that a run left, without what tools keep in their own folders. */
const left = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('.'));

/** Waits for each text and presses its keys. */
async function answer(terminal: CliTerminal, answers: readonly (readonly [shown: string, ...keys: string[]])[]) {
  for (const [shown, ...keys] of answers) {
    await terminal.shows(shown);
    terminal.press(...keys);
  }
}

/** No account: whatever asks AWS fails. */
const nobody = (home: string) => ({ PATH: env['PATH'] ?? '', HOME: home, AWS_EC2_METADATA_DISABLED: 'true' });

describe('the wizard in a terminal', { timeout: 180_000 }, () => {
  test('leads from nothing to a deployed stack by keys alone', async () => {
    const cwd = emptyFolder();
    const terminal = new CliTerminal(['wizard'], { cwd, env: { ...env, HOME: cwd } });
    await answer(terminal, [['In which AWS region?', KEYS.enter]]);
    // Other tests deploy into the same AWS.
    await terminal.shows(/Which deployment\?|What is it for\?/);
    if (terminal.text.includes('Which deployment?')) terminal.press(KEYS.enter);
    await answer(terminal, [
      ['What is it for?', KEYS.down, KEYS.up, KEYS.enter],
      ['How many people will use it?', KEYS.down, KEYS.enter],
      ['What is it called?', 'Wizard', KEYS.enter],
      ['How do people reach it?', KEYS.enter],
      ['Who may make an account?', KEYS.down, KEYS.enter],
      ['With which e-mail domains?', 'example', KEYS.enter],
      ['expected a domain name such as chat.example.com', '.com', KEYS.enter],
      ['Do people sign in through a provider?', KEYS.enter],
      ['Questions to uploaded documents?', KEYS.enter],
      ['Search in past chats?', KEYS.enter],
      ['Which models may people choose?', KEYS.space, KEYS.enter],
      ['Who gets the alarms by mail?', 'ops@example.com', KEYS.enter],
      ['Tell at how many USD a month?', KEYS.enter],
      ['Save these answers'],
    ]);
    expect(left(cwd)).toEqual([]);
    terminal.press('y');
    await answer(terminal, [['Deploy Wizard?', 'y']]);

    expect([await terminal.ended, terminal.text]).toEqual([0, expect.stringMatching(/^SiteUrl: https:\/\//m)]);
    expect(left(cwd)).toEqual(['librechat.config.yaml']);
    const stack = await findStack(new CloudFormationClient(options), 'Wizard');
    expect([stack?.status, stack?.tags['Environment']]).toEqual(['CREATE_COMPLETE', 'development']);
  });

  test('changes that deployment: asks with its values, keeps comments, changes what was answered', async () => {
    const cwd = emptyFolder();
    const file = join(cwd, 'librechat.config.yaml');
    const monitoring = 'monitoring:\n  alertEmail: ops@example.com\n  alarms: true\n';
    const before = `# ours\npreset: minimal-dev\nstackName: Wizard # the first\nregion: us-east-1\n${monitoring}`;
    writeFileSync(file, before);
    const flags = ['--stack', 'Wizard', '--people', '50', '--access', 'cloudfront', '--registration', 'closed'];
    const more = ['--sso', 'none', '--no-rag', '--no-search', '--models', 'global.amazon.nova-2-lite-v1:0'];
    const terminal = new CliTerminal(['wizard', ...flags, ...more], { cwd, env: { ...env, HOME: cwd } });
    await answer(terminal, [
      ['In which AWS region?', KEYS.enter],
      ['Who gets the alarms by mail?', KEYS.enter],
      ['Tell at how many USD a month?', KEYS.enter],
      ['Save these answers', 'y'],
      ['Deploy Wizard?', 'n'],
    ]);
    expect([await terminal.ended, terminal.text]).toEqual([1, expect.stringContaining('Deployment cancelled')]);
    const after = readFileSync(file, 'utf8');
    expect([after.startsWith(before), after]).toEqual([
      true,
      expect.stringContaining('instance:\n  type: t4g.large\n'),
    ]);
  });

  /** Every prompt, by the question that it shows, and the flags that answer it. */
  const PROMPTS: readonly (readonly [question: string, ...flags: string[]])[] = [
    ['In which AWS region?', '--region', 'us-east-1'],
    ['What is it for?', '--preset', 'minimal-dev'],
    ['How many people will use it?', '--people', '10'],
    ['What is it called?', '--stack', 'Chat'],
    ['How do people reach it?', '--access', 'domain'],
    ['Under which name?', '--domain', 'chat.example.com'],
    ['In which Route 53 zone is that name?', '--hosted-zone', 'Z0123456789ABC'],
    ['Who may make an account?', '--registration', 'domains'],
    ['With which e-mail domains?', '--allowed-domains', 'example.com'],
    ['Do people sign in through a provider?', '--sso', 'saml'],
    ['signIn.sso.issuer?', '--set', 'signIn.sso.issuer=librechat'],
    ['signIn.sso.entryPoint?', '--set', 'signIn.sso.entryPoint=https://login.example.com/saml'],
    ['signIn.sso.certificate?', '--set', `signIn.sso.certificate=${'A'.repeat(80)}`],
    ['Questions to uploaded documents?', '--rag'],
    ['Search in past chats?', '--search'],
    ['Which models may people choose?', '--models', 'global.amazon.nova-2-lite-v1:0'],
    ['Who gets the alarms by mail?', '--alert-email', 'ops@example.com'],
    ['Tell at how many USD a month?', '--budget', '100'],
    ['Save these answers', '--yes'],
  ];

  async function interrupt(index: number): Promise<[question: string, code: number, files: string[]]> {
    const cwd = emptyFolder();
    const flags = PROMPTS.slice(0, index).flatMap(([, ...earlier]) => earlier);
    const [question = ''] = PROMPTS[index] ?? [];
    const terminal = new CliTerminal(['wizard', '--dry-run', ...flags], { cwd, env: nobody(cwd) });
    await terminal.shows(question);
    terminal.press(KEYS.ctrlC);
    return [question, await terminal.ended, left(cwd)];
  }

  test('leaves nothing after Ctrl-C at any prompt, and exits with 130', async () => {
    const ended: [string, number, string[]][] = [];
    const waiting = [...PROMPTS.keys()];
    const work = async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift())
        ended.push(await interrupt(index));
    };
    await Promise.all([work(), work()]);
    const wanted = PROMPTS.map(([question]) => [question, 130, []]);
    expect(ended.sort()).toEqual(wanted.sort());
  });

  test('saves the answers with --dry-run and never asks AWS', async () => {
    const cwd = emptyFolder();
    const flags = PROMPTS.flatMap(([, ...all]) => all);
    const terminal = new CliTerminal(['wizard', '--dry-run', ...flags], { cwd, env: nobody(cwd) });
    expect([await terminal.ended, left(cwd)]).toEqual([0, ['librechat.config.yaml']]);
  });
});
