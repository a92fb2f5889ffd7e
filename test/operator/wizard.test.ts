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

/** No account: whatever asks AWS fails. */
const nobody = (home: string) => ({ PATH: env['PATH'] ?? '', HOME: home, AWS_EC2_METADATA_DISABLED: 'true' });

describe('the wizard in a terminal', { timeout: 180_000 }, () => {
  test('leads from nothing to a deployed stack by keys alone', async () => {
    const cwd = emptyFolder();
    const terminal = new CliTerminal(['wizard'], { cwd, env: { ...env, HOME: cwd } });
    await terminal.shows('In which AWS region?');
    terminal.press(KEYS.enter);
    // Other tests deploy into the same AWS.
    await terminal.shows(/Which deployment\?|What is it for\?/);
    if (terminal.text.includes('Which deployment?')) terminal.press(KEYS.enter);
    await terminal.shows('What is it for?');
    terminal.press(KEYS.down, KEYS.up, KEYS.enter);
    await terminal.shows('How many people will use it?');
    terminal.press(KEYS.down, KEYS.enter);
    await terminal.shows('What is it called?');
    terminal.press('Wizard', KEYS.enter);
    await terminal.shows('How do people reach it?');
    terminal.press(KEYS.enter);
    await terminal.shows('Who may make an account?');
    terminal.press(KEYS.down, KEYS.enter);
    await terminal.shows('With which e-mail domains?');
    terminal.press('example', KEYS.enter);
    await terminal.shows('expected a domain name such as chat.example.com');
    terminal.press('.com', KEYS.enter);
    await terminal.shows('Do people sign in through a provider?');
    terminal.press(KEYS.enter);
    await terminal.shows('Questions to uploaded documents?');
    terminal.press(KEYS.enter);
    await terminal.shows('Search in past chats?');
    terminal.press(KEYS.enter);
    await terminal.shows('Which models may people choose?');
    terminal.press(KEYS.space, KEYS.enter);
    await terminal.shows('Who gets the alarms by mail?');
    terminal.press('ops@example.com', KEYS.enter);
    await terminal.shows('Tell at how many USD a month?');
    terminal.press(KEYS.enter);
    await terminal.shows('Save these answers');
    expect(left(cwd)).toEqual([]);
    terminal.press('y');
    await terminal.shows('Deploy Wizard?');
    terminal.press('y');

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
    await terminal.shows('In which AWS region?');
    terminal.press(KEYS.enter);
    await terminal.shows('Who gets the alarms by mail?');
    terminal.press(KEYS.enter);
    await terminal.shows('Tell at how many USD a month?');
    terminal.press(KEYS.enter);
    await terminal.shows('Save these answers');
    terminal.press('y');
    await terminal.shows('Deploy Wizard?');
    terminal.press('n');
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
