/** An address that a container calls. */
export type Address =
  | { readonly host: string; readonly port: number }
  /** A service of AWS by the name of its endpoint, such as `bedrock-runtime`. */
  | { readonly service: string; readonly region: string };

/** Addresses in an environment, by the variable that leads there, and variables that nobody understands. */
export interface Addresses {
  readonly found: readonly { readonly variable: string; readonly address: Address }[];
  readonly unknown: readonly string[];
}

type Variables = Readonly<Record<string, string>>;

const SCHEME_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  mongodb: 27017,
  'mongodb+srv': 27017,
  redis: 6379,
  rediss: 6379,
};

/** Where the site itself is: browsers call it. */
const OWN_ADDRESS = 'DOMAIN_SERVER';

/** What LibreChat calls itself before a provider of SAML: a name that only sounds like an address. */
const OWN_NAME = 'SAML_ISSUER';

/** Addresses that a process listens on. */
const LISTENING = new Set(['0.0.0.0', '127.0.0.1', 'localhost']);

/** Variables that lead to a service of AWS, by that service; the region stands in the variable named beside it. */
const AWS_SERVICES: Readonly<Record<string, { service: string; region: string; when?: string }>> = {
  AWS_BUCKET_NAME: { service: 's3', region: 'AWS_REGION' },
  BEDROCK_AWS_DEFAULT_REGION: { service: 'bedrock-runtime', region: 'BEDROCK_AWS_DEFAULT_REGION' },
  EMBEDDINGS_PROVIDER: { service: 'bedrock-runtime', region: 'AWS_DEFAULT_REGION', when: 'bedrock' },
};

/** Keys of providers that are called at an address of their own, which no variable says. */
const PROVIDER_HOSTS: Readonly<Record<string, string>> = {
  ANTHROPIC_API_KEY: 'api.anthropic.com',
  GOOGLE_KEY: 'generativelanguage.googleapis.com',
  OPENAI_API_KEY: 'api.openai.com',
  RAG_OPENAI_API_KEY: 'api.openai.com',
};

/** A variable whose value should lead somewhere, by its name or by a reference to a resource in it. */
const LEADS_SOMEWHERE = (name: string, value: string) =>
  /(_HOST|_HOSTNAME|_URL|_URI|_ENDPOINT|_ISSUER|_BASEURL)$/.test(name) || value.includes('.endpoint');

/** A path on the site itself, or a switch that only sounds like an address. */
const NO_ADDRESS = (value: string) =>
  value === '' || value.startsWith('/') || /^(true|false|user_provided)$/i.test(value);

const URL = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/?#]+)/;

/** What a container calls, as its variables and the values of its secrets say. */
export function addressesOf(variables: Variables): Addresses {
  const own = URL.exec(variables[OWN_ADDRESS] ?? '')?.[2];
  const found: { variable: string; address: Address }[] = [];
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(variables)) {
    const addresses = addressesIn(name, value, variables);
    if (addresses === undefined) {
      if (name !== OWN_NAME && LEADS_SOMEWHERE(name, value) && !NO_ADDRESS(value)) unknown.push(name);
      continue;
    }
    found.push(
      ...addresses
        .filter((address) => !('host' in address && address.host === own))
        .map((address) => ({ variable: name, address })),
    );
  }
  return { found, unknown };
}

/** Addresses in one variable; undefined where it is not understood as one. */
function addressesIn(name: string, value: string, variables: Variables): Address[] | undefined {
  const service = AWS_SERVICES[name];
  if (service !== undefined && (service.when === undefined || service.when === value)) {
    const region = variables[service.region];
    return region === undefined ? undefined : [{ service: service.service, region }];
  }
  const provider = PROVIDER_HOSTS[name];
  if (provider !== undefined) return [{ host: provider, port: 443 }];
  const [, scheme, hosts] = URL.exec(value) ?? [];
  if (scheme !== undefined && hosts !== undefined) {
    return hosts.split(',').flatMap((host) => hostAndPort(host, SCHEME_PORTS[scheme]));
  }
  if (LISTENING.has(value)) return [];
  const [, prefix] = /^(.+_)HOST$/.exec(name) ?? [];
  const port = variables[`${prefix ?? ''}PORT`];
  return prefix === undefined || port === undefined ? undefined : [{ host: value, port: Number(port) }];
}

function hostAndPort(text: string, usual: number | undefined): Address[] {
  const [host = '', port = usual] = text.split(':');
  return port === undefined ? [] : [{ host, port: Number(port) }];
}
