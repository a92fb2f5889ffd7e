import { describe, expect, test } from 'vitest';
import { estimate } from '../../../cli/commands/estimate.ts';
import type { Io } from '../../../cli/io.ts';
import { PRESET_NAMES } from '../../../config/presets.ts';
import { run } from '../running.ts';

const NAT = 'Resources: { Nat: { Type: AWS::EC2::NatGateway }, Odd: { Type: AWS::Odd::Thing } }';
const SECRET = '{"Resources": {"Secret": {"Type": "AWS::SecretsManager::Secret"}}}';
const FILES = { 'nat.yaml': NAT, 'secret.json': SECRET };

interface Answer {
  readonly priceDate: string;
  readonly estimates: readonly {
    name: string;
    region: string;
    total: [number, number];
    idle: [number, number];
    target?: number;
    usage: Record<string, [number, number]>;
    items: { what: string; low: number }[];
    unpriced: { type: string; reason: string; isFree: boolean }[];
    suggestions?: { title: string }[];
  }[];
}

async function json(args: readonly string[], files: Readonly<Record<string, string>> = FILES): Promise<Answer> {
  const { stdout, stderr } = await run(['estimate', ...args, '--json'], files);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Answer;
}

// Each configuration is synthesized, on machines that do other things meanwhile.
describe('estimate', { timeout: 120_000 }, () => {
  test('without a name shows every preset beside its target', async () => {
    const { code, stdout } = await run(['estimate']);
    expect(code).toBe(0);
    for (const name of PRESET_NAMES) expect(stdout).toMatch(new RegExp(`^${name} .* ≤ [\\d,]+ met `, 'm'));
  });

  test.each([
    [[]],
    [['production']],
    [['production-ec2', '--suggest', '--explain']],
    [[...PRESET_NAMES, '--compare']],
    [['production-ec2', '--region', 'eu-central-1', '--explain']],
    [['--template', 'nat.yaml', '--suggest']],
  ])('fits into 80 columns: %j', async (args) => {
    const { stdout } = await run(['estimate', ...args], FILES);
    expect(stdout.split('\n').filter((line) => Array.from(line).length > 80)).toEqual([]);
  });

  test('takes a preset, an environment and a file for a configuration, and settings', async () => {
    const { estimates } = await json(
      ['minimal-dev', 'production', './own.yaml', '--set', 'monitoring.dashboard=true'],
      {
        'own.yaml':
          'mode: ec2\ndocumentStore: { type: container }\naccess: { type: http }\ninstance: { type: t4g.xlarge }\n',
      },
    );
    expect(estimates.map(({ name, target }) => [name, target])).toEqual([
      ['minimal-dev', 40],
      ['production', 650],
      ['./own.yaml', undefined],
    ]);
    expect(estimates[2]!.items.map(({ what }) => what)).toContain('t4g.xlarge, Linux');
    expect(estimates[0]!.items.map(({ what }) => what)).toContain('dashboard');
  });

  test('takes what is known of the usage from a file, and from flags before it', async () => {
    const { estimates } = await json(['--template', 'nat.yaml', '--usage', 'u.yaml', '--users', '7'], {
      ...FILES,
      'u.yaml': 'users: 5\nmonths: 3\n',
    });
    expect(estimates[0]!.usage).toMatchObject({ users: [7, 7], months: [3, 3], messages: [200, 200] });
  });

  test('prices in another region, and in several side by side', async () => {
    const { estimates } = await json(['--template', 'nat.yaml', '--region', 'us-east-1', '--region', 'eu-west-1']);
    expect(estimates.map(({ name, region }) => [name, region])).toEqual([
      ['nat.yaml us-east-1', 'us-east-1'],
      ['nat.yaml eu-west-1', 'eu-west-1'],
    ]);
    expect(estimates[1]!.total[0]).toBeGreaterThan(estimates[0]!.total[0]);
  });

  test('compares by service, and says how far from the first', async () => {
    const { stdout } = await run(
      ['estimate', '--template', 'nat.yaml', '--template', 'secret.json', '--compare'],
      FILES,
    );
    expect(stdout).toMatch(/^NAT +33 +0$/m);
    expect(stdout).toMatch(/^Secrets Manager +0 +0\.40$/m);
    expect(stdout).toMatch(/^NAT +-33$/m);
    expect(stdout).toMatch(/^Secrets Manager +\+0\.40$/m);
  });

  test('marks a sum that something is missing from, and names it', async () => {
    const { stdout } = await run(['estimate', '--template', 'nat.yaml'], FILES);
    expect(stdout).toMatch(/^total +33 \+ +\d+.* \+$/m);
    expect(stdout).toContain('AWS::Odd::Thing: no prices for this type here');
  });

  test('writes a row for each line as CSV', async () => {
    const { stdout } = await run(['estimate', '--template', 'secret.json', '--csv'], FILES);
    const [head, row] = stdout.split('\n');
    expect(head).toBe('name,region,service,type,what,low,high,formula,confidence,date,source,logicalIds');
    expect(row).toMatch(
      /^secret\.json,us-east-1,Secrets Manager,AWS::SecretsManager::Secret,secret,0\.4000,0\.4000,1 × \$0\.4\/secret,high,/,
    );
  });

  test('explains each line with its arithmetic', async () => {
    const { stdout } = await run(['estimate', '--template', 'nat.yaml', '--explain'], FILES);
    expect(stdout).toMatch(/^NAT: NAT gateway +32\.85\n {4}730 hours × \$0\.045\/hour\n/m);
    expect(stdout).toMatch(/^scaling +0–0\.25 /m);
  });

  test('suggests, also as JSON', async () => {
    const { estimates } = await json(['standard-dev', '--suggest']);
    expect(estimates[0]!.suggestions!.map(({ title }) => title)).toContain(
      'machines and tasks on weekdays from 7 to 19 only',
    );
  });

  test.each([
    [['--template', 'no.yaml'], /^error: no\.yaml cannot be read: /],
    [['--template', 'bad.yaml'], /^error: bad\.yaml has no Resources/],
    [['--usage', 'bad.yaml'], /^error: bad\.yaml: unknown assumption 'a'/],
    [['--users', 'many'], /^error: option '--users <number>' argument 'many' is invalid/],
    [['minimal-dev', '--compare'], /^error: there is nothing to compare/],
    [['--csv', '--json'], /^error: option '--csv' cannot be used with option '--json'/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stderr } = await run(['estimate', ...args], { 'bad.yaml': 'a: 1' });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

test('warns when nobody has refreshed the prices for half a year', async () => {
  const warnings: string[] = [];
  const io = { warn: (text: string) => warnings.push(text), result: () => undefined } as unknown as Io;
  const at = async (day: string) => {
    await estimate({ io, env: {}, cwd: '.' }, ['minimal-dev'], {}, new Date(day));
  };
  await at('2026-12-01');
  expect(warnings).toEqual([]);
  await at('2029-01-01');
  expect(warnings).toEqual([
    expect.stringMatching(/^prices are of .* days ago: refresh them with 'npx tsx scripts\/update-prices\.ts'$/),
  ]);
});
