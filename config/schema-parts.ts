import { z } from 'zod';

/** Services for which the network can hold an interface endpoint: what LibreChat's parts call, nothing else. */
export const INTERFACE_ENDPOINTS = [
  'bedrock-runtime',
  'ecr.api',
  'ecr.dkr',
  'logs',
  'secretsmanager',
  'ssm',
  'ssmmessages',
] as const;

/** Days that CloudWatch Logs accepts as retention. */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const MAX_ZONES = 3;

const cidr = z.cidrv4({
  error: (issue) => `expected an IPv4 range such as 10.0.0.0/16, got ${JSON.stringify(issue.input)}`,
});

const pattern = (expression: RegExp, expected: string) =>
  z.string().regex(expression, { error: (issue) => `expected ${expected}, got ${JSON.stringify(issue.input)}` });

// The value is not shown: who misunderstands this key puts the secret itself here.
const secretArn = z.string().regex(/^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/, {
  error:
    'expected the complete ARN of a Secrets Manager secret with the six characters at its end, got something else: store the value in a secret, and give its ARN',
});
const certificateArn = pattern(
  /^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
  'the ARN of an ACM certificate',
);
const domainName = pattern(/^(?!-)([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/, 'a domain name such as chat.example.com');
const instanceClass = (prefix: string) =>
  pattern(new RegExp(`^${prefix}[a-z0-9-]+\\.[a-z0-9]+$`), `a class such as ${prefix}t4g.medium`);

export const network = z
  .strictObject({
    existingVpc: z
      .strictObject({
        vpcId: pattern(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as vpc-0123456789abcdef0').describe('Id of the VPC.'),
        cidr: cidr.describe('IPv4 range of the VPC; security groups of internal parts are limited to it.'),
        availabilityZones: z
          .array(z.string())
          .min(2)
          .max(MAX_ZONES)
          .describe('Zones of the subnets below, in their order.'),
        publicSubnetIds: z.array(z.string()).describe('Subnets with a route to an internet gateway, one a zone.'),
        privateSubnetIds: z.array(z.string()).describe('Subnets with a route to the internet through NAT, one a zone.'),
        isolatedSubnetIds: z.array(z.string()).min(2).describe('Subnets for the databases, one a zone.'),
      })
      .optional()
      .describe('Use this VPC instead of making one. Default: a new VPC.'),
    cidr: cidr
      .default('10.0.0.0/16')
      .describe(
        'IPv4 range of the new VPC, /16 to /21. Never change it on a live stack: the subnets would be replaced.',
      ),
    zones: z
      .int()
      .min(1)
      .max(MAX_ZONES)
      .default(2)
      .describe(
        'Availability zones that compute and NAT use. The VPC itself always has two, because databases and balancers need them.',
      ),
    natGateways: z
      .int()
      .min(0)
      .max(MAX_ZONES)
      .default(0)
      .describe('NAT gateways or instances, at most one a zone. Each gateway costs about $33 a month before traffic.'),
    natType: z
      .enum(['gateway', 'instance'])
      .default('gateway')
      .describe('gateway: managed by AWS. instance: a t4g.nano for about $7 a month, without failover.'),
    interfaceEndpoints: z
      .array(z.enum(INTERFACE_ENDPOINTS))
      .default([])
      .describe(
        'Interface endpoints. Each costs about $7.30 a month and zone; worth it only without NAT or in a closed network.',
      ),
    flowLogs: z
      .boolean()
      .default(false)
      .describe('Record accepted and refused connections of the VPC in CloudWatch Logs (about $0.50 a GB).'),
  })
  .describe('Where everything lives.');

const allowedCidrs = z
  .array(cidr)
  .min(1)
  .default(['0.0.0.0/0'])
  .describe('IPv4 ranges that may reach the site. Default: everybody; registration stays closed.');

export const access = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('cloudfront')
        .describe('HTTPS through CloudFront: no domain needed; the origin has no public listener.'),
      domainName: domainName
        .optional()
        .describe('Own name for the distribution. Default: the name that CloudFront gives.'),
      certificateArn: certificateArn
        .optional()
        .describe('Certificate for domainName; CloudFront takes certificates of us-east-1 only.'),
      allowedCidrs,
    }),
    z.strictObject({
      type: z.literal('domain').describe('HTTPS at a load balancer with a certificate of ACM.'),
      domainName: domainName.describe('Name of the site.'),
      hostedZoneId: pattern(/^Z[A-Z0-9]{5,31}$/, 'a Route 53 zone id such as Z0123456789ABC')
        .optional()
        .describe('Route 53 zone of the name: the record, and the certificate when none is given, are made there.'),
      certificateArn: certificateArn
        .optional()
        .describe(
          'Existing certificate in the region of the stack. Default: one is requested and validated in the hosted zone.',
        ),
      allowedCidrs,
    }),
    z.strictObject({
      type: z.literal('http').describe('Plain HTTP: passwords travel readable. Only for a closed network.'),
      allowedCidrs,
    }),
  ])
  .describe('How people reach the site.');

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
        'Run LibreChat on Fargate Spot: about 70 % cheaper, tasks may be stopped with two minutes of notice and cut answers.',
      ),
    subnets: z
      .enum(['private', 'public'])
      .default('private')
      .describe(
        'private: tasks reach the internet through NAT. public: tasks have a public address (about $3.65 a month each) and no NAT is needed.',
      ),
    executeCommand: z.boolean().default(false).describe('Allow a shell in a running task (ECS Exec).'),
    containerInsights: z
      .boolean()
      .default(false)
      .describe('CloudWatch Container Insights: metrics for each task, charged by metric.'),
    librechat: z
      .strictObject({
        ...task('LibreChat', 1024, 2048),
        minTasks: z.int().min(1).max(50).default(2).describe('Tasks that always run. Two or more need Redis.'),
        maxTasks: z.int().min(1).max(200).default(4).describe('Tasks at the most; scaled on CPU.'),
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

export const documentStore = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('container').describe('MongoDB beside LibreChat on the data volume (mode ec2 only).'),
    }),
    z.strictObject({
      type: z.literal('documentdb').describe('Amazon DocumentDB 5.0.'),
      instanceClass: instanceClass('db\\.')
        .default('db.t4g.medium')
        .describe('Class of each instance; db.t4g.medium costs about $55 a month.'),
      instances: z.int().min(1).max(3).default(1).describe('Instances of the cluster; a second one is the failover.'),
    }),
    z.strictObject({
      type: z.literal('external').describe('A MongoDB-compatible server of your own, such as Atlas.'),
      uriSecretArn: secretArn.describe('Secret whose whole value is the MONGO_URI.'),
    }),
  ])
  .describe('Where users, chats and settings are kept.');

export const vectorStore = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('container')
        .describe('PostgreSQL with pgvector beside LibreChat on the data volume (mode ec2 only).'),
    }),
    z.strictObject({
      type: z.literal('rds').describe('Amazon RDS for PostgreSQL.'),
      instanceClass: instanceClass('db\\.')
        .default('db.t4g.micro')
        .describe('Class of the instance; db.t4g.micro costs about $12 a month, twice that with multiAz.'),
      storageGiB: z.int().min(20).max(65_536).default(20).describe('Storage in GiB. It can grow, not shrink.'),
      maxStorageGiB: z
        .int()
        .min(20)
        .max(65_536)
        .default(100)
        .describe('Size in GiB up to which the storage grows by itself.'),
      multiAz: z.boolean().default(false).describe('Standby in a second zone: doubles the price of the instance.'),
    }),
    z.strictObject({
      type: z.literal('aurora').describe('Aurora PostgreSQL Serverless v2.'),
      minAcu: z
        .number()
        .min(0)
        .max(256)
        .multipleOf(0.5)
        .default(0.5)
        .describe('Least capacity in ACU (about $88 a month each); 0 pauses when idle and wakes in about 15 s.'),
      maxAcu: z.number().min(1).max(256).multipleOf(0.5).default(4).describe('Most capacity in ACU.'),
      readers: z
        .int()
        .min(0)
        .max(2)
        .default(0)
        .describe('Readers in other zones, which take over when the writer fails.'),
    }),
  ])
  .describe('Where the embeddings of documents are kept, when features.rag is on.');

export const redis = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none').describe('No Redis: one LibreChat process only.') }),
    z.strictObject({ type: z.literal('container').describe('Valkey beside LibreChat (mode ec2 only).') }),
    z.strictObject({
      type: z.literal('elasticache').describe('ElastiCache for Valkey with TLS and a password.'),
      nodeType: instanceClass('cache\\.')
        .default('cache.t4g.micro')
        .describe('Class of each node; cache.t4g.micro costs about $9 a month.'),
      replicas: z
        .int()
        .min(0)
        .max(2)
        .default(1)
        .describe('Replicas in other zones; with one or more a failure is survived.'),
    }),
  ])
  .describe('Sessions, streams and locks that several LibreChat processes share.');

export const features = z
  .strictObject({
    rag: z.boolean().default(false).describe('Ask questions about uploaded documents (RAG API and a vector store).'),
    search: z.boolean().default(false).describe('Search in past chats (Meilisearch).'),
    fileStrategy: z
      .enum(['local', 's3'])
      .default('local')
      .describe(
        'Where documents go. local: the data volume or EFS. s3: a bucket; images and avatars stay on the volume, because signed links in old messages die.',
      ),
  })
  .describe('What LibreChat offers.');

export const embeddings = z
  .strictObject({
    provider: z
      .enum(['bedrock', 'openai'])
      .default('bedrock')
      .describe('Who computes the embeddings; openai needs models.providerKeySecretArns.openai.'),
    model: z
      .string()
      .min(1)
      .default('amazon.titan-embed-text-v2:0')
      .describe('Model of the embeddings. Never change it once documents are stored: old vectors would not match.'),
  })
  .describe('Embeddings of the RAG API.');

export const models = z
  .strictObject({
    bedrock: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('Offer Amazon Bedrock with the role of the machine or task, without keys.'),
        region: pattern(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-1')
          .optional()
          .describe('Region of the Bedrock calls. Default: the region of the stack.'),
        modelIds: z
          .array(pattern(/^[a-z0-9.:_-]+$/, 'a Bedrock model or inference profile id'))
          .min(1)
          .default([
            'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
            'global.anthropic.claude-haiku-4-5-20251001-v1:0',
            'global.amazon.nova-2-lite-v1:0',
          ])
          .describe('Models or inference profiles that people may choose; the role may call these and no others.'),
      })
      .prefault({})
      .describe('Amazon Bedrock.'),
    providerKeySecretArns: z
      .strictObject({
        openai: secretArn.optional().describe('Secret whose whole value is the OPENAI_API_KEY.'),
        anthropic: secretArn.optional().describe('Secret whose whole value is the ANTHROPIC_API_KEY.'),
        google: secretArn.optional().describe('Secret whose whole value is the GOOGLE_KEY.'),
      })
      .prefault({})
      .describe('Keys of other providers, each in a secret that you made.'),
  })
  .describe('Models that people can talk to.');

export const registration = z
  .strictObject({
    policy: z
      .enum(['closed', 'domains', 'open'])
      .default('closed')
      .describe(
        'closed: accounts are made by an administrator. domains: anyone with an address in allowedDomains. open: anyone; the first account becomes ADMIN.',
      ),
    allowedDomains: z.array(domainName).default([]).describe('E-mail domains for policy domains, such as example.com.'),
  })
  .describe('Who may make an account.');

export const data = z
  .strictObject({
    removalPolicy: z
      .enum(['destroy', 'snapshot', 'retain'])
      .default('snapshot')
      .describe(
        'What deleting the stack does to databases, volumes, buckets and their secrets; what has no snapshots is retained under snapshot.',
      ),
    deletionProtection: z
      .boolean()
      .default(false)
      .describe('Refuse the deletion of databases until this is switched off.'),
    backupRetentionDays: z
      .int()
      .min(1)
      .max(35)
      .default(7)
      .describe('Days that automatic backups of the databases are kept.'),
  })
  .describe('How the data is kept.');

export const monitoring = z
  .strictObject({
    alertEmail: z
      .email({ error: (issue) => `expected an e-mail address, got ${JSON.stringify(issue.input)}` })
      .optional()
      .describe('Address that gets the alarms, after confirming a mail from SNS.'),
    alarms: z
      .boolean()
      .default(false)
      .describe('CloudWatch alarms on what users feel and on what is about to break ($0.10 a month each).'),
    dashboard: z
      .boolean()
      .default(false)
      .describe('A CloudWatch dashboard ($3 a month beyond the third in the account).'),
    logRetentionDays: z.literal(LOG_RETENTION_DAYS).default(30).describe('Days that logs are kept.'),
  })
  .describe('What is watched.');
