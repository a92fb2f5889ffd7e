import { type Finding, guarded } from '../findings.ts';
import { CREDENTIALS, type SetupCheck, type Surroundings } from './check.ts';

/** A deployment with managed databases takes about this long. */
const DEPLOYMENT_MINUTES = 45;
const MINUTE_MS = 60_000;

/** Where credentials come from, by the marks that the SDK puts on them; the first that fits counts. */
const KINDS: readonly (readonly [mark: RegExp, kind: string])[] = [
  [/SSO/, 'single sign-on'],
  [/LOGIN/, "'aws login'"],
  [/ASSUME_ROLE|WEB_ID/, 'assumed role'],
  [/IMDS/, 'role of this machine'],
  [/HTTP/, 'role of this container'],
  [/PROCESS/, 'credential process of a profile'],
  [/CODE|ENV_VARS/, 'keys in environment variables'],
  [/PROFILE/, 'keys of a profile'],
];

interface Marked {
  readonly expiration?: Date;
  readonly sessionToken?: string;
  readonly $source?: Readonly<Record<string, unknown>>;
}

/** Says of what kind credentials are. */
export function kindOf({ $source = {}, sessionToken }: Marked): string {
  const marks = Object.keys($source).join(' ');
  const kind = KINDS.find(([mark]) => mark.test(marks))?.[1] ?? 'unknown kind';
  return kind.startsWith('keys') && sessionToken !== undefined ? `temporary ${kind}` : kind;
}

export const credentials: SetupCheck = {
  name: CREDENTIALS,
  needsAccount: true,
  run: (surroundings) => guarded(async () => [await whoIsIt(surroundings)], { severity: 'bad' }),
};

async function whoIsIt({ aws, env, now }: Surroundings): Promise<Finding> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  // Who is asking is the same everywhere: no region is needed to know.
  const client = new STSClient({ ...aws, region: aws.region ?? 'us-east-1' });
  const { Arn = '', Account } = await client.send(new GetCallerIdentityCommand({}));
  const used: Marked = await client.config.credentials();
  const ends = used.expiration?.getTime() ?? Date.parse(env['AWS_CREDENTIAL_EXPIRATION'] ?? '');
  const minutes = Math.floor((ends - now.getTime()) / MINUTE_MS);
  const validity = Number.isNaN(minutes) ? '' : `, valid for ${minutes} more minutes`;
  const what = `${Arn} in account ${Account ?? ''}, ${kindOf(used)}${validity}`;
  const remedy = Arn.endsWith(':root')
    ? 'deploy as a role or user instead of the root of the account'
    : minutes < DEPLOYMENT_MINUTES
      ? `renew them first: a deployment may take ${DEPLOYMENT_MINUTES} minutes`
      : undefined;
  return { severity: remedy === undefined ? 'ok' : 'warning', what, remedy };
}

export const region: SetupCheck = {
  name: 'region',
  needsAccount: true,
  run: async ({ aws }) => {
    const { DescribeRegionsCommand, EC2Client } = await import('@aws-sdk/client-ec2');
    const client = new EC2Client(aws);
    const fail = (what: string, remedy: string): Finding[] => [{ severity: 'bad', what, remedy }];
    // Throws where neither options, variables nor the profile name one.
    const used = await client.config.region().catch(() => undefined);
    if (used === undefined) return fail('none is set', 'pass --region, or set AWS_REGION');
    const { Regions = [] } = await client.send(new DescribeRegionsCommand({ AllRegions: true }));
    const status = Regions.find(({ RegionName }) => RegionName === used)?.OptInStatus;
    if (status === undefined) return fail(`${used} is no region of this account`, 'correct --region');
    if (status === 'not-opted-in')
      return fail(`${used} is not enabled`, `aws account enable-region --region-name ${used}`);
    return [{ severity: 'ok', what: used }];
  },
};

/** Version that stacks of the CDK 2 ask for. Source: MIN_BOOTSTRAP_STACK_VERSION of its DefaultStackSynthesizer. */
const BOOTSTRAP_VERSION = 6;

export const bootstrap: SetupCheck = {
  name: 'CDK bootstrap',
  needsAccount: true,
  run: async ({ aws }) => {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
    const client = new SSMClient(aws);
    const { Account } = await new STSClient(aws).send(new GetCallerIdentityCommand({}));
    const version = await client
      .send(new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }))
      .then(({ Parameter }) => Number(Parameter?.Value))
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
        throw error;
      });
    if (version !== undefined && version >= BOOTSTRAP_VERSION) return [{ severity: 'ok', what: `version ${version}` }];
    const what =
      version === undefined
        ? 'there is no CDKToolkit stack in this account and region'
        : `version ${version}, ${BOOTSTRAP_VERSION} or newer is needed`;
    const remedy = `npx cdk bootstrap aws://${Account ?? ''}/${await client.config.region()}`;
    return [{ severity: 'bad', what, remedy }];
  },
};
