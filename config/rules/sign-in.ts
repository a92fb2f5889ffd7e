import type { DeploymentConfig } from '../schema.ts';
import type { Report } from './common.ts';

/** Ports on which a mail server speaks TLS from the first byte; on all others it greets in the clear. */
const TLS_PORTS = [465, 2465];

export function signInRules(config: DeploymentConfig, report: Report): void {
  const { signIn, registration, access } = config;
  const { sso } = signIn;
  if (sso.type !== 'none' && access.type === 'http') {
    report(
      'signIn.sso.type',
      `${sso.type} needs HTTPS, for its cookies and for the provider: set access.type to 'cloudfront' or 'domain'`,
    );
  }
  if (!signIn.email && sso.type === 'none') {
    report('signIn.email', "nobody could sign in: leave true, or set signIn.sso.type to 'openid' or 'saml'");
  }
  if (!signIn.email && registration.policy !== 'closed') {
    report(
      'registration.policy',
      `'${registration.policy}' makes accounts with a password, which signIn.email false refuses: set 'closed'; people of signIn.sso get an account by signing in`,
    );
  }
  passwordRules(config, report);
  mailRules(config, report);
}

function passwordRules({ signIn, mail }: DeploymentConfig, report: Report): void {
  for (const key of ['passwordReset', 'emailVerification'] as const) {
    if (!signIn[key]) continue;
    if (!signIn.email) report(`signIn.${key}`, 'there are no passwords with signIn.email false: set false');
    // LibreChat without a mail server answers a request for a reset with the link itself: to whoever asked.
    else if (mail === undefined) report(`signIn.${key}`, 'works by mail: set mail, or set false');
  }
}

function mailRules({ mail }: DeploymentConfig, report: Report): void {
  if (mail === undefined) return;
  const { port, encryption } = mail;
  if (port === 25) {
    report('mail.port', 'AWS blocks port 25 to the internet: set 587 with starttls, or 465 with tls');
  } else if (TLS_PORTS.includes(port) !== (encryption === 'tls')) {
    report(
      'mail.encryption',
      `port ${port} speaks ${encryption === 'tls' ? 'starttls' : 'tls'}, got '${encryption}': set the one that fits, or port ${encryption === 'tls' ? 465 : 587}`,
    );
  }
}
