import { UserError } from './errors.ts';

/** Errors of AWS that people can put right, by the names that the services give them, and the remedy. */
const KNOWN: readonly {
  readonly name: RegExp;

  /** What AWS says with it, where a program that passes it on leaves the name out. */
  readonly says?: RegExp;
  readonly what: string;
  readonly remedy: string;
}[] = [
  {
    name: /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired|UnauthorizedSSOTokenError)$/,
    says: /security token .*expired|token has expired/i,
    what: 'the credentials have expired',
    remedy: "renew them ('aws sso login', or a new session of your role) and run the same command again",
  },
  {
    name: /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure)$/,
    says: /security token .*invalid/i,
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
    says: /rate exceeded|too many requests/i,
    what: 'AWS asks to slow down, and went on asking after several tries',
    remedy: 'wait a minute and run the same command again: it goes on where it stopped',
  },
  {
    name: /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedException|Forbidden)$/,
    says: /is not authorized to perform|access denied/i,
    what: 'these credentials may not do that',
    remedy: 'docs/AWS_AUTHENTICATION.md has the policy that is needed',
  },
];

/** An error as one for people: ours, AWS's, or that of the functions' packages. Undefined for a defect. */
export function knownError(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  if (!(error instanceof Error)) return undefined;
  // By its name: the file that throws it loads the CDK.
  if (error.name === 'PythonBundleError') {
    const [what = '', remedy] = error.message.split('\n');
    return new UserError(what, remedy);
  }
  return awsError(error);
}

/** An error of AWS that another program tells of: by its name, or by what AWS says with it. */
export function knownErrorIn(text: string): UserError | undefined {
  const words = text.match(/\b[A-Z]\w+/g) ?? [];
  const known = KNOWN.find(({ name, says }) => says?.test(text) === true || words.some((word) => name.test(word)));
  return known === undefined ? undefined : new UserError(`${known.what} (${oneLine(text)})`, known.remedy);
}

function awsError(error: Error): UserError | undefined {
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
