import { describe, expect, test } from 'vitest';
import type { ConfigSources } from '../../config/deployment-config.ts';
import { load, refusal } from './loading.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:mine-AbCdEf';
const openid = [
  'signIn.sso.type=openid',
  'signIn.sso.issuer=https://login.example.com',
  'signIn.sso.clientId=librechat',
  `signIn.sso.clientSecretArn=${arn}`,
];
const mail = ['mail.host=smtp.example.com', 'mail.from=chat@example.com', `mail.loginSecretArn=${arn}`];

describe('ways in that do not fit together', () => {
  test.each<[string, readonly string[], string]>([
    [
      'OpenID over plain HTTP',
      [...openid, 'access.type=http', 'access.allowedCidrs=10.0.0.0/8'],
      "signIn.sso.type: openid needs HTTPS, for its cookies and for the provider: set access.type to 'cloudfront' or 'domain' (--set signIn.sso.type)",
    ],
    [
      'no way in at all',
      ['signIn.email=false'],
      "signIn.email: nobody could sign in: leave true, or set signIn.sso.type to 'openid' or 'saml' (--set signIn.email)",
    ],
    [
      'accounts with passwords that nobody could use',
      [...openid, 'signIn.email=false', 'registration.policy=open'],
      "registration.policy: 'open' makes accounts with a password, which signIn.email false refuses: set 'closed'; people of signIn.sso get an account by signing in (--set registration.policy)",
    ],
    [
      'a reset of passwords without mail, for LibreChat would show the link to whoever asks',
      ['signIn.passwordReset=true'],
      'signIn.passwordReset: works by mail: set mail, or set false (--set signIn.passwordReset)',
    ],
    [
      'a confirmation without mail',
      ['signIn.emailVerification=true'],
      'signIn.emailVerification: works by mail: set mail, or set false (--set signIn.emailVerification)',
    ],
    [
      'a reset of passwords that there are not',
      [...openid, ...mail, 'signIn.email=false', 'signIn.passwordReset=true'],
      'signIn.passwordReset: there are no passwords with signIn.email false: set false (--set signIn.passwordReset)',
    ],
    [
      'domains that nothing uses',
      ['registration.allowedDomains=example.com'],
      "registration.policy: allowedDomains work with policy 'domains', or with 'closed' and signIn.sso, got 'closed' (default)",
    ],
    [
      'mail through a port that AWS blocks',
      [...mail, 'mail.port=25'],
      'mail.port: AWS blocks port 25 to the internet: set 587 with starttls, or 465 with tls (--set mail.port)',
    ],
    [
      'mail with the wrong encryption for its port',
      [...mail, 'mail.port=465'],
      "mail.encryption: port 465 speaks tls, got 'starttls': set the one that fits, or port 587 (default)",
    ],
    [
      'a provider without HTTPS',
      [...openid, 'signIn.sso.issuer=http://login.example.com'],
      'signIn.sso.issuer: expected an https address such as https://login.example.com/realms/staff, got "http://login.example.com" (--set signIn.sso.issuer)',
    ],
    [
      'a scope that is not OpenID',
      [...openid, 'signIn.sso.scope=profile email'],
      `signIn.sso.scope: expected scopes with a space between them, 'openid' among them, got "profile email" (--set signIn.sso.scope)`,
    ],
    [
      'half of OpenID',
      ['signIn.sso.type=openid', 'signIn.sso.issuer=https://login.example.com', 'signIn.sso.clientId=librechat'],
      'signIn.sso.clientSecretArn: missing: set text (Secret whose whole value is the secret of that client)',
    ],
    [
      'a certificate as it stands in a file',
      [
        'signIn.sso.type=saml',
        'signIn.sso.entryPoint=https://login.example.com/saml',
        'signIn.sso.issuer=librechat',
        'signIn.sso.certificate=-----BEGIN CERTIFICATE-----',
      ],
      `signIn.sso.certificate: expected the provider's certificate in Base64 on one line, without BEGIN and END, got "-----BEGIN CERTIFICATE-----" (--set signIn.sso.certificate)`,
    ],
  ])('refuses %s', (_, flags, message) => {
    const sources: ConfigSources = { flags };
    expect(refusal(sources)).toEqual([message]);
  });

  test('accepts a provider with domains, and mail by either encryption', () => {
    const { config } = load({ flags: [...openid, ...mail, 'registration.allowedDomains=example.com'] });
    expect(config.registration).toEqual({ policy: 'closed', allowedDomains: ['example.com'] });
    expect(config.mail).toMatchObject({ port: 587, encryption: 'starttls' });
    expect(load({ flags: [...mail, 'mail.port=465', 'mail.encryption=tls'] }).config.mail?.port).toBe(465);
  });
});
