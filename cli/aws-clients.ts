// Node 20 is served until 2027; the SDK would say so at every call.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Where AWS is, and as whom: from the variables of the AWS SDKs. */
export interface AwsOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly maxAttempts: number;
  readonly retryMode: string;
}

/** What a person says on the command line about the account to work in. */
export interface AwsChoice {
  readonly profile?: string;
  readonly region?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Throttling of an account that others use too passes within seconds: the SDK waits longer each time. */
const MAX_ATTEMPTS = 6;

/**
 * Options of every client, from variables that need not be those of this process.
 *
 * What is not set is left to the SDK: profile, SSO, role of the machine.
 */
export function awsOptions(env: Variables, choice: AwsChoice = {}): AwsOptions {
  const endpoint = env['AWS_ENDPOINT_URL'];
  const region = choice.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const profile = choice.profile ?? env['AWS_PROFILE'];
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  const attempts = Number(env['AWS_MAX_ATTEMPTS'] ?? MAX_ATTEMPTS);
  const hasKeys = choice.profile === undefined && accessKeyId !== undefined && secretAccessKey !== undefined;
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined || hasKeys ? {} : { profile }),
    ...(hasKeys
      ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }
      : {}),
    maxAttempts: attempts >= 1 ? attempts : MAX_ATTEMPTS,
    retryMode: 'adaptive',
  };
}

/** The same choice for a process of its own, such as the CDK's CLI. */
export function awsEnvironment(env: Variables, { profile, region }: AwsChoice): Variables {
  return {
    ...env,
    ...(profile === undefined
      ? {}
      : {
          AWS_PROFILE: profile,
          AWS_ACCESS_KEY_ID: undefined,
          AWS_SECRET_ACCESS_KEY: undefined,
          AWS_SESSION_TOKEN: undefined,
        }),
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  };
}
