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
import { dataSafety, OF_ONE_PURPOSE, type Resources, STORES } from '../cli/report/data-safety.ts';
import { resolvePreset } from '../config/deployment-config.ts';
import { ENVIRONMENTS, type DeploymentConfig, type Environment } from '../config/schema.ts';
import { buildApp } from '../lib/app.ts';

const TARGET = fileURLToPath(new URL('../docs/DATA_POLICIES.md', import.meta.url));

/** One store in one environment. */
export interface PolicyRow {
  readonly environment: Environment;
  readonly store: string;
  readonly removal: string;
  readonly protection: string;
  readonly backups: string;
}

/** Every store in every environment, from templates that have all of them together. */
export function policyRows(): PolicyRow[] {
  return ENVIRONMENTS.flatMap((environment) => {
    const rows = [
      resolvePreset('production-ecs', { environment }),
      resolvePreset('production-ecs', { environment, vectorStore: { type: 'aurora' } }),
      resolvePreset('minimal-dev', { environment }),
    ].flatMap((config) => rowsOf(config));
    const known = new Map(rows.map((row) => [JSON.stringify(row), row]));
    const order = [...Object.values(STORES), ...Object.values(OF_ONE_PURPOSE)];
    return [...known.values()].sort((a, b) => order.indexOf(a.store) - order.indexOf(b.store));
  });
}

function rowsOf(config: DeploymentConfig): PolicyRow[] {
  return dataSafety(synthesize(config)).map(({ type, store, removal, protection, backups }) => {
    if (store === undefined) throw new Error(`${type} holds data: give it a name in STORES`);
    return { environment: config.environment, store, removal, protection, backups };
  });
}

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

**Deleting a stack keeps all data and the secrets that open it in production and enterprise.** A database that stays keeps the network and the groups that it stands in, which cost nothing. In staging it leaves a final snapshot of what has snapshots and keeps the rest. In development it deletes everything. Databases have backups in every environment, everything else outside development. Valkey is no store: it goes with the stack, and with it the sessions.

The table is what the templates say with the defaults of each environment. \`data.removalPolicy\`, \`data.deletionProtection\`, \`data.backupRetentionDays\` and \`data.backupPlan\` change it, see [configuration.md](configuration.md); deletion protection covers the stack too. The file, of librechat-cdk 0.1, is written by \`scripts/generate-data-policies.ts\`.
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
