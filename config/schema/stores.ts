import { z } from 'zod';
import { instanceClass, pattern, secretArn } from './values.ts';

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

const hnswDimensions = z
  .int()
  .min(1)
  .max(2000)
  .optional()
  .describe(
    'Dimensions of the embeddings (1024 for amazon.titan-embed-text-v2:0): adds an HNSW index for questions across very many files, at the price of slower uploads and less exact answers. Default: none; see docs/DEPLOYMENT_OPTIMIZATION.md.',
  );

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
      hnswDimensions,
    }),
    z.strictObject({
      type: z.literal('aurora').describe('Aurora PostgreSQL Serverless v2.'),
      minAcu: z
        .number()
        .min(0)
        .max(256)
        .multipleOf(0.5)
        .default(0.5)
        .describe(
          'Least capacity in ACU (about $88 a month each). 0 lets Aurora pause while nobody is connected, and wake in about 15 s: never beside a running RAG API, which keeps connections open.',
        ),
      maxAcu: z.number().min(1).max(256).multipleOf(0.5).default(4).describe('Most capacity in ACU.'),
      readers: z
        .int()
        .min(0)
        .max(2)
        .default(0)
        .describe('Readers in other zones, which take over when the writer fails.'),
      hnswDimensions,
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
    backupPlan: z
      .boolean()
      .default(false)
      .describe(
        'Daily backups of data volume, file system and bucket by AWS Backup (about $0.05 a GB and month), kept backupRetentionDays. Databases have their own.',
      ),
    vaultLock: z
      .boolean()
      .default(false)
      .describe('Refuse the deletion of backups before their time, except by those who may unlock the vault.'),
    copyVaultArn: pattern(
      /^arn:aws[\w-]*:backup:[\w-]+:\d{12}:backup-vault:[\w-]+$/,
      'the ARN of a backup vault, such as arn:aws:backup:eu-west-1:123456789012:backup-vault:copies',
    )
      .optional()
      .describe('Vault in another region or account that gets a copy of each backup. Default: none.'),
    rotateMasterPasswords: z
      .boolean()
      .default(false)
      .describe(
        'Change the master passwords of the databases every 30 days by a function of AWS (transform AWS::SecretsManager).',
      ),
  })
  .describe('How the data is kept.');
