import { ofType, type Template } from './deployments.ts';

/** A value of a secret, as a container is given it. */
export interface SecretUse {
  /** Logical id of a secret of the stack, or the ARN of another one. */
  readonly secret: string;
  readonly field: string | undefined;
}

/** What a container is started with, as the template says it. */
export interface DeployedContainer {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, SecretUse>>;
}

/** Every container with variables of its own, by name, in either mode. */
export function containersOf(template: Template): Readonly<Record<string, DeployedContainer>> {
  const [settings] = ofType(template, 'AWS::SSM::Parameter');
  return settings === undefined ? ofTasks(template) : ofMachine(settings[1].Properties['Value']);
}

interface Named {
  readonly Name: string;
  readonly Value: unknown;
  readonly ValueFrom: unknown;
}

function ofTasks(template: Template): Record<string, DeployedContainer> {
  const containers = ofType(template, 'AWS::ECS::TaskDefinition').flatMap(
    ([, { Properties }]) => Properties['ContainerDefinitions'] as Record<string, unknown>[],
  );
  return Object.fromEntries(
    containers.map(({ Name, Environment = [], Secrets = [] }) => [
      Name,
      {
        variables: Object.fromEntries((Environment as Named[]).map((item) => [item.Name, item.Value])),
        secrets: Object.fromEntries((Secrets as Named[]).map((item) => [item.Name, secretUse(item.ValueFrom)])),
      },
    ]),
  );
}

/** ARN or reference, then perhaps `:field::`. */
function secretUse(valueFrom: unknown): SecretUse {
  const text = JSON.stringify(valueFrom);
  const field = /:([\w-]+)::"/.exec(text)?.[1];
  return { secret: secretIn(text), field };
}

function secretIn(text: string): string {
  const found =
    /"Ref":"(\w+)"/.exec(text)?.[1] ?? /arn:aws:secretsmanager:[\w-]+:\d+:secret:[\w/+=.@-]+/.exec(text)?.[0];
  if (found === undefined) throw new Error(`no secret in ${text}`);
  return found;
}

interface Settings {
  readonly containers: Record<
    string,
    { variables: Record<string, string>; secrets: Record<string, { arn: string; field?: string }> }
  >;
}

/** The settings are one text with references in it: each gets a mark, and is put back into the parsed values. */
function ofMachine(value: unknown): Record<string, DeployedContainer> {
  const references: unknown[] = [];
  const text =
    typeof value === 'string'
      ? value
      : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
          .map((part) => (typeof part === 'string' ? part : `<<${references.push(part) - 1}>>`))
          .join('');
  const back = (given: string): unknown => {
    const parts = given.split(/<<(\d+)>>/).map((part, index) => (index % 2 === 0 ? part : references[Number(part)]));
    const filled = parts.filter((part) => part !== '');
    return filled.length > 1 ? { 'Fn::Join': ['', filled] } : (filled[0] ?? '');
  };
  return Object.fromEntries(
    Object.entries((JSON.parse(text) as Settings).containers).map(([name, { variables, secrets }]) => [
      name,
      {
        variables: Object.fromEntries(Object.entries(variables).map(([key, given]) => [key, back(given)])),
        secrets: Object.fromEntries(
          Object.entries(secrets).map(([key, { arn, field }]) => [
            key,
            { secret: secretIn(JSON.stringify(back(arn))), field },
          ]),
        ),
      },
    ]),
  );
}

/** Fields of JSON that the template says a secret of the stack has; undefined for one that is a single text. */
export function fieldsOf(secret: string, { Resources }: Template): readonly string[] | undefined {
  const generated = Resources[secret]?.Properties['GenerateSecretString'] as
    { readonly SecretStringTemplate?: string; readonly GenerateStringKey?: string } | undefined;
  if (generated?.SecretStringTemplate === undefined) return undefined;
  const fields = Object.keys(JSON.parse(generated.SecretStringTemplate) as object);
  return [...fields, generated.GenerateStringKey ?? ''];
}
