import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Services whose actions begin with another name than the SDK's package ends with. */
const PREFIXES: Readonly<Record<string, string>> = {
  'cloudwatch-logs': 'logs',
  efs: 'elasticfilesystem',
  'resource-groups-tagging-api': 'tag',
  'secrets-manager': 'secretsmanager',
};

/** Calls that IAM knows by other names, or that need more than their own. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'elasticfilesystem:DeleteMountTarget': ['elasticfilesystem:DeleteMountTarget', 'ec2:DeleteNetworkInterface'],
  's3:DeleteObjects': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
};

/**
 * What a call must be allowed.
 *
 * @param service as its package is named, `rds` for `@aws-sdk/client-rds`
 */
export function actionsOf(service: string, operation: string): readonly string[] {
  const action = `${PREFIXES[service] ?? service}:${operation}`;
  return ACTIONS[action] ?? [action];
}

/** What the calls of AWS in some source files must be allowed, read from the sources themselves. */
export async function actionsIn(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(files.map(actionsInFile));
  return [...new Set(found.flat())].sort();
}

async function actionsInFile(file: string): Promise<string[]> {
  const source = readFileSync(resolve(ROOT, file), 'utf8');
  const services = [...source.matchAll(/'@aws-sdk\/client-([\w-]+)'/g)].map(([, service = '']) => service);
  const commands = await Promise.all(
    services.map(async (service) => {
      const names = Object.keys((await import(`@aws-sdk/client-${service}`)) as object);
      return { service, names: new Set(names) };
    }),
  );
  const calls = [...source.matchAll(/\b(?:client\.|paginate|new )(\w+?)(?:Command)?\(/g)];
  return calls.flatMap(([, call = '']) => {
    const operation = call.charAt(0).toUpperCase() + call.slice(1);
    const owner = commands.find(({ names }) => names.has(`${operation}Command`));
    return owner === undefined ? [] : actionsOf(owner.service, operation);
  });
}
