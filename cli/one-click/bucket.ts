import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { UserError } from '../errors.ts';

/** Marks a bucket as made by this command: the policy of any other is somebody's. */
const MARK = { Key: 'MadeBy', Value: 'librechat-one-click' };

/** A bucket, and whose it must be: names are free to everybody. */
export interface Own {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string;
}

/** Makes the bucket if it is not there: encrypted by default, closed to the public, readable by the named accounts. */
export async function prepareBucket(
  s3: S3Client,
  own: Own,
  region: string,
  shareWith: readonly string[],
): Promise<void> {
  await makeBucket(s3, own, region);
  const closed = {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  };
  await s3.send(new PutPublicAccessBlockCommand({ ...own, PublicAccessBlockConfiguration: closed }));
  const asked = s3.send(new GetBucketPolicyCommand(own));
  const before = (await unless(asked, 'NoSuchBucketPolicy'))?.Policy;
  await s3.send(new PutBucketPolicyCommand({ ...own, Policy: policyOf(own.Bucket, shareWith, before) }));
}

async function makeBucket(s3: S3Client, own: Own, region: string): Promise<void> {
  const { Bucket } = own;
  try {
    if ((await unless(s3.send(new HeadBucketCommand(own)), 'NotFound')) === undefined) {
      // us-east-1 refuses to be named.
      const LocationConstraint = region as BucketLocationConstraint;
      const elsewhere = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint } };
      await s3.send(new CreateBucketCommand({ Bucket, ...elsewhere }));
      await s3.send(new PutBucketTaggingCommand({ ...own, Tagging: { TagSet: [MARK] } }));
    }
  } catch (error) {
    // The answer to a question about a bucket's head has no words: forbidden, or in another region.
    const isAnothers =
      error instanceof S3ServiceException && [301, 403, 409].includes(error.$metadata.httpStatusCode ?? 0);
    if (!isAnothers) throw error;
    throw new UserError(
      `bucket ${Bucket} belongs to somebody else, or these credentials may not see it`,
      'choose another --bucket-prefix',
    );
  }
  const tags = (await unless(s3.send(new GetBucketTaggingCommand(own)), 'NoSuchTagSet'))?.TagSet ?? [];
  if (tags.some(({ Key, Value }) => Key === MARK.Key && Value === MARK.Value)) return;
  throw new UserError(
    `bucket ${Bucket} was not made by one-click, whose policy would be added to its own`,
    `choose another --bucket-prefix, or give the bucket the tag ${MARK.Key}=${MARK.Value}`,
  );
}

/** The answer of S3, undefined for one refusal. */
async function unless<T>(asked: Promise<T>, refusal: string): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && error.name === refusal) return undefined;
    throw error;
  }
}

interface Statement {
  readonly Sid?: string;
  readonly Principal?: { readonly AWS?: string | readonly string[] };
}

/** The policy with the named accounts added: who was let in before stays, and so do statements of others. */
function policyOf(bucket: string, shareWith: readonly string[], before = '{}'): string {
  const { Statement = [] } = JSON.parse(before) as { Statement?: Statement | readonly Statement[] };
  const statements = [Statement].flat();
  const earlier = statements.filter(({ Sid }) => Sid === 'Launch').flatMap(({ Principal }) => Principal?.AWS ?? []);
  const readers = [...new Set([...earlier, ...shareWith.map((account) => `arn:aws:iam::${account}:root`)])].sort();
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
    Principal: { AWS: readers },
    Action: 's3:GetObject',
    Resource: objects,
  };
  const others = statements.filter(({ Sid }) => Sid !== secure.Sid && Sid !== shared.Sid);
  const own = readers.length > 0 ? [secure, shared] : [secure];
  return JSON.stringify({ Version: '2012-10-17', Statement: [...others, ...own] });
}
