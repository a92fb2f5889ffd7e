import type { DeploymentConfig } from '../config/schema.ts';
import type { Problem } from '../config/problems.ts';

/** Time in which a provider answers. */
const TIMEOUT_MS = 10_000;

const WELL_KNOWN = '/.well-known/openid-configuration';

/** What LibreChat needs of a provider's description of itself. */
const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

type Fetch = typeof fetch;

/**
 * What is wrong with the OpenID provider of a configuration, asked from here.
 *
 * LibreChat writes one line to its log when it cannot use its provider, and is ready all the same.
 */
export async function providerProblems({ signIn: { sso } }: DeploymentConfig, ask: Fetch): Promise<Problem[]> {
  if (sso.type !== 'openid') return [];
  const isDescription = sso.issuer.includes('/.well-known/');
  const url = isDescription ? sso.issuer : `${sso.issuer.replace(/\/$/, '')}${WELL_KNOWN}`;
  const problem = (path: string, message: string): Problem => ({ path: `signIn.sso.${path}`, message });
  let description: Readonly<Record<string, unknown>>;
  try {
    const answer = await ask(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok)
      return [problem('issuer', `${url} answers HTTP ${answer.status}: no provider describes itself there`)];
    description = (await answer.json()) as typeof description;
  } catch (error) {
    return [problem('issuer', `${url} gives no answer that can be used: ${reasonOf(error)}`)];
  }
  const missing = ENDPOINTS.filter((endpoint) => typeof description[endpoint] !== 'string');
  const known = description['scopes_supported'];
  const unknownScopes = Array.isArray(known) ? sso.scope.split(' ').filter((scope) => !known.includes(scope)) : [];
  const { issuer } = description;
  // Entra ID describes all its tenants at once.
  const isAnother =
    !isDescription && typeof issuer === 'string' && !issuer.includes('{') && !isSame(issuer, sso.issuer);
  return [
    ...(isAnother ? [problem('issuer', `the provider calls itself ${issuer}: set that`)] : []),
    ...missing.map((endpoint) => problem('issuer', `${url} names no ${endpoint}`)),
    ...unknownScopes.map((scope) => problem('scope', `the provider has no scope ${scope}`)),
  ];
}

const isSame = (one: string, other: string) => new URL(one, other).href === new URL(other).href;

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
