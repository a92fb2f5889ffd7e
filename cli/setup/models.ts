import type { BedrockClient, GetFoundationModelAvailabilityResponse } from '@aws-sdk/client-bedrock';
import type { DeploymentConfig } from '../../config/schema.ts';
import { type Finding, guarded } from '../findings.ts';
import type { SetupCheck } from './check.ts';

/** An inference profile: a model called in whatever region of a part of the world has room. */
const PROFILE = /^(global|us|us-gov|eu|apac|jp|au|ca)\./;

/** Models that the configuration calls through Bedrock. */
function bedrockModels({ models, features, embeddings }: DeploymentConfig): string[] {
  return [
    ...(models.bedrock.enabled ? models.bedrock.modelIds : []),
    ...(features.rag && embeddings.provider === 'bedrock' ? [embeddings.model] : []),
  ];
}

export const bedrock: SetupCheck = {
  name: 'Bedrock',
  needsAccount: true,
  run: async ({ aws, config }) => {
    const { BedrockClient } = await import('@aws-sdk/client-bedrock');
    const region = config.models.bedrock.region ?? aws.region;
    const client = new BedrockClient({ ...aws, ...(region === undefined ? {} : { region }) });
    const found = bedrockModels(config).map((model) => guarded(async () => [await modelFinding(client, model)]));
    return (await Promise.all(found)).flat();
  },
};

async function modelFinding(client: BedrockClient, model: string): Promise<Finding> {
  const { GetFoundationModelAvailabilityCommand } = await import('@aws-sdk/client-bedrock');
  const modelId = await foundationModel(client, model);
  const availability =
    modelId === undefined
      ? undefined
      : await client.send(new GetFoundationModelAvailabilityCommand({ modelId })).catch(noSuchModel);
  if (availability === undefined || availability.regionAvailability === 'NOT_AVAILABLE') {
    const remedy = 'name another in models.bedrock.modelIds, or another models.bedrock.region';
    return { severity: 'bad', what: `${model}: not offered in ${await client.config.region()}`, remedy };
  }
  const { what, ...rest } = accessTo(availability);
  return { ...rest, what: `${model}: ${what}` };
}

/** The model behind an inference profile; undefined when there is no such profile here. */
async function foundationModel(client: BedrockClient, model: string): Promise<string | undefined> {
  if (!PROFILE.test(model)) return model;
  const { GetInferenceProfileCommand } = await import('@aws-sdk/client-bedrock');
  const profile = await client
    .send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: model }))
    .catch(noSuchModel);
  return profile?.models?.[0]?.modelArn?.split('/').at(-1);
}

function noSuchModel(error: unknown): undefined {
  if (error instanceof Error && /^(ResourceNotFound|Validation)Exception$/.test(error.name)) return undefined;
  throw error;
}

/** What stands between the account and a model that the region has. */
function accessTo({
  authorizationStatus,
  entitlementAvailability,
  agreementAvailability,
}: GetFoundationModelAvailabilityResponse): Finding {
  const isAgreed = agreementAvailability?.status === 'AVAILABLE';
  if (authorizationStatus === 'NOT_AUTHORIZED' || (isAgreed && entitlementAvailability === 'NOT_AVAILABLE'))
    return {
      severity: 'bad',
      what: 'this account may not use it',
      remedy: 'a policy of the organization forbids it, or Bedrock is not open to the account: ask its administrator',
    };
  if (isAgreed) return { severity: 'ok', what: 'access granted' };
  return {
    severity: 'warning',
    what: `no agreement with its provider yet (${agreementAvailability?.status ?? 'not told'})`,
    remedy:
      'open it once in the playground of the Bedrock console, as somebody who may subscribe in AWS Marketplace; Anthropic asks for the use case first',
  };
}
