import { z } from 'zod';
import { pattern, secretArn } from './values.ts';

const httpsUrl = (example: string) => pattern(/^https:\/\/[^\s"]+$/, `an https address such as ${example}`);

const claim = z
  .string()
  .min(1)
  .max(255)
  .describe('Path of the claim that lists roles or groups, such as cognito:groups or realm_access.roles.');
const token = z.enum(['id', 'access']).default('id').describe('Token that carries the claim.');
const role = pattern(/^[^,\s][^,]*$/, 'a role or group without a comma');

const openid = z.strictObject({
  type: z.literal('openid').describe('OpenID Connect: Cognito, Entra ID, Okta, Keycloak, Google. Needs HTTPS.'),
  issuer: httpsUrl('https://login.example.com/realms/staff').describe(
    'Address of the provider, under which it serves /.well-known/openid-configuration. Register the address of the site with /oauth/openid/callback behind it there.',
  ),
  clientId: z.string().min(1).max(255).describe('Id of the client that is registered at the provider for LibreChat.'),
  clientSecretArn: secretArn.describe('Secret whose whole value is the secret of that client.'),
  scope: pattern(/^(?=.*\bopenid\b)\S+( \S+)*$/, "scopes with a space between them, 'openid' among them")
    .default('openid profile email')
    .describe('What is asked of the provider. Without an e-mail address of each person nobody can sign in.'),
  buttonLabel: z.string().min(1).max(64).optional().describe('Text of the button. Default: Continue with OpenID.'),
  autoRedirect: z
    .boolean()
    .default(false)
    .describe('Lead people to the provider at once, without the page that asks how to sign in.'),
  logoutAtProvider: z
    .boolean()
    .default(false)
    .describe('Signing out of LibreChat also signs out at the provider, whose other sites then ask again.'),
  requiredRole: z
    .strictObject({
      roles: z.array(role).min(1).describe('Roles or groups of which a person needs one.'),
      claim,
      token,
    })
    .optional()
    .describe('Who may sign in. Default: everybody whom the provider lets in, or whose domain is allowed.'),
  adminRole: z
    .strictObject({ role: role.describe('Role or group of administrators.'), claim, token })
    .optional()
    .describe('Who is ADMIN, checked at each sign-in. Default: whom an ADMIN, or the database, makes one.'),
});

const saml = z.strictObject({
  type: z.literal('saml').describe('SAML 2.0. Needs HTTPS.'),
  entryPoint: httpsUrl('https://login.example.com/saml').describe(
    'Address at the provider that sign-ins are sent to. Register the address of the site with /oauth/saml/callback behind it there.',
  ),
  issuer: z.string().min(1).max(255).describe('Entity id under which LibreChat is registered at the provider.'),
  certificate: pattern(
    /^(?:[A-Za-z0-9+/]{4}){20,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    "the provider's certificate in Base64 on one line, without BEGIN and END",
  ).describe("The provider's signing certificate, in Base64 on one line. It is public."),
  buttonLabel: z.string().min(1).max(64).optional().describe('Text of the button. Default: the one of LibreChat.'),
});

export const signIn = z
  .strictObject({
    email: z.boolean().default(true).describe('Sign in with e-mail address and password.'),
    passwordReset: z
      .boolean()
      .default(false)
      .describe('People who forgot their password get a link by mail. Needs mail.'),
    emailVerification: z
      .boolean()
      .default(false)
      .describe('An address must be confirmed by mail before its first sign-in. Needs mail.'),
    sso: z
      .discriminatedUnion('type', [z.strictObject({ type: z.literal('none').describe('No provider.') }), openid, saml])
      .prefault({ type: 'none' })
      .describe('Provider that people sign in with. Whoever it lets in gets an account.'),
  })
  .describe('How people sign in.');

export const mail = z
  .strictObject({
    host: pattern(
      /^(?!-)([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/,
      'a host such as email-smtp.eu-west-1.amazonaws.com',
    ).describe('SMTP server, such as the one of Amazon SES ($0.10 a thousand mails).'),
    port: z.int().min(1).max(65_535).default(587).describe('Port: 587 with starttls, 465 with tls.'),
    encryption: z
      .enum(['starttls', 'tls'])
      .default('starttls')
      .describe('starttls: encrypted after a greeting. tls: from the first byte.'),
    from: z
      .email({ error: (issue) => `expected an e-mail address, got ${JSON.stringify(issue.input)}` })
      .describe('Sender of the mails, which the server must accept as such.'),
    fromName: pattern(/^[^"<>\r\n]{1,64}$/, 'a name without quotes and brackets')
      .optional()
      .describe('Name of the sender. Default: the title of the site.'),
    loginSecretArn: secretArn.describe('Secret with a JSON object of username and password for the server.'),
  })
  .describe('Mail server for password resets, confirmations and invitations.');
