import { fileURLToPath } from 'node:url';
import type { PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';

export const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`;

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A librechat.yaml of the user's own, and one that says nothing. */
const CUSTOM_FILE = fixture('librechat-custom.yaml');
export const LEAST_FILE = fixture('librechat-least.yaml');

export const OPENID = {
  type: 'openid',
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi',
  clientId: 'librechat',
  clientSecretArn: secretArn('client'),
} as const;

export const SAML = {
  type: 'saml',
  entryPoint: 'https://login.example.com/saml',
  issuer: 'librechat',
  certificate: 'MIIC'.repeat(200),
} as const;

const groups = { claim: 'cognito:groups', token: 'id' } as const;

export const MAIL = {
  host: 'email-smtp.us-east-1.amazonaws.com',
  from: 'chat@example.com',
  loginSecretArn: secretArn('mail'),
} as const;

/** Ways for people to come in, and what else LibreChat may be given. */
export const WAYS_IN: Readonly<Record<string, PartialConfig>> = {
  'passwords, registration closed': {},
  'passwords, registration by domain': { registration: { policy: 'domains', allowedDomains: ['example.com'] } },
  'passwords with mail': {
    signIn: { passwordReset: true, emailVerification: true },
    mail: { ...MAIL, port: 465, encryption: 'tls', fromName: 'Chat' },
  },
  'passwords and OpenID': { signIn: { sso: OPENID } },
  'OpenID alone, with everything': {
    signIn: {
      email: false,
      sso: {
        ...OPENID,
        buttonLabel: 'Staff',
        autoRedirect: true,
        logoutAtProvider: true,
        requiredRole: { roles: ['chat', 'staff'], ...groups },
        adminRole: { role: 'admins', ...groups },
      },
    },
    registration: { allowedDomains: ['example.com'] },
    mail: MAIL,
  },
  'SAML alone': { signIn: { email: false, sso: SAML } },
  'passwords and SAML, with a label': { signIn: { sso: { ...SAML, buttonLabel: 'Staff' } } },
  'a file, variables and secrets of their own': {
    librechatConfigFile: CUSTOM_FILE,
    librechatVariables: { APP_TITLE: 'Chat of Example Inc.', TICKETS_URL: 'https://tickets.example.com/mcp' },
    librechatSecretArns: {
      GROQ_API_KEY: secretArn('groq'),
      TICKETS_TOKEN: secretArn('tickets'),
    },
  },
};

const PROVIDER_KEYS = { openai: secretArn('openai'), anthropic: secretArn('anthropic'), google: secretArn('google') };

/** Shapes of a deployment that decide about other variables. */
export const SHAPES: Readonly<Record<string, readonly [PresetName, PartialConfig]>> = {
  'keys of providers': [
    'production-ecs',
    {
      models: { providerKeySecretArns: PROVIDER_KEYS },
      embeddings: { provider: 'openai', model: 'text-embedding-3-small' },
    },
  ],
  'no Bedrock': [
    'minimal-dev',
    { models: { bedrock: { enabled: false }, providerKeySecretArns: { openai: secretArn('openai') } } },
  ],
  'metrics of LibreChat': ['minimal-dev', { monitoring: { applicationMetrics: true } }],
  'one task without Redis': [
    'production-ecs',
    { redis: { type: 'none' }, service: { librechat: { minTasks: 1, maxTasks: 1 } } },
  ],
  'everything in containers, and all ways in': [
    'standard-dev',
    {
      redis: { type: 'container' },
      models: { providerKeySecretArns: PROVIDER_KEYS },
      ...WAYS_IN['OpenID alone, with everything'],
    },
  ],
  'everything in containers, and SAML': [
    'standard-dev',
    {
      redis: { type: 'container' },
      models: { providerKeySecretArns: PROVIDER_KEYS },
      signIn: { sso: { ...SAML, buttonLabel: 'Staff' } },
      mail: MAIL,
    },
  ],
  'a MongoDB of their own': [
    'production-ecs',
    { documentStore: { type: 'external', uriSecretArn: secretArn('mongodb') } },
  ],
  'plain HTTP': ['production-ecs', { access: { type: 'http', allowedCidrs: ['10.0.0.0/8'] } }],
};
