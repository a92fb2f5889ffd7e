import { z } from 'zod';
import { cidr, pattern } from './values.ts';

export const instance = z
  .strictObject({
    type: pattern(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, 'an instance type such as t4g.medium')
      .default('t4g.medium')
      .describe('EC2 instance type. 4 GiB run LibreChat with MongoDB; RAG and search want 8 GiB.'),
    rootVolumeGiB: z
      .int()
      .min(16)
      .max(1024)
      .default(30)
      .describe('Size of the root volume in GiB: system, images, logs.'),
    dataVolumeGiB: z
      .int()
      .min(8)
      .max(16_384)
      .default(20)
      .describe('Size of the data volume in GiB: databases in containers, uploads. It can grow, not shrink.'),
    keyPairName: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe('EC2 key pair for SSH. Default: none, the shell is opened through Session Manager.'),
    sshCidrs: z.array(cidr).default([]).describe('IPv4 ranges that may use SSH. Default: none; needs keyPairName.'),
    amiRelease: z
      .string()
      .min(1)
      .max(32)
      .default('1')
      .describe(
        'Any label. The newest Amazon Linux 2023 image is looked up when this label changes and kept until then, so a deploy never replaces the machine by surprise.',
      ),
    patching: pattern(
      /^(off|(MON|TUE|WED|THU|FRI|SAT|SUN) ([01]\d|2[0-3]):[0-5]\d)$/,
      "a day and a time such as SUN 04:30, or 'off'",
    )
      .default('SUN 04:30')
      .describe(
        'Day of the week and time in UTC at which security updates of Amazon Linux are installed, or off. An update of the kernel or of what runs needs a reboot: nobody is served for about two minutes, and running answers are cut. Free.',
      ),
    loadBalancer: z
      .boolean()
      .default(false)
      .describe(
        'Put an Application Load Balancer in front (about $17 a month): health checks, a domain with an ACM certificate.',
      ),
  })
  .describe('The machine of mode ec2.');

const FARGATE_CPU = [256, 512, 1024, 2048, 4096, 8192] as const;

const task = (role: string, cpu: (typeof FARGATE_CPU)[number], memoryMiB: number) => ({
  cpu: z.literal(FARGATE_CPU).default(cpu).describe(`CPU units of one ${role} task; 1024 is one vCPU.`),
  memoryMiB: z
    .int()
    .min(512)
    .max(61_440)
    .default(memoryMiB)
    .describe(`Memory of one ${role} task in MiB, in a pair with cpu that Fargate offers.`),
});

export const service = z
  .strictObject({
    architecture: z
      .enum(['arm64', 'x86_64'])
      .default('arm64')
      .describe('CPU architecture of the tasks; arm64 is about 20 % cheaper.'),
    spot: z
      .boolean()
      .default(false)
      .describe(
        'Run LibreChat on Fargate Spot, but for one task and each tenth: about 70 % cheaper, tasks may be stopped with two minutes of notice and cut answers. CloudFormation may put a new service in place of a running one when it changes: both run for some minutes.',
      ),
    subnets: z
      .enum(['private', 'public'])
      .default('private')
      .describe(
        'private: tasks reach the internet through NAT. public: tasks have a public address (about $3.65 a month each) and no NAT is needed.',
      ),
    executeCommand: z
      .boolean()
      .default(false)
      .describe(
        'Allow a shell in a running task (ECS Exec). Its agent needs a writable system: while this is on, tasks keep one, and their capabilities.',
      ),
    containerInsights: z
      .boolean()
      .default(false)
      .describe('CloudWatch Container Insights: metrics for each task, charged by metric.'),
    librechat: z
      .strictObject({
        ...task('LibreChat', 1024, 2048),
        minTasks: z.int().min(1).max(50).default(2).describe('Tasks that always run. Two or more need Redis.'),
        maxTasks: z
          .int()
          .min(1)
          .max(200)
          .default(4)
          .describe('Tasks at the most; scaled on CPU, memory and requests, out within minutes and in slowly.'),
      })
      .prefault({})
      .describe('Tasks of LibreChat itself: 16-19 live answers a vCPU.'),
    ragApi: z
      .strictObject({
        ...task('RAG API', 512, 2048),
        tasks: z.int().min(1).max(20).default(1).describe('Tasks of the RAG API.'),
      })
      .prefault({})
      .describe('Tasks of the RAG API, when features.rag is on.'),
    meilisearch: z
      .strictObject(task('Meilisearch', 512, 2048))
      .prefault({})
      .describe('The one task of Meilisearch, when features.search is on.'),
  })
  .describe('The Fargate services of mode ecs.');
