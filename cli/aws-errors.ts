import { UserError } from './errors.ts';

/** Errors of AWS that people can put right, by the names that the services give them, and the remedy. */
const KNOWN: readonly { readonly name: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    name: /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired|UnauthorizedSSOTokenError)$/,
    what: 'the credentials have expired',
    remedy: "renew them ('aws sso login', or a new session of your role) and run the same command again",
  },
  {
    name: /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure)$/,
    what: 'AWS does not know these credentials',
    remedy: "check AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN or --profile; 'npx tsx cli/main.ts setup' shows what is in use",
  },
  {
    name: /^(CredentialsProviderError|TokenProviderError)$/,
    what: 'no usable AWS credentials',
    remedy: "log in ('aws sso login'), name a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  },
  {
    name: /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|SlowDown)$/,
    what: 'AWS asks to slow down, and went on asking after several tries',
    remedy: 'wait a minute and run the same command again: it goes on where it stopped',
  },
  {
    name: /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedException|Forbidden)$/,
    what: 'these credentials may not do that',
    remedy: 'docs/AWS_AUTHENTICATION.md has the policy that is needed',
  },
];

/** An error of an AWS call as one for people, undefined for any other error. */
export function explainAwsError(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message } = error;
  if (/^Region is missing$/.test(message))
    return new UserError('no AWS region is set', 'pass --region or set AWS_REGION');
  const known = KNOWN.find((candidate) => candidate.name.test(name));
  if (known !== undefined) return new UserError(`${known.what} (${name}: ${oneLine(message)})`, known.remedy);
  const code = 'code' in error ? String(error.code) : '';
  if (/^(ECONNREFUSED|ENOTFOUND|ECONNRESET|ETIMEDOUT|EAI_AGAIN)$/.test(code) || name === 'TimeoutError')
    return new UserError(
      `AWS could not be reached (${code || name})`,
      'check the network, --region and AWS_ENDPOINT_URL',
    );
  // Any other refusal of a service: its own words say what is wrong.
  if ('$metadata' in error) return new UserError(`AWS refused: ${oneLine(message)} (${name})`);
  return undefined;
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
