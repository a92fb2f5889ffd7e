import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandTree } from '../../scripts/lib/command-tree.ts';
import { documentedCalls, problemsOf, runsCommand } from '../../scripts/lib/doc-commands.ts';
import { brokenCommands, brokenLinks, guideProblems } from '../../scripts/lib/docs.ts';
import { filesOfRepository } from '../../scripts/lib/files.ts';

describe('links of a document', () => {
  test.each([
    ['a file beside it', '[c](CONTRIBUTING.md)'],
    ['a folder', '[docs](docs/decisions)'],
    ['the web', '[cdk](https://docs.aws.amazon.com/cdk/)'],
    ['a heading of its own', '# What it is: a test!\n\n[up](#what-it-is-a-test)'],
    ['a heading elsewhere', '[layers](AGENTS.md#layers)'],
    ['code is no link', '`[x](nowhere.md)`\n\n```md\n[x](nowhere.md)\n```'],
  ])('%s is fine', async (_, text) => {
    expect(await brokenLinks('README.md', text)).toEqual([]);
  });

  test('fails for a file or a heading that is not there', async () => {
    const text = '[a](nowhere.md) [b](AGENTS.md#no-such-heading) [c](#nor-here)';
    expect(await brokenLinks('README.md', text)).toEqual(['nowhere.md', 'AGENTS.md#no-such-heading', '#nor-here']);
  });

  test('links are read from the folder of the document', async () => {
    expect(await brokenLinks('docs/README.md', '[up](../AGENTS.md) [down](AGENTS.md)')).toEqual(['AGENTS.md']);
  });
});

describe('a guide', () => {
  test('is in the index and names its release', () => {
    const text = '**Yes.** This page is of\nlibrechat-cdk 1.2.';
    expect(guideProblems('A.md', text, '| a | [A.md](A.md) |', '1.2.3')).toEqual([]);
    expect(guideProblems('A.md', text, '| b | [B.md](B.md) |', '1.3.0')).toEqual([
      'docs/README.md does not lead to it',
      'does not say that it is of librechat-cdk 1.3',
    ]);
  });
});

describe('commands of a document', () => {
  test('fails for npm scripts and files that do not exist', async () => {
    const text = '`npm run buidl`\n\n```bash\nnpm start\nnpx tsx scripts/nowhere.ts\nscripts/test.ts\n```\n';
    expect(await brokenCommands(text, ['build', 'test'])).toEqual([
      "no npm script is named 'buidl'",
      "no npm script is named 'start'",
      'there is no file scripts/nowhere.ts',
    ]);
  });

  test.each([
    ['a file', '`config/schema.ts`', []],
    ['a file that is not there', '`lib/nowhere.ts`', ['there is no file lib/nowhere.ts']],
    ['a file of a command', '```bash\ncat ./docs/nowhere.md\n```', ['there is no file docs/nowhere.md']],
    ['a folder', '`lambda/common`', []],
    ['a pattern', '`scripts/generate-*.ts`', []],
    ['a name to fill in', '`cli/commands/<name>.ts`', []],
    ["somebody else's file", '`node_modules/lib/x.js` `/usr/lib/x.so`', []],
  ])('%s', async (_, text, problems) => {
    expect(await brokenCommands(text, [])).toEqual(problems);
  });

  test('prose is no command', async () => {
    expect(await brokenCommands('write npm run anything in your own scripts/x.sh', [])).toEqual([]);
  });
});

describe('a test', () => {
  test.each([
    ["await run(['config', 'show', 'x'])", 'config show', true],
    ["await operate([\n  'deploy',\n  'x'])", 'deploy', true],
    ["const small = (...more) => [\n  'deploy',\n  'x']", 'deploy', true],
    ["['--import', 'tsx', 'cli/main.ts', 'rehearse', 'x']", 'rehearse', true],
    ["const local = (args) => run(['local', ...args]);\nlocal(['up', '--json'])", 'local up', true],
    ["test.each([[['deploy', 'my.yaml', '--re'], ['--region']]])", 'deploy', false],
    ["expect(names).toEqual(['deploy', 'status'])", 'deploy', false],
    ["// deploy it first\nawait run(['config', 'show'])", 'deploy', false],
    ["await run(['deploy', '--help'])", 'deploy', false],
    ["await run(['config', 'check'])", 'config show', false],
  ])('%j runs %s: %s', (text, command, runs) => {
    expect(runsCommand(text, command)).toBe(runs);
  });
});

describe('calls of the command line in a document', async () => {
  const tree = await commandTree();
  const problems = (text: string) => documentedCalls(text, tree).flatMap((call) => problemsOf(call, tree));

  test('a command, its flags and settings that exist are fine, whichever way it is called', () => {
    const text =
      '```bash\nnpx tsx cli/main.ts deploy my.yaml --yes \\\n  --set network.zones=2 # a remark\nnpm start -- minimal-dev --keep\nnpm run config -- show enterprise\n./scripts/cleanup.sh --dry-run\n```\n`npx tsx cli/main.ts status`';
    expect(documentedCalls(text, tree).map(({ command }) => command)).toEqual([
      'deploy',
      'rehearse',
      'config show',
      'cleanup',
      'status',
    ]);
    expect(problems(text)).toEqual([]);
  });

  test('fails for a command, a flag or a setting that does not exist', () => {
    const text =
      '`npx tsx cli/main.ts destroy`\n`npx tsx cli/main.ts deploy --force`\n`npx tsx cli/main.ts deploy --set network.zone=2`';
    expect(problems(text)).toEqual([
      "no command is named 'destroy': npx tsx cli/main.ts destroy",
      "'deploy' has no --force: npx tsx cli/main.ts deploy --force",
      "no setting is named 'network.zone': npx tsx cli/main.ts deploy --set network.zone=2",
    ]);
  });

  test('every document calls only what exists', async () => {
    const documents = (await filesOfRepository()).filter((file) => file.endsWith('.md'));
    expect(documents.length).toBeGreaterThan(10);
    const wrong = documents.flatMap((file) =>
      problems(readFileSync(file, 'utf8')).map((problem) => `${file}: ${problem}`),
    );
    expect(wrong).toEqual([]);
  });
});
