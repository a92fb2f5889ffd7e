import type { BucketLocationConstraint, S3Client } from '@aws-sdk/client-s3';
import { awsEnvironment, awsOptions, type AwsChoice } from '../aws-clients.ts';
import { cdk } from '../cdk.ts';
import { UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { oneLine } from '../stack-progress.ts';
import type { Publication } from './template.ts';

/** What is published, and who may launch it. */
export interface Publishing extends Publication {
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
  await prepareBucket(bucket, publishing.shareWith, options);
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
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const Key = `${keyPrefix}/${templateFile}`;
  const s3 = new S3Client({ ...options, forcePathStyle: options.endpoint !== undefined });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: templateText, ContentType: 'application/yaml' }));
  const templateUrl = `https://${bucket}.s3.${region}.amazonaws.com/${Key}`;
  const query = `templateURL=${encodeURIComponent(templateUrl)}&stackName=LibreChat`;
  return {
    region,
    templateUrl,
    quickCreateUrl: `https://console.aws.amazon.com/cloudformation/home?region=${region}#/stacks/quickcreate?${query}`,
  };
}

/** Makes the bucket if it is not there: encrypted by default, closed to the public, readable by the named accounts. */
async function prepareBucket(
  Bucket: string,
  shareWith: readonly string[],
  options: ReturnType<typeof awsOptions>,
): Promise<void> {
  const { PutBucketPolicyCommand, PutPublicAccessBlockCommand, S3Client } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client({ ...options, forcePathStyle: options.endpoint !== undefined });
  await makeBucket(s3, Bucket, options.region);
  const closed = {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  };
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: closed }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: bucketPolicy(Bucket, shareWith) }));
}

async function makeBucket(s3: S3Client, Bucket: string, region: string | undefined): Promise<void> {
  const { CreateBucketCommand, HeadBucketCommand } = await import('@aws-sdk/client-s3');
  try {
    await s3.send(new HeadBucketCommand({ Bucket }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NotFound')
      throw new UserError(
        `bucket ${Bucket} belongs to somebody else, or these credentials may not see it`,
        'choose another --bucket-prefix',
      );
    // us-east-1 refuses to be named.
    const elsewhere = region === undefined || region === 'us-east-1' ? undefined : (region as BucketLocationConstraint);
    const CreateBucketConfiguration = elsewhere === undefined ? undefined : { LocationConstraint: elsewhere };
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  }
}

function bucketPolicy(bucket: string, shareWith: readonly string[]): string {
  const objects = `arn:aws:s3:::${bucket}/*`;
  const secure = {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [`arn:aws:s3:::${bucket}`, objects],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const shared = {
    Sid: 'Launch',
    Effect: 'Allow',
    Principal: { AWS: shareWith.map((account) => `arn:aws:iam::${account}:root`) },
    Action: 's3:GetObject',
    Resource: objects,
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: shareWith.length > 0 ? [secure, shared] : [secure] });
}
