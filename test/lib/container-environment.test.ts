import { describe, expect, test } from 'vitest';
import type { PartialConfig } from '../../config/schema.ts';
import { containersOf, type DeployedContainer } from '../helpers/container-environments.ts';
import { ofType, synthesize } from '../helpers/deployments.ts';
import { MAIL, OPENID, SAML, secretArn, WAYS_IN } from '../sweeps/ways-in.ts';

// Whether every name is known, every group whole and every secret there is in test/sweeps/environment-matrix.test.ts.

const librechat = (
  changes: PartialConfig,
  on: 'production-ecs' | 'minimal-dev' = 'production-ecs',
): DeployedContainer => containersOf(synthesize(on, changes).template)['librechat']!;

/** Variables of LibreChat that begin with one of these. */
const startingWith = ({ variables, secrets }: DeployedContainer, ...prefixes: string[]) =>
  Object.fromEntries(
    Object.entries({ ...variables, ...secrets }).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))),
  );

test('says secure cookies over HTTPS only', () => {
  const secure = (changes: PartialConfig) => librechat(changes).variables['SESSION_COOKIE_SECURE'];
  expect(secure({})).toBe('true');
  expect(secure({ access: { type: 'http', allowedCidrs: ['10.0.0.0/8'] } })).toBe('false');
});

test('counts the proxies: CloudFront and balancer, balancer alone', () => {
  const hops = (changes: PartialConfig) => librechat(changes).variables['TRUST_PROXY'];
  expect(hops({})).toBe('2');
  expect(hops({ access: { type: 'http', allowedCidrs: ['10.0.0.0/8'] } })).toBe('1');
});

test('keeps connections longer than the balancer does', () => {
  const { template } = synthesize('production-ecs');
  const idle = JSON.stringify(
    ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')[0]?.[1].Properties['LoadBalancerAttributes'],
  );
  const [, seconds] = /idle_timeout.timeout_seconds","Value":"(\d+)"/.exec(idle) ?? [];
  const { HTTP_KEEP_ALIVE_TIMEOUT_MS } = containersOf(template)['librechat']!.variables;
  expect(Number(HTTP_KEEP_ALIVE_TIMEOUT_MS)).toBeGreaterThan(Number(seconds) * 1000);
});

test('lets an upload over a slow line take an hour where no proxy gathers it', () => {
  expect(librechat({}).variables['HTTP_REQUEST_TIMEOUT_MS']).toBe('3600000');
  expect(librechat({}, 'minimal-dev').variables).not.toHaveProperty('HTTP_REQUEST_TIMEOUT_MS');
});

describe('ways in', () => {
  test('are passwords alone unless something else is asked for', () => {
    expect(startingWith(librechat({}), 'ALLOW_', 'OPENID_', 'SAML_', 'EMAIL_')).toEqual({
      ALLOW_EMAIL_LOGIN: 'true',
      ALLOW_PASSWORD_RESET: 'false',
      ALLOW_UNVERIFIED_EMAIL_LOGIN: 'true',
      ALLOW_REGISTRATION: 'false',
      ALLOW_SOCIAL_LOGIN: 'false',
      ALLOW_SOCIAL_REGISTRATION: 'false',
    });
  });

  test.each(['production-ecs', 'minimal-dev'] as const)('lead to an OpenID provider with all it needs (%s)', (on) => {
    expect(startingWith(librechat(WAYS_IN['OpenID alone, with everything']!, on), 'ALLOW_', 'OPENID_')).toEqual({
      ALLOW_EMAIL_LOGIN: 'false',
      ALLOW_PASSWORD_RESET: 'false',
      ALLOW_UNVERIFIED_EMAIL_LOGIN: 'true',
      ALLOW_REGISTRATION: 'false',
      ALLOW_SOCIAL_LOGIN: 'true',
      ALLOW_SOCIAL_REGISTRATION: 'true',
      OPENID_ISSUER: OPENID.issuer,
      OPENID_CLIENT_ID: 'librechat',
      OPENID_CLIENT_SECRET: { secret: OPENID.clientSecretArn, field: undefined },
      OPENID_SESSION_SECRET: { secret: expect.stringMatching(/^SecretsSessionSecret/) as string, field: undefined },
      OPENID_SCOPE: 'openid profile email',
      OPENID_CALLBACK_URL: '/oauth/openid/callback',
      OPENID_GENERATE_NONCE: 'true',
      OPENID_AUTO_REDIRECT: 'true',
      OPENID_USE_END_SESSION_ENDPOINT: 'true',
      OPENID_BUTTON_LABEL: 'Staff',
      OPENID_REQUIRED_ROLE: 'chat,staff',
      OPENID_REQUIRED_ROLE_PARAMETER_PATH: 'cognito:groups',
      OPENID_REQUIRED_ROLE_TOKEN_KIND: 'id',
      OPENID_ADMIN_ROLE: 'admins',
      OPENID_ADMIN_ROLE_PARAMETER_PATH: 'cognito:groups',
      OPENID_ADMIN_ROLE_TOKEN_KIND: 'id',
    });
  });

  test('lead to a SAML provider, which sends people back to the whole address of the site', () => {
    const access = { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } as const;
    expect(startingWith(librechat({ access, signIn: { sso: SAML } }), 'SAML_')).toEqual({
      SAML_ENTRY_POINT: SAML.entryPoint,
      SAML_ISSUER: 'librechat',
      SAML_CERT: SAML.certificate,
      SAML_CALLBACK_URL: 'https://chat.example.com/oauth/saml/callback',
      SAML_SESSION_SECRET: { secret: expect.stringMatching(/^SecretsSessionSecret/) as string, field: undefined },
    });
  });

  test('send mail with the login of one secret', () => {
    const container = librechat({ signIn: { passwordReset: true, emailVerification: true }, mail: MAIL });
    expect(startingWith(container, 'EMAIL_', 'ALLOW_PASSWORD', 'ALLOW_UNVERIFIED')).toEqual({
      ALLOW_PASSWORD_RESET: 'true',
      ALLOW_UNVERIFIED_EMAIL_LOGIN: 'false',
      EMAIL_HOST: MAIL.host,
      EMAIL_PORT: '587',
      EMAIL_ENCRYPTION: 'starttls',
      EMAIL_FROM: MAIL.from,
      EMAIL_USERNAME: { secret: MAIL.loginSecretArn, field: 'username' },
      EMAIL_PASSWORD: { secret: MAIL.loginSecretArn, field: 'password' },
    });
  });
});

test.each(['production-ecs', 'minimal-dev'] as const)('gives what the operator adds to LibreChat alone (%s)', (on) => {
  const changes = {
    librechatVariables: { APP_TITLE: 'Chat' },
    librechatSecretArns: { OPENROUTER_KEY: secretArn('openrouter') },
  };
  const containers = containersOf(synthesize(on, changes).template);
  const { librechat: own, ...others } = containers;
  expect(own?.variables).toMatchObject({ APP_TITLE: 'Chat' });
  expect(own?.secrets['OPENROUTER_KEY']).toEqual({ secret: secretArn('openrouter'), field: undefined });
  for (const { variables, secrets } of Object.values(others))
    expect(Object.keys({ ...variables, ...secrets })).not.toContain('OPENROUTER_KEY');
});
