import type { DeploymentConfig } from '../../config/schema.ts';
import type { Address } from './addresses.ts';
import type { Party } from './parties.ts';
import { ofTypes, resourceOfHost, type Resources } from './resolve.ts';

/** People, or AWS on their behalf: they are outside, and may come in where a rule names them. */
export type Outside =
  { readonly name: string; readonly cidr: string } | { readonly name: string; readonly prefixList: true };

/** What is called: something in the VPC, a service of AWS, or a host of the internet. */
export type Target =
  { readonly party: Party } | { readonly service: string; readonly region: string } | { readonly internet: string };

/** A connection that the deployment does not work without. */
export interface Need {
  readonly from: Party | Outside;
  readonly to: Target;
  readonly port: number;

  /** What in the template asks for it. */
  readonly why: string;
}

/** All connections of a deployment, and what could not be told. */
export interface Needs {
  readonly needs: readonly Need[];
  readonly problems: readonly string[];

  /** Connections that stay inside a machine, as `a → b`. */
  readonly local: readonly string[];
}

/** What the needs are read from. */
export interface Deployment {
  readonly config: DeploymentConfig;
  readonly resources: Resources;
  readonly parties: readonly Party[];
  readonly region: string;
}

/** Port of every service of AWS. */
export const HTTPS = 443;

/** A party of the deployment, which the template must have. */
export function party({ parties }: Deployment, id: string): Party {
  const found = parties.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`${id} has no place in the network`);
  return found;
}

/** A connection to a service of AWS in the deployment's region. */
export function toService({ region }: Deployment, from: Party, service: string, why: string): Need {
  return { from, to: { service, region }, port: HTTPS, why };
}

/** What pulling an image calls. */
export function toRegistry(from: Party, image: string): Need[] {
  const [registry = ''] = image.split('/');
  const [, region] = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/.exec(registry) ?? [];
  const why = `image ${image}`;
  if (region === undefined) return [{ from, to: { internet: registry }, port: HTTPS, why }];
  // Amazon ECR keeps the layers themselves in S3.
  return ['ecr.api', 'ecr.dkr', 's3'].map((service) => ({ from, to: { service, region }, port: HTTPS, why }));
}

/** Where an address leads; undefined where nobody has that name. */
export function targetOf(deployment: Deployment, address: Address): Target | undefined {
  if ('service' in address) return address;
  const { host } = address;
  const id = resourceOfHost(host) ?? serviceOfName(deployment.resources, host);
  if (id !== undefined) return { party: party(deployment, id) };
  const [, service, region] = /^([a-z0-9.-]+)\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$/.exec(host) ?? [];
  if (service !== undefined && region !== undefined) return { service, region };
  return /\.[a-z]{2,}$/.test(host) && !host.endsWith('.internal') ? { internet: host } : undefined;
}

/** The ECS service that is found under a name of the private DNS. */
function serviceOfName(resources: Resources, host: string): string | undefined {
  const entry = ofTypes(resources, 'AWS::ServiceDiscovery::Service').find(({ properties }) => {
    const namespace = resources.get(String(properties['NamespaceId']));
    return host === `${properties['Name']}.${namespace?.properties['Name']}`;
  });
  if (entry === undefined) return undefined;
  const services = ofTypes(resources, 'AWS::ECS::Service').filter(({ properties }) =>
    JSON.stringify(properties['ServiceRegistries'] ?? []).includes(`/${entry.id}"`),
  );
  return services[0]?.id;
}

/** Variables of a container, with the values of secrets as far as the template knows them. */
export function valuesOf(
  resources: Resources,
  variables: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const values = Object.entries(secrets).map(([name, arn]) => {
    const secret = ofTypes(resources, 'AWS::SecretsManager::Secret').find(({ id }) => arn.includes(`:secret:${id}-`));
    const value = secret?.properties['SecretString'] as string | undefined;
    // A URI that somebody else keeps: of the server only the port is known.
    const foreign = secret === undefined && name === 'MONGO_URI' ? 'mongodb://mongodb.example.com' : '';
    return [name, value ?? foreign] as const;
  });
  return { ...variables, ...Object.fromEntries(values) };
}
