import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../running.ts';
import { DOWN, ENTER, FILE, typing } from './typing.ts';

const BASE = ['wizard', '--dry-run', '--region', 'us-east-1'];
const SAVE = { 'Save these': ['y'] };

/** What answers the questions whose prices take time, at the defaults of the smallest preset. */
const SETTLED: Readonly<Record<string, readonly string[]>> = {
  'What is it for': ['--preset', 'minimal-dev'],
  'How many people': ['--people', '25'],
  'How do people reach it': ['--access', 'cloudfront'],
  'Questions to uploaded': ['--no-rag'],
  'Search in past': ['--no-search'],
};

/** Each flag, and the keys that answer the same question. */
const FLAGS: readonly (readonly [flags: string[], answers: Record<string, string[]>])[] = [
  [['--preset', 'standard-dev'], { 'What is it for': [DOWN, ENTER] }],
  [['--people', '50'], { 'How many people': [DOWN, DOWN, ENTER] }],
  [['--stack', 'Chat'], { 'What is it called': ['Chat', ENTER] }],
  [['--access', 'http'], { 'How do people reach it': [DOWN, DOWN, ENTER] }],
  [
    ['--domain', 'chat.example.com', '--hosted-zone', 'Z0123456789ABC'],
    {
      'How do people reach it': [DOWN, ENTER],
      'Under which name': ['chat.example.com', ENTER],
      'In which Route 53': ['Z0123456789ABC', ENTER],
    },
  ],
  [['--registration', 'open'], { 'Who may make an account': [DOWN, DOWN, ENTER] }],
  [
    ['--registration', 'domains', '--allowed-domains', 'example.com,example.org'],
    { 'Who may make an account': [DOWN, ENTER], 'With which e-mail': ['example.com,example.org', ENTER] },
  ],
  [
    [
      ...[
        '--sso',
        'openid',
        '--set',
        'signIn.sso.issuer=https://login.example.com',
        '--set',
        'signIn.sso.clientId=chat',
      ],
      ...['--set', 'signIn.sso.clientSecretArn=arn:aws:secretsmanager:us-east-1:111122223333:secret:oidc-AbCdEf'],
    ],
    {
      'Do people sign in': [DOWN, ENTER],
      'signIn.sso.issuer': ['https://login.example.com', ENTER],
      'signIn.sso.clientId': ['chat', ENTER],
      'signIn.sso.clientSecretArn': ['arn:aws:secretsmanager:us-east-1:111122223333:secret:oidc-AbCdEf', ENTER],
    },
  ],
  [['--rag'], { 'Questions to uploaded': ['\u001B[A', ENTER] }],
  [['--search'], { 'Search in past': ['\u001B[A', ENTER] }],
  [['--no-search'], { 'Search in past': [ENTER] }],
  [
    ['--models', 'global.anthropic.claude-haiku-4-5-20251001-v1:0,global.amazon.nova-2-lite-v1:0'],
    { 'Which models': [' ', ENTER] },
  ],
  [['--alert-email', 'ops@example.com'], { 'Who gets the alarms': ['ops@example.com', ENTER] }],
  [
    ['--alert-email', 'ops@example.com', '--budget', '100'],
    { 'Who gets the alarms': ['ops@example.com', ENTER], 'Tell at how many USD': ['100', ENTER] },
  ],
];

describe('the wizard', { timeout: 60_000 }, () => {
  test.each(FLAGS)('takes %j for the answer that can be typed, and writes the same file', async (flags, answers) => {
    const others = Object.entries(SETTLED).flatMap(([question, settled]) => (question in answers ? [] : settled));
    const typed = await typing([...BASE, ...others], { ...answers, ...SAVE });
    const flagged = await typing([...BASE, ...others, ...flags, '--yes']);
    expect([typed.code, flagged.code, flagged.questions]).toEqual([0, 0, []]);
    expect(flagged.file).toBe(typed.file);
    for (const question of Object.keys(answers))
      expect(typed.questions.filter((asked) => asked.startsWith(question))).toHaveLength(1);
  });

  test('writes only what differs from the preset', async () => {
    const { file = '' } = await typing([...BASE, '--preset', 'enterprise', '--no-search', '--rag', '--yes']);
    expect(parse(file)).toEqual({ preset: 'enterprise', region: 'us-east-1', features: { search: false } });
  });

  test('takes with RAG what it needs on a machine', async () => {
    const { file = '' } = await typing([...BASE, '--rag', '--people', '10', '--yes']);
    expect(parse(file)).toMatchObject({
      instance: { type: 't4g.large' },
      vectorStore: { type: 'container' },
      features: { rag: true },
    });
  });

  test('leaves a machine alone that somebody chose', async () => {
    const { file = '' } = await typing([...BASE, '--rag', '--set', 'instance.type=m7g.large', '--yes']);
    expect(parse(file)).toMatchObject({ instance: { type: 'm7g.large' } });
  });

  test('asks again after an answer that contradicts another, and says why', async () => {
    let times = 0;
    const answers = {
      get 'How do people reach it'() {
        times += 1;
        return times === 1 ? [DOWN, DOWN, ENTER] : [ENTER];
      },
      ...SAVE,
    };
    const { code, questions, stderr } = await typing(
      [...BASE, '--preset', 'enterprise', '--people', '250', '--no-rag', '--no-search'],
      answers,
    );
    expect(code).toBe(0);
    expect(stderr).toContain('access.type: hipaa and soc2 want encryption on the way');
    expect(questions.filter((question) => question.startsWith('How do people reach it'))).toHaveLength(2);
  });

  test('shows price and meaning of a choice while it is made', async () => {
    const { stderr } = await typing([...BASE, '--preset', 'minimal-dev'], { 'Search in past': ['\u0003'] });
    expect(stderr).toMatch(/cloudfront +\$\d+ a month.+HTTPS through CloudFront/);
    expect(stderr).toMatch(/domain +\$\d+ a month/);
    expect(stderr).toMatch(/up to 50 +\$\d+ a month/);
  });

  test.each([
    [['--people', '1000'], /--people takes 1 to 150 in mode ec2, got '1000': --preset production-ecs serves more/],
    [['--people', 'many'], /--people takes 1 to 150/],
    [['--access', 'gopher'], /access.type: expected 'cloudfront', 'domain' or 'http', got "gopher"/],
    [['--access', 'http', '--preset', 'enterprise'], /access.type: hipaa and soc2 want encryption/],
    [['--set', 'network.zones'], /--set takes path=value, got 'network.zones'/],
    [['--set', 'network.zones=9'], /network.zones: expected a whole number from 1 to 3, got 9/],
    [['--domain', 'chat.example.com'], /no terminal to ask: In which Route 53 .+: answer with --hosted-zone/],
    [['--sso', 'openid'], /no terminal to ask: signIn.sso.issuer\?: answer with --set=signIn.sso.issuer=…/],
  ])('refuses %j with exit code 2', async (flags, message) => {
    const { code, stdout, stderr } = await run([...BASE, ...flags, '--yes']);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  test('names the flag of the first question that nobody can answer', async () => {
    const { code, stderr } = await run(BASE);
    expect([code, stderr]).toEqual([2, 'error: no terminal to ask: What is it for?: answer with --preset\n']);
  });

  test('does not ask what .env decides, and refuses a flag that it would win over', async () => {
    const dotenv = { '.env': 'LIBRECHAT_CDK_FEATURES_RAG=false\n' };
    const { questions, stderr } = await typing([...BASE, '--preset', 'minimal-dev', '--people', '25'], SAVE, dotenv);
    expect(questions.join()).not.toContain('Questions to uploaded');
    expect(stderr).toContain('features.rag is false, by .env LIBRECHAT_CDK_FEATURES_RAG');

    const refused = await run([...BASE, '--rag', '--yes'], dotenv);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'error: .env LIBRECHAT_CDK_FEATURES_RAG would win over the answer for features.rag: remove it there\n',
    ]);
  });

  test('replaces another configuration only after a yes', async () => {
    const files = { [FILE]: 'preset: enterprise\n' };
    const kept = await typing([...BASE, '--yes'], { [`./${FILE} holds another`]: ['n'] }, files);
    expect([kept.code, kept.file]).toEqual([1, files[FILE]]);
    const unasked = await run([...BASE, '--yes'], files);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('pass --overwrite to agree')]);
    const replaced = await typing([...BASE, '--yes', '--overwrite'], {}, files);
    expect([replaced.code, parse(replaced.file ?? '').preset]).toEqual([0, 'minimal-dev']);
  });

  test('tells file, changes and price as one JSON value', async () => {
    const { stdout } = await run([...BASE, '--yes', '--json']);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      file: `./${FILE}`,
      stack: 'LibreChatStack',
      changes: [{ path: 'region', value: 'us-east-1' }],
    });
    expect(result.idleUsdPerMonth[0]).toBeGreaterThan(10);
  });

  test('says what is found in the network of what would be deployed', async () => {
    const { stderr } = await run([...BASE, '--yes']);
    expect(stderr).toMatch(/^ {2}\d+ connections, \d+ rules: nothing is cut off, nothing is open besides$/m);
  });

  test('asks without colors where they are not wanted', async () => {
    const { stderr } = await typing(BASE, { 'What is it for': ['\u0003'] }, {}, { NO_COLOR: '1' });
    // eslint-disable-next-line no-control-regex -- colors begin with one
    expect([stderr.includes('What is it for?'), /\u001B\[[\d;]+m/.test(stderr)]).toEqual([true, false]);
  });
});
