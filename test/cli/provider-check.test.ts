import { describe, expect, test } from 'vitest';
import { providerProblems } from '../../cli/provider-check.ts';
import { resolvePreset } from '../../config/deployment-config.ts';
import { OPENID } from '../sweeps/ways-in.ts';
import { run } from './running.ts';

const issuer = 'https://login.example.com/realms/staff';
const URL_OF_ISSUER = `${issuer}/.well-known/openid-configuration`;
const config = (changes: Partial<typeof OPENID & { scope: string }> = {}) =>
  resolvePreset('minimal-dev', { signIn: { sso: { ...OPENID, issuer, ...changes } } });

const DESCRIPTION = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  scopes_supported: ['openid', 'profile', 'email'],
};

/** A web on which nothing but these addresses answers. */
const web =
  (pages: Readonly<Record<string, unknown>>): typeof fetch =>
  (url) => {
    if (typeof url !== 'string' || !(url in pages)) return Promise.resolve(new Response('', { status: 404 }));
    return Promise.resolve(Response.json(pages[url]));
  };

const messages = async (...args: Parameters<typeof providerProblems>) =>
  (await providerProblems(...args)).map(({ path, message }) => `${path}: ${message}`);

describe('a provider of OpenID', () => {
  test('is fine when it describes itself as LibreChat needs it, under either form of its address', async () => {
    const pages = web({ [URL_OF_ISSUER]: DESCRIPTION });
    for (const address of [issuer, `${issuer}/`, URL_OF_ISSUER])
      expect(await messages(config({ issuer: address as typeof OPENID.issuer }), pages)).toEqual(
        address.endsWith('/') ? [`signIn.sso.issuer: the provider calls itself ${issuer}: set that`] : [],
      );
  });

  test.each<[string, unknown, string]>([
    [
      'another name',
      { ...DESCRIPTION, issuer: 'https://other.example.com' },
      'issuer: the provider calls itself https://other.example.com: set that',
    ],
    ['no keys', { ...DESCRIPTION, jwks_uri: undefined }, `issuer: ${URL_OF_ISSUER} names no jwks_uri`],
    [
      'too few scopes',
      { ...DESCRIPTION, scopes_supported: ['openid', 'profile'] },
      'scope: the provider has no scope email',
    ],
  ])('is refused with %s', async (_, description, message) => {
    expect(await messages(config(), web({ [URL_OF_ISSUER]: description }))).toEqual([`signIn.sso.${message}`]);
  });

  test('is refused when nobody is there', async () => {
    expect(await messages(config(), web({}))).toEqual([
      `signIn.sso.issuer: ${URL_OF_ISSUER} answers HTTP 404: no provider describes itself there`,
    ]);
    const unreachable: typeof fetch = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND login.example.com') }));
    expect(await messages(config(), unreachable)).toEqual([
      `signIn.sso.issuer: ${URL_OF_ISSUER} gives no answer that can be used: getaddrinfo ENOTFOUND login.example.com`,
    ]);
    expect(await messages(config(), () => Promise.resolve(new Response('<html>')))).toHaveLength(1);
  });

  test('is asked for neither without one nor without the flag', async () => {
    const nobody: typeof fetch = () => Promise.reject(new Error('asked'));
    expect(await messages(resolvePreset('minimal-dev'), nobody)).toEqual([]);
    const file = {
      'chat.yaml': `preset: minimal-dev\nsignIn:\n  sso:\n    type: openid\n    issuer: https://127.0.0.1:9\n    clientId: a\n    clientSecretArn: ${OPENID.clientSecretArn}\n`,
    };
    expect(await run(['config', 'check', 'chat.yaml'], file)).toMatchObject({ code: 0 });
    const { code, stdout } = await run(['config', 'check', 'chat.yaml', '--online', '--json'], file);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ ok: false, problems: [{ path: 'signIn.sso.issuer' }] }] });
  });
});
