import type { DeploymentConfig } from '../../../config/schema.ts';
import type { ApplicationSecrets, SecretValueRef } from '../security/application-secrets.ts';
import type { ContainerEnvironment } from './container-environment.ts';

/** What the ways in follow from. */
export interface SignInEnvironmentProps {
  readonly config: DeploymentConfig;
  readonly secrets: ApplicationSecrets;

  /** Address of the site: scheme and host, no slash at the end. */
  readonly siteUrl: string;
}

type OpenId = Extract<DeploymentConfig['signIn']['sso'], { type: 'openid' }>;
type Saml = Extract<DeploymentConfig['signIn']['sso'], { type: 'saml' }>;

/** Who may come in, and how. Names: LibreChat's own, v0.8.8. */
export function signInEnvironment(props: SignInEnvironmentProps): readonly ContainerEnvironment[] {
  const { config } = props;
  const { signIn, registration } = config;
  const hasProvider = signIn.sso.type !== 'none';
  return [
    {
      variables: {
        ALLOW_EMAIL_LOGIN: String(signIn.email),
        ALLOW_PASSWORD_RESET: String(signIn.passwordReset),
        ALLOW_UNVERIFIED_EMAIL_LOGIN: String(!signIn.emailVerification),
        // Only the literal `true` opens registration.
        ALLOW_REGISTRATION: String(registration.policy !== 'closed'),
        ALLOW_SOCIAL_LOGIN: String(hasProvider),
        ALLOW_SOCIAL_REGISTRATION: String(hasProvider),
      },
      secrets: {},
    },
    providerEnvironment(props),
    mailEnvironment(props),
  ];
}

function providerEnvironment({ config, secrets, siteUrl }: SignInEnvironmentProps): ContainerEnvironment {
  const { sso } = config.signIn;
  const { sessionSecret, clientSecret } = secrets;
  switch (sso.type) {
    case 'none':
      return { variables: {}, secrets: {} };
    case 'openid':
      return {
        variables: openIdVariables(sso),
        secrets: given({ OPENID_SESSION_SECRET: sessionSecret, OPENID_CLIENT_SECRET: clientSecret }),
      };
    case 'saml':
      return {
        variables: samlVariables(sso, siteUrl),
        secrets: given({ SAML_SESSION_SECRET: sessionSecret }),
      };
  }
}

function openIdVariables({ requiredRole, adminRole, ...sso }: OpenId): Record<string, string> {
  return {
    OPENID_ISSUER: sso.issuer,
    OPENID_CLIENT_ID: sso.clientId,
    OPENID_SCOPE: sso.scope,
    // LibreChat puts DOMAIN_SERVER before it.
    OPENID_CALLBACK_URL: '/oauth/openid/callback',
    // Cognito refuses people of a federated provider without one; all others send back what they got.
    OPENID_GENERATE_NONCE: 'true',
    OPENID_AUTO_REDIRECT: String(sso.autoRedirect),
    OPENID_USE_END_SESSION_ENDPOINT: String(sso.logoutAtProvider),
    ...(sso.buttonLabel === undefined ? {} : { OPENID_BUTTON_LABEL: sso.buttonLabel }),
    ...(requiredRole === undefined ? {} : roleVariables('REQUIRED', requiredRole.roles.join(','), requiredRole)),
    ...(adminRole === undefined ? {} : roleVariables('ADMIN', adminRole.role, adminRole)),
  };
}

function roleVariables(
  kind: 'REQUIRED' | 'ADMIN',
  role: string,
  { claim, token }: NonNullable<OpenId['adminRole']> | NonNullable<OpenId['requiredRole']>,
): Record<string, string> {
  return {
    [`OPENID_${kind}_ROLE`]: role,
    [`OPENID_${kind}_ROLE_PARAMETER_PATH`]: claim,
    [`OPENID_${kind}_ROLE_TOKEN_KIND`]: token,
  };
}

function samlVariables(sso: Saml, siteUrl: string): Record<string, string> {
  return {
    SAML_ENTRY_POINT: sso.entryPoint,
    SAML_ISSUER: sso.issuer,
    SAML_CERT: sso.certificate,
    SAML_CALLBACK_URL: `${siteUrl}/oauth/saml/callback`,
    ...(sso.buttonLabel === undefined ? {} : { SAML_BUTTON_LABEL: sso.buttonLabel }),
  };
}

function mailEnvironment({ config: { mail }, secrets }: SignInEnvironmentProps): ContainerEnvironment {
  if (mail === undefined) return { variables: {}, secrets: {} };
  return {
    variables: {
      EMAIL_HOST: mail.host,
      EMAIL_PORT: String(mail.port),
      EMAIL_ENCRYPTION: mail.encryption,
      EMAIL_FROM: mail.from,
      ...(mail.fromName === undefined ? {} : { EMAIL_FROM_NAME: mail.fromName }),
    },
    secrets: given({ EMAIL_USERNAME: secrets.mailLogin?.username, EMAIL_PASSWORD: secrets.mailLogin?.password }),
  };
}

/** Those that there are. */
function given(secrets: Readonly<Record<string, SecretValueRef | undefined>>): Record<string, SecretValueRef> {
  return Object.fromEntries(
    Object.entries(secrets).filter((entry): entry is [string, SecretValueRef] => entry[1] !== undefined),
  );
}
