import { afterAll, describe, expect, test } from 'vitest';
import { Machine, removeMachines } from './sandbox.ts';
import { containers, SECRET_TEXTS, SECRETS } from './settings.ts';

const SCRIPT = new URL('../../../../lib/constructs/compute/instance/write-environment.py', import.meta.url).pathname;

/** Runs the program on settings and librechat.yaml of a machine that `prepare` may change. */
async function write(
  prepare: (box: Machine, settings: ReturnType<typeof containers>) => void = () => undefined,
  yaml = 'version: 1.3.17\n',
) {
  const box = new Machine();
  const settings = containers();
  prepare(box, settings);
  box.write('settings.json', JSON.stringify({ containers: settings }));
  box.write('librechat.yaml', yaml);
  const args = ['settings.json', 'env', 'librechat.yaml'].map((name) => box.path(name));
  const again = async () => box.run([`${box.bin}/python3`, SCRIPT, ...args]);
  return { box, again, ...(await again()) };
}

/** What is refused, and with which words. */
const REFUSED: readonly [string, Parameters<typeof write>[0], RegExp][] = [
  [
    'CREDS_KEY of the wrong length',
    (box) => {
      box.secret('creds', SECRETS.creds.slice(1));
    },
    /CREDS_KEY of librechat has 63 characters .* 64 hexadecimal digits/,
  ],
  [
    'CREDS_IV that is not hexadecimal',
    (box) => {
      box.secret('iv', 'z'.repeat(32));
    },
    /CREDS_IV of librechat .* 32 hexa/,
  ],
  [
    'a short JWT_SECRET',
    (box) => {
      box.secret('jwt', 'short');
    },
    /JWT_SECRET of librechat has 5 characters/,
  ],
  [
    'a MONGO_URI that is none',
    (box) => {
      box.secret('uri', 'localhost');
    },
    /MONGO_URI of librechat .* mongodb:\/\//,
  ],
  [
    'a reference that nobody resolved',
    (box) => {
      box.secret('uri', 'mongodb://u:{{resolve:secretsmanager:x}}@mongodb');
    },
    /MONGO_URI of librechat has a reference that CloudFormation did not resolve/,
  ],
  [
    'several lines',
    (box) => {
      box.secret('openai', 'one\ntwo');
    },
    /OPENAI_API_KEY of librechat has several lines/,
  ],
  [
    'an empty secret',
    (box) => {
      box.secret('openai', '\n');
    },
    /secret \S+:openai, OPENAI_API_KEY of librechat, is empty/,
  ],
  [
    'a field that is not there',
    (box) => {
      box.secret('cache', '{}');
    },
    /secret \S+:cache has no field password/,
  ],
  [
    'a field of a text',
    (box) => {
      box.secret('cache', 'text');
    },
    /secret \S+:cache is not JSON, .* password is asked for/,
  ],
  [
    'a secret without text',
    (box) => {
      box.tell('secrets/creds', '{"SecretBinary":"AAAA"}');
    },
    /secret \S+:creds has no text/,
  ],
  [
    'a secret that may not be read',
    (box) => {
      box.remove('state/secrets/creds');
    },
    /can't read secret \S+:creds/,
  ],
  [
    'an address without scheme',
    (_, settings) => (settings.librechat.variables.DOMAIN_CLIENT = 'chat.example.com'),
    /DOMAIN_CLIENT of librechat .* a scheme and a host/,
  ],
  [
    'an address with a slash at the end',
    (_, settings) => (settings.librechat.variables.DOMAIN_SERVER = 'https://chat.example.com/'),
    /DOMAIN_SERVER of librechat .* a scheme and a host/,
  ],
  [
    'a name that is none',
    (_, settings) => Object.assign(settings.redis.variables, { 'A B': '' }),
    /A B of redis: not a name of a variable/,
  ],
];

afterAll(removeMachines);

describe.concurrent('the environment of the containers', { timeout: 60_000 }, () => {
  test.for(REFUSED)('refuses %s, shows no value and writes nothing', async ([, prepare, says], { expect: check }) => {
    const { box, code, output } = await write(prepare);
    check(code).toBe(1);
    check(output).toMatch(says);
    for (const secret of SECRET_TEXTS) check(output).not.toContain(secret);
    check(box.exists('env')).toBe(false);
  });

  test('refuses a librechat.yaml that mentions what nobody sets', async () => {
    const yaml = 'a: ${NOBODY}\n# b: ${COMMENT}\nc: "x ${SEARCH} ${ELSE}"\n';
    const { code, output } = await write(undefined, yaml);
    expect({ code, output }).toEqual({
      code: 1,
      output: "librechat.yaml mentions ELSE, NOBODY, which LibreChat's environment does not have\n",
    });
  });

  test('lets web search do without its keys, which each person may give', async () => {
    const { code } = await write(undefined, 'a: 1\nwebSearch:\n  serperApiKey: ${SERPER_API_KEY}\nb: 2\n');
    expect(code).toBe(0);
    const { output } = await write(undefined, 'webSearch:\n  serperApiKey: ${SERPER_API_KEY}\nb: ${NOBODY}\n');
    expect(output).toContain('mentions NOBODY, which');
  });

  test('fetches each secret once', async () => {
    const { box } = await write();
    const fetched = box.read('state/calls').trim().split('\n');
    expect(fetched).toHaveLength(new Set(fetched).size);
  });

  test('writes only what changed', async () => {
    const { box, again } = await write();
    expect(await again()).toEqual({ code: 0, output: '' });
    box.secret('openai', 'another');
    expect(await again()).toEqual({ code: 0, output: 'environment of librechat: 11 variables\n' });
    expect(box.read('env/librechat.env')).toContain('OPENAI_API_KEY=another\n');
  });

  test('opens no file to others, and closes what somebody opened', async () => {
    const { box, again } = await write();
    const modes = () => ['env', 'env/librechat.env', 'env/redis.env'].map((name) => box.mode(name));
    expect(modes()).toEqual(['0700', '0600', '0600']);
    await box.run(['/bin/chmod', '0755', box.path('env'), box.path('env/redis.env')]);
    await again();
    expect(modes()).toEqual(['0700', '0600', '0600']);
  });
});
