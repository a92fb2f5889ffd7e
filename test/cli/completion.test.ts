import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { folderWith } from '../config/loading.ts';
import { run } from './running.ts';

let script = '';
beforeAll(async () => {
  script = (await run(['completion'])).stdout;
});

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: readonly string[]): string[] {
  const asking = `${script}
complete -p librechat > /dev/null || exit 1
COMP_WORDS=(librechat ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_librechat
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const answer = execFileSync('bash', ['--norc', '-u', '-c', asking], { encoding: 'utf8' });
  return answer.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  test('offers every command', async () => {
    const { stdout } = await run(['--help']);
    const listed = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)(?: [[<].*?[\]>])* {2,}/gm)].map(([, name]) => name);
    expect(offered('')).toEqual(expect.arrayContaining(listed.filter((name) => name !== 'help')));
  });

  test.each([
    [['wiz'], ['wizard']],
    [
      ['config', 's'],
      ['show', 'schema'],
    ],
    [
      ['config', 'show', 'prod'],
      ['production-ec2', 'production-ecs'],
    ],
    [
      ['deploy', 'my.yaml', '--re'],
      ['--region', '--replace'],
    ],
    [['rehearse', '--only', ''], ['deploy']],
    [['wizard', '--preset', 'ent'], ['enterprise']],
    [
      ['wizard', '--preset', 'enterprise', '--no-'],
      ['--no-rag', '--no-search'],
    ],
    // A name that only people know: files are offered by bash itself.
    [['deploy', '--outputs-file', ''], []],
    [['deploy', '--yes', '--dry'], ['--dry-run']],
  ])('after %j offers %j', (words, wanted) => {
    expect(offered(...words)).toEqual(wanted);
  });
});

test('runs a command in the folder one is in, so that files are found there', () => {
  const { cwd, remove } = folderWith({ 'ours.yaml': 'preset: minimal-dev\n' });
  try {
    const calling = `${script}\nlibrechat config check ours.yaml`;
    const answer = execFileSync('bash', ['--norc', '-u', '-c', calling], { cwd, encoding: 'utf8' });
    expect(answer).toMatch(/^ours\.yaml: in order/);
  } finally {
    remove();
  }
});

test('the script is a JSON value too', async () => {
  expect(JSON.parse((await run(['completion', '--json'])).stdout)).toEqual({ script });
});
