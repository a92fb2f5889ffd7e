import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { loadDeploymentConfig } from '../../config/deployment-config.ts';
import type { DeploymentConfig, Ec2Config } from '../../config/schema.ts';
import type { OneClickOptions } from '../commands/one-click.ts';
import { EXIT, UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { writeOutput } from '../output.ts';
import { answersOf, INSTANCE_TYPES } from './parameters.ts';
import { publish, type Published } from './publish.ts';
import { oneClickTemplate, type Publication } from './template.ts';

/** Most that CloudFormation takes from a bucket, in bytes. */
const MOST_BYTES = 1_000_000;

const TEMPLATE = 'librechat-cloudformation.yaml';

export interface OneClick {
  readonly file: string;
  readonly bytes: number;
  readonly published: readonly Published[];
}

/** Writes a template that anyone can launch from the console, and publishes it where asked. */
export async function oneClick(context: CommandContext, source: string, options: OneClickOptions): Promise<OneClick> {
  const { io, cwd } = context;
  const { config, publication } = checked(context, source, options);
  const folder = await mkdtemp(join(tmpdir(), 'librechat-one-click-'));
  try {
    io.status('synthesizing');
    const { template, assembly } = oneClickTemplate(config, publication, join(folder, 'assembly'));
    const templateText = stringify(template, { lineWidth: 0, aliasDuplicateObjects: false });
    const bytes = Buffer.byteLength(templateText);
    if (bytes > MOST_BYTES) throw new UserError(`the template has ${bytes} bytes, CloudFormation takes ${MOST_BYTES}`);
    const file = resolve(cwd, options.output);
    await writeOutput(file, templateText);
    const published =
      options.publish === true
        ? await publish(context, {
            ...publication,
            answers: answersOf(config),
            regions: options.region,
            assembly,
            templateText,
            templateFile: TEMPLATE,
            shareWith: options.shareWith,
            choice: { profile: options.profile },
          })
        : [];
    return { file, bytes, published };
  } finally {
    await rm(folder, { recursive: true, force: true });
    io.status('');
  }
}

/** Everything that can be refused, before anything is made. */
function checked(
  { env, cwd }: CommandContext,
  source: string,
  { set, bucketPrefix, publish: isPublished, region }: OneClickOptions,
): { config: Ec2Config; publication: Publication } {
  const config = launchable(loadDeploymentConfig({ source, flags: set, env, cwd }).config);
  if (bucketPrefix === undefined)
    throw new UserError(
      'the template must name the buckets that its files are in',
      'pass --bucket-prefix with a name that nobody else has, such as example-librechat',
      EXIT.usage,
    );
  if (isPublished === true && region.length === 0)
    throw new UserError('--publish needs to know where to', 'name a --region, or several', EXIT.usage);
  const keyPrefix = `${config.librechatVersion}-${source.replaceAll(/[^\w-]/g, '-')}`;
  return { config, publication: { bucketPrefix, keyPrefix } };
}

/** Refuses configurations of which the parameters could not be parameters. */
function launchable(config: DeploymentConfig): Ec2Config {
  if (config.mode !== 'ec2')
    throw new UserError(
      'a one-click template is of mode ec2, got mode ecs',
      "deploy mode ecs with 'npx tsx cli/main.ts deploy'",
      EXIT.usage,
    );
  const { access, instance } = config;
  if (access.type !== 'cloudfront' || access.domainName !== undefined)
    throw new UserError(
      'a one-click template is for access type cloudfront without a domain',
      'leave access out: DomainName and CertificateArn are parameters of the template',
      EXIT.usage,
    );
  if (instance.sshCidrs.length > 1)
    throw new UserError(
      `a one-click template asks for one range for SSH, got ${instance.sshCidrs.join(' and ')}`,
      'leave one in instance.sshCidrs',
      EXIT.usage,
    );
  if (!INSTANCE_TYPES.some((type) => type === instance.type))
    throw new UserError(
      `instance.type ${instance.type} is not among those to choose from`,
      `set one of ${INSTANCE_TYPES.join(', ')}`,
      EXIT.usage,
    );
  return config;
}
