/**
 * Writes docs/DATA_POLICIES.md: what becomes of each store's data, by environment, as the templates say it.
 *
 *     npx --no-install tsx scripts/generate-data-policies.ts [--check]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { resolvePreset } from '../config/deployment-config.ts';
import { ENVIRONMENTS, type DeploymentConfig, type Environment } from '../config/schema.ts';
import { buildApp } from '../lib/app.ts';
import { holdsData } from '../lib/utils/replacement.ts';

const TARGET = fileURLToPath(new URL('../docs/DATA_POLICIES.md', import.meta.url));

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}
type Resources = Readonly<Record<string, Resource>>;

/** One store in one environment. */
export interface PolicyRow {
  readonly environment: Environment;
  readonly store: string;
  readonly removal: string;
  readonly protection: string;
  readonly backups: string;
}

const STORES: Readonly<Record<string, string>> = {
  'AWS::DocDB::DBCluster': 'DocumentDB',
  'AWS::RDS::DBInstance': 'PostgreSQL (RDS)',
  'AWS::RDS::DBCluster': 'PostgreSQL (Aurora)',
  'AWS::EC2::Volume': 'data volume (mode ec2)',
  'AWS::EFS::FileSystem': 'file system (mode ecs)',
  'AWS::S3::Bucket': 'bucket of documents',
  'AWS::SecretsManager::Secret': 'secrets',
  'AWS::ElastiCache::ReplicationGroup': 'Valkey (ElastiCache)',
  'AWS::Backup::BackupVault': 'backup vault',
};

/** Requests that CloudFront and the balancer record lie in a bucket of their own. */
const ACCESS_LOGS = 'bucket of recorded requests';

/** Of a folder of a file system the file system's own row speaks. */
const WITHOUT_ROW = ['AWS::EFS::AccessPoint'];

const REMOVAL: Readonly<Record<string, string>> = {
  Delete: 'deleted',
  Snapshot: 'deleted; a final snapshot stays',
  Retain: 'stays',
  RetainExceptOnCreate: 'stays',
};

/** Every store in every environment, from templates that have all of them together. */
export function policyRows(): PolicyRow[] {
  return ENVIRONMENTS.flatMap((environment) => {
    const rows = [
      resolvePreset('production-ecs', { environment }),
      resolvePreset('production-ecs', { environment, vectorStore: { type: 'aurora' } }),
      resolvePreset('minimal-dev', { environment }),
    ].flatMap((config) => rowsOf(config));
    const known = new Map(rows.map((row) => [JSON.stringify(row), row]));
    const order = [...Object.values(STORES), ACCESS_LOGS];
    return [...known.values()].sort((a, b) => order.indexOf(a.store) - order.indexOf(b.store));
  });
}

function rowsOf(config: DeploymentConfig): PolicyRow[] {
  const resources = synthesize(config);
  return Object.entries(resources)
    .filter(([, resource]) => holdsData(resource) && !WITHOUT_ROW.includes(resource.Type))
    .map(([id, { Type, Properties = {}, DeletionPolicy = 'Delete' }]) => {
      const store = id.startsWith('EntranceAccessLogs') ? ACCESS_LOGS : STORES[Type];
      if (store === undefined) throw new Error(`${Type} holds data: give it a name in STORES`);
      return {
        environment: config.environment,
        store,
        removal: REMOVAL[DeletionPolicy] ?? DeletionPolicy,
        protection: protectionOf(Properties),
        backups: [...ownBackups(Properties), ...plannedBackups(id, resources)].join('; ') || 'none',
      };
    });
}

function protectionOf({ DeletionProtection, LockConfiguration }: Readonly<Record<string, unknown>>): string {
  if (LockConfiguration !== undefined) return 'locked: only those who may unlock it delete a backup before its time';
  return DeletionProtection === true ? 'on' : DeletionProtection === false ? 'off' : '';
}

function ownBackups(properties: Readonly<Record<string, unknown>>): string[] {
  const { BackupRetentionPeriod, BackupPolicy, LifecycleConfiguration } = properties;
  const rules = (LifecycleConfiguration as { Rules?: Record<string, unknown>[] } | undefined)?.Rules ?? [];
  const versions = rules.flatMap(({ NoncurrentVersionExpiration: expiration }) =>
    expiration === undefined ? [] : (expiration as { NoncurrentDays: number }).NoncurrentDays,
  );
  return [
    ...(BackupRetentionPeriod === undefined ? [] : [`any moment of the last ${days(Number(BackupRetentionPeriod))}`]),
    ...((BackupPolicy as { Status?: string } | undefined)?.Status === 'ENABLED'
      ? ["daily, by AWS's own plan, 35 days"]
      : []),
    ...versions.map((count) => `former versions for ${days(count)}`),
  ];
}

/** What a plan of AWS Backup that selects the resource keeps. */
function plannedBackups(id: string, resources: Resources): string[] {
  const all = Object.values(resources);
  const selected = all.some(
    ({ Type, Properties }) =>
      Type === 'AWS::Backup::BackupSelection' && JSON.stringify(Properties).includes(JSON.stringify(id)),
  );
  if (!selected) return [];
  return all.flatMap(({ Type, Properties }) =>
    Type !== 'AWS::Backup::BackupPlan'
      ? []
      : [...JSON.stringify(Properties).matchAll(/"Lifecycle":\{"DeleteAfterDays":(\d+)\}/g)].map(
          ([, count]) => `daily, for ${days(Number(count))}`,
        ),
  );
}

const days = (count: number) => (count === 1 ? '1 day' : `${count} days`);

function synthesize(config: DeploymentConfig): Resources {
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-cdk-policies-'));
  try {
    const { app, stack } = buildApp(config, { outdir, treeMetadata: false });
    return (app.synth().getStackByName(stack.stackName).template as { Resources: Resources }).Resources;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const PROSE = `# What becomes of your data

Deleting a stack keeps all data and the secrets that open it in production and enterprise. In staging it leaves a final snapshot of what has snapshots and keeps the rest. In development it deletes everything. Databases have backups in every environment, everything else outside development. Valkey is no store: it goes with the stack, and with it the sessions.

The table is what the templates say with the defaults of each environment. \`data.removalPolicy\`, \`data.deletionProtection\`, \`data.backupRetentionDays\` and \`data.backupPlan\` change it, see [configuration.md](configuration.md); deletion protection covers the stack too. The file is written by \`scripts/generate-data-policies.ts\`.
`;

async function text(): Promise<string> {
  const lines = policyRows().map(
    ({ environment, store, removal, protection, backups }) =>
      `| ${environment} | ${store} | ${removal} | ${protection} | ${backups} |`,
  );
  const table = [
    '| environment | store | when the stack is deleted | deletion protection | backups |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ];
  return format(`${PROSE}\n${table.join('\n')}\n`, { ...(await resolveConfig(TARGET)), parser: 'markdown' });
}

// Tests import the rows.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const document = await text();
  if (!process.argv.includes('--check')) {
    writeFileSync(TARGET, document);
  } else if (readFileSync(TARGET, 'utf8') !== document) {
    console.error('docs/DATA_POLICIES.md is stale: run npx --no-install tsx scripts/generate-data-policies.ts');
    process.exitCode = 1;
  }
}
