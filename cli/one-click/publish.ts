import { awsEnvironment, awsOptions, type AwsChoice } from '../aws-clients.ts';
import { cdk } from '../cdk.ts';
import { UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { oneLine } from '../stack-progress.ts';
import type { Publication } from './template.ts';

/** What is published, and who may launch it. */
export interface Publishing extends Publication {
  /** What the form is filled with, by parameter; not what is empty. */
  readonly answers: Readonly<Record<string, string>>;
  readonly regions: readonly string[];
  readonly assembly: string;
  readonly templateText: string;
  readonly templateFile: string;

  /** Accounts that may read the buckets, beside the own one. */
  readonly shareWith: readonly string[];
  readonly choice: AwsChoice;
}

export interface Published {
  readonly region: string;
  readonly templateUrl: string;

  /** Address that opens the console's form with the template chosen. */
  readonly quickCreateUrl: string;
}

/** Puts files and template into a bucket of each region: Lambda takes code from its own region only. */
export async function publish(context: CommandContext, publishing: Publishing): Promise<Published[]> {
  const published: Published[] = [];
  for (const region of publishing.regions) {
    context.io.status(`publishing to ${region}`);
    published.push(await publishTo(context, publishing, region));
  }
  return published;
}

async function publishTo({ io, env }: CommandContext, publishing: Publishing, region: string): Promise<Published> {
  const { bucketPrefix, keyPrefix, assembly, templateText, templateFile, choice } = publishing;
  const bucket = `${bucketPrefix}-${region}`;
  const options = awsOptions(env, { ...choice, region });
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const { Account = '' } = await new STSClient(options).send(new GetCallerIdentityCommand({}));
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { prepareBucket } = await import('./bucket.ts');
  const s3 = new S3Client({ ...options, forcePathStyle: options.endpoint !== undefined });
  const own = { Bucket: bucket, ExpectedBucketOwner: Account };
  await prepareBucket(s3, own, region, publishing.shareWith);
  const { code, output } = await cdk(['publish-assets', '--unstable=publish-assets', '--app', assembly, '--all'], {
    env: awsEnvironment(env, { ...choice, region }),
    cwd: assembly,
    signal: io.signal,
  });
  io.signal.throwIfAborted();
  if (code !== 0)
    throw new UserError(
      `the files could not be published to ${bucket}: ${oneLine(output.trim().split('\n').at(-1) ?? '')}`,
    );
  const Key = `${keyPrefix}/${templateFile}`;
  await s3.send(new PutObjectCommand({ ...own, Key, Body: templateText, ContentType: 'application/yaml' }));
  const templateUrl = `https://${bucket}.s3.${region}.amazonaws.com/${Key}`;
  return { region, templateUrl, quickCreateUrl: quickCreateUrl(region, templateUrl, publishing.answers) };
}

function quickCreateUrl(region: string, templateURL: string, answers: Publishing['answers']): string {
  const given = Object.entries(answers).filter(([, answer]) => answer !== '');
  const parameters = Object.fromEntries(given.map(([parameter, answer]) => [`param_${parameter}`, answer]));
  const query = Object.entries({ templateURL, stackName: 'LibreChat', ...parameters })
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&');
  return `https://console.aws.amazon.com/cloudformation/home?region=${region}#/stacks/quickcreate?${query}`;
}
