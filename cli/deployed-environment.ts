import type { CloudFormationClient, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { paginateListStackResources } from '@aws-sdk/client-cloudformation';
import type { AwsOptions } from './aws-clients.ts';
import { all } from './inspect/kind.ts';

/** Variables of each container of a deployment, secrets resolved, by the container's name. */
export type DeployedEnvironments = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Resources of a stack. */
export async function stackResources(client: CloudFormationClient, stackName: string): Promise<StackResourceSummary[]> {
  const pages = paginateListStackResources({ client }, { StackName: stackName });
  return await all(pages, ({ StackResourceSummaries }) => StackResourceSummaries);
}

/**
 * What the containers of a deployed stack are started with, read from where they read it: task definitions, or the
 * settings of the machine; secrets from Secrets Manager.
 */
export async function deployedEnvironments(
  resources: readonly StackResourceSummary[],
  options: AwsOptions,
): Promise<DeployedEnvironments> {
  const read = secretReader(options);
  const found = [...(await fromTasks(resources, options)), ...(await fromMachine(resources, options))];
  const resolved = found.map(async ({ name, variables, secrets }) => {
    const values = await Promise.all(
      secrets.map(async ({ variable, arn, field }) => [variable, await read(arn, field)] as const),
    );
    return [name, { ...variables, ...Object.fromEntries(values) }] as const;
  });
  return Object.fromEntries(await Promise.all(resolved));
}

interface Found {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly { readonly variable: string; readonly arn: string; readonly field: string | undefined }[];
}

const physicalIds = (resources: readonly StackResourceSummary[], type: string) =>
  resources
    .filter(({ ResourceType }) => ResourceType === type)
    .map(({ PhysicalResourceId }) => PhysicalResourceId ?? '');

async function fromTasks(resources: readonly StackResourceSummary[], options: AwsOptions): Promise<Found[]> {
  const definitions = physicalIds(resources, 'AWS::ECS::TaskDefinition');
  if (definitions.length === 0) return [];
  const { DescribeTaskDefinitionCommand, ECSClient } = await import('@aws-sdk/client-ecs');
  const ecs = new ECSClient(options);
  const described = await Promise.all(
    definitions.map((taskDefinition) => ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))),
  );
  return described
    .flatMap(({ taskDefinition }) => taskDefinition?.containerDefinitions ?? [])
    .map(({ name = '', environment = [], secrets = [] }) => ({
      name,
      variables: Object.fromEntries(environment.map(({ name: variable = '', value = '' }) => [variable, value])),
      secrets: secrets.map(({ name: variable = '', valueFrom = '' }) => {
        // ARN of seven parts, then field, version stage, version id.
        const parts = valueFrom.split(':');
        return { variable, arn: parts.slice(0, 7).join(':'), field: parts[7] === '' ? undefined : parts[7] };
      }),
    }));
}

interface MachineSettings {
  readonly containers: Readonly<
    Record<
      string,
      { readonly variables: Record<string, string>; readonly secrets: Record<string, { arn: string; field?: string }> }
    >
  >;
}

async function fromMachine(resources: readonly StackResourceSummary[], options: AwsOptions): Promise<Found[]> {
  const [name] = physicalIds(resources, 'AWS::SSM::Parameter');
  if (name === undefined) return [];
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const { Parameter } = await new SSMClient(options).send(new GetParameterCommand({ Name: name }));
  const { containers } = JSON.parse(Parameter?.Value ?? '{"containers":{}}') as MachineSettings;
  return Object.entries(containers).map(([container, { variables, secrets }]) => ({
    name: container,
    variables,
    secrets: Object.entries(secrets).map(([variable, { arn, field }]) => ({ variable, arn, field })),
  }));
}

function secretReader(options: AwsOptions): (arn: string, field: string | undefined) => Promise<string> {
  const values = new Map<string, Promise<string>>();
  const fetch = async (arn: string) => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    return (
      (await new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: arn }))).SecretString ?? ''
    );
  };
  return async (arn, field) => {
    const value = await (values.get(arn) ?? values.set(arn, fetch(arn)).get(arn) ?? '');
    if (field === undefined) return value;
    return (JSON.parse(value) as Record<string, string | undefined>)[field] ?? '';
  };
}
