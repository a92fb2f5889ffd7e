import type { Call } from './simulate.ts';
import { ACCOUNT } from '../../cli/network/resolve.ts';

type Asked = Omit<Call, 'by'>;

/** Regions that an inference profile may lead to, by its prefix; `''` is the ARN without one. Not all, one of each kind. */
const PROFILE_REGIONS: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-2'],
  eu: ['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-3'],
  global: ['', 'us-east-1', 'eu-west-1', 'ap-northeast-1', 'sa-east-1'],
};

const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

/**
 * What the programs in a container call, as its variables say.
 *
 * LibreChat's file strategy puts, gets, heads and deletes objects; a head of an object that is gone must say so, which
 * takes the right to list. Chats go by Converse and ConverseStream, whose rights are those of InvokeModel.
 */
export function containerCalls(container: string, variables: Readonly<Record<string, string>>): Asked[] {
  const { AWS_BUCKET_NAME, BEDROCK_AWS_DEFAULT_REGION, BEDROCK_AWS_MODELS, EMBEDDINGS_PROVIDER } = variables;
  const calls: Asked[] = [];
  if (AWS_BUCKET_NAME !== undefined) {
    const bucket = `arn:aws:s3:::${AWS_BUCKET_NAME}`;
    const key = `${bucket}/uploads/64d2a7f1e4b0c12345678901/3f2c__report 2026.pdf`;
    calls.push(
      ...['s3:PutObject', 's3:GetObject', 's3:DeleteObject'].map((action) => ({
        action,
        resource: key,
        why: `documents of ${container}`,
      })),
      { action: 's3:ListBucket', resource: bucket, why: `heads of documents that are gone, by ${container}` },
    );
  }
  if (BEDROCK_AWS_DEFAULT_REGION !== undefined) {
    for (const model of (BEDROCK_AWS_MODELS ?? '').split(','))
      calls.push(...modelCalls(model, BEDROCK_AWS_DEFAULT_REGION, INVOKE, `chats of ${container}`));
  }
  if (EMBEDDINGS_PROVIDER === 'bedrock') {
    const { EMBEDDINGS_MODEL = '', AWS_DEFAULT_REGION = '' } = variables;
    calls.push(...modelCalls(EMBEDDINGS_MODEL, AWS_DEFAULT_REGION, INVOKE.slice(0, 1), `embeddings of ${container}`));
  }
  return calls;
}

function modelCalls(id: string, region: string, actions: readonly string[], why: string): Asked[] {
  const [prefix = ''] = id.split('.');
  const regions = PROFILE_REGIONS[prefix];
  const resources =
    regions === undefined
      ? [`arn:aws:bedrock:${region}::foundation-model/${id}`]
      : [
          `arn:aws:bedrock:${region}:${ACCOUNT}:inference-profile/${id}`,
          ...regions.map((to) => `arn:aws:bedrock:${to}::foundation-model/${id.slice(prefix.length + 1)}`),
        ];
  return resources.flatMap((resource) => actions.map((action) => ({ action, resource, why })));
}

/** What reading files by `aws s3 cp` from a bucket calls, for each address in a command. */
export function fileCalls(command: string, why: string): Asked[] {
  return [...command.matchAll(/s3:\/\/([^/'\s]+)\/([^'\s]+)/g)].map(([, bucket = '', key = '']) => ({
    action: 's3:GetObject',
    resource: `arn:aws:s3:::${bucket}/${key}`,
    why,
  }));
}

/** What writing a log calls. */
export function logCalls(group: string, region: string, why: string): Asked[] {
  const resource = `arn:aws:logs:${region}:${ACCOUNT}:log-group:${group}:log-stream:stream/1`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ action, resource, why }));
}

/** What pulling an image from a mirror in Amazon ECR calls; other registries ask for no role. */
export function imageCalls(image: string): Asked[] {
  const [, account, region, name] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(image) ?? [];
  if (account === undefined || region === undefined || name === undefined) return [];
  const why = `image ${image}`;
  const resource = `arn:aws:ecr:${region}:${account}:repository/${name}`;
  return [
    { action: 'ecr:GetAuthorizationToken', resource: '*', why },
    ...['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'].map((action) => ({
      action,
      resource,
      why,
    })),
  ];
}
