import { z } from 'zod';
import { crossFieldRules } from './rules.ts';
import * as application from './schema/application.ts';
import * as auditing from './schema/audit.ts';
import * as compute from './schema/compute.ts';
import * as librechat from './schema/librechat.ts';
import * as network from './schema/network.ts';
import * as people from './schema/sign-in.ts';
import * as stores from './schema/stores.ts';
import { DEFAULT_LIBRECHAT_VERSION, LIBRECHAT_VERSION } from './versions.ts';

export const ENVIRONMENTS = ['development', 'staging', 'production', 'enterprise'] as const;

const common = {
  environment: z
    .enum(ENVIRONMENTS)
    .default('development')
    .describe(
      'What the deployment is for. It sets the defaults of data, monitoring, network.flowLogs, access.logs and audit.trail; see docs/configuration.md.',
    ),
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, {
      error: (issue) => `expected letters, digits and hyphens, got ${JSON.stringify(issue.input)}`,
    })
    .default('LibreChatStack')
    .describe('Name of the CloudFormation stack. Several deployments live side by side under different names.'),
  account: z
    .string()
    .regex(/^\d{12}$/, {
      error: (issue) => `expected the 12 digits of an AWS account, got ${JSON.stringify(issue.input)}`,
    })
    .optional()
    .describe('AWS account. Default: the one of the credentials in use.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, {
      error: (issue) => `expected a region such as us-east-1, got ${JSON.stringify(issue.input)}`,
    })
    .optional()
    .describe('AWS region. Default: the one of the credentials in use.'),
  librechatVersion: z
    .string()
    .regex(LIBRECHAT_VERSION, {
      error: (issue) =>
        `expected v0.8.8 or newer, such as ${DEFAULT_LIBRECHAT_VERSION}, got ${JSON.stringify(issue.input)}`,
    })
    .default(DEFAULT_LIBRECHAT_VERSION)
    .describe(
      'Release of LibreChat. Older releases do not run on DocumentDB, which has the indexes of the default one only.',
    ),
  imageRegistry: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._/-]+)?$/, {
      error: (issue) =>
        `expected a registry such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror, got ${JSON.stringify(issue.input)}`,
    })
    .optional()
    .describe(
      'Registry that mirrors the images under their own names. With it and interface endpoints mode ecs needs no internet; a machine of mode ec2 still fetches Docker and its compose plug-in. Default: each image from where it is published.',
    ),
  network: network.network.prefault({}),
  access: network.access.prefault({ type: 'cloudfront' }),
  documentStore: stores.documentStore,
  vectorStore: stores.vectorStore.optional(),
  redis: stores.redis.prefault({ type: 'none' }),
  features: application.features.prefault({}),
  embeddings: application.embeddings.prefault({}),
  models: application.models.prefault({}),
  registration: application.registration.prefault({}),
  signIn: people.signIn.prefault({}),
  mail: people.mail.optional(),
  librechatConfigFile: librechat.librechatConfigFile,
  librechatVariables: librechat.librechatVariables,
  librechatSecretArns: librechat.librechatSecretArns,
  data: stores.data.prefault({}),
  monitoring: application.monitoring.prefault({}),
  audit: auditing.audit.prefault({}),
  tagging: auditing.tagging.prefault({}),
  tags: z
    .record(z.string().min(1).max(128), z.string().max(256))
    .default({})
    .describe('Tags for every resource, beside the ones the stack sets itself.'),
  compliance: z
    .array(z.enum(['hipaa', 'soc2']))
    .default([])
    .describe('Rules to hold to: settings that break them are refused, and resources are tagged.'),
};

/** The one description of a deployment: what a person may set, with defaults, and what is refused. */
export const DeploymentConfigSchema = z
  .discriminatedUnion('mode', [
    z.strictObject({
      mode: z.literal('ec2').describe('One instance with Docker Compose.'),
      ...common,
      instance: compute.instance.prefault({}),
    }),
    z.strictObject({
      mode: z.literal('ecs').describe('Fargate services over several zones.'),
      ...common,
      service: compute.service.prefault({}),
    }),
  ])
  .superRefine(crossFieldRules);

/** What a person writes: everything with a default may be left out. */
export type DeploymentConfigInput = z.input<typeof DeploymentConfigSchema>;

/** What the code reads: complete and checked. */
export type DeploymentConfig = z.output<typeof DeploymentConfigSchema>;
export type Ec2Config = Extract<DeploymentConfig, { mode: 'ec2' }>;
export type EcsConfig = Extract<DeploymentConfig, { mode: 'ecs' }>;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Part of a configuration, as each source contributes it. */
export type PartialConfig<T = DeploymentConfigInput> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: PartialConfig<T[K]> }
    : T;
