import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { librechatYaml } from '../../lib/constructs/compute/librechat-config.ts';
import { authorityFile } from '../../rehearsal/local-aws.ts';
import { awsOptions } from '../aws-clients.ts';
import { deployedEnvironments } from '../deployed-environment.ts';
import { UserError } from '../errors.ts';
import type { Rehearsal } from './steps.ts';

/** Folder of the containers, in which an init container or the boot script puts their files. */
const CONTAINER_FOLDER = '/config/';

export type ProcessEnvironment = Readonly<Record<string, string>>;

/**
 * What `container` is started with, made usable by a process on this machine: secrets resolved, and its files in a
 * folder of the local AWS, which goes with it.
 */
export async function processEnvironment(
  { aws, deployment, base }: Rehearsal,
  container: string,
): Promise<ProcessEnvironment> {
  const environments = await deployedEnvironments(await deployment.resources(base), awsOptions(aws.env));
  const environment = environments[container];
  if (environment === undefined) {
    const known = Object.keys(environments).join(', ');
    throw new UserError(`no container '${container}' in this deployment`, `choose one of ${known}`);
  }
  const folder = join(aws.state, 'container-files');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'librechat.yaml'), librechatYaml(base.config));
  await copyFile(authorityFile(aws), join(folder, 'rds-ca-bundle.pem'));
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replaceAll(CONTAINER_FOLDER, `${folder}/`)]),
  );
}

/** In the form of a `.env` file, which a shell reads as well. */
export function asEnvFile(environment: ProcessEnvironment): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join('\n');
}
