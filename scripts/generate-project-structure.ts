/**
 * Writes the tree of PROJECT_STRUCTURE.md from the files that are there.
 *
 *     npx --no-install tsx scripts/generate-project-structure.ts [--check]
 *
 * A folder without a word about it here, or a word about a folder that is gone, is an error.
 */
import { dirname } from 'node:path';
import { filesOfRepository } from './lib/files.ts';
import { writeBlock } from './lib/generated-block.ts';

const ABOUT: Readonly<Record<string, string>> = {
  '.ci': 'what CI runs, and anyone can',
  '.github/workflows': 'calls it',
  bin: "the CDK's entry: load the configuration, build the app",
  cli: "the operator's command line: errors, terminal, AWS clients, the one place that starts `cdk`",
  'cli/analyze': 'what is wrong with a deployed stack',
  'cli/cleanup': 'deleting a stack and what is left of it',
  'cli/commands': 'options, help and examples, one file a command',
  'cli/cost': 'the price book, and what prices each type of resource',
  'cli/critical-path': 'what a first deployment waits for',
  'cli/deploy': 'change set, refusal of losses, failures explained',
  'cli/doctor': 'everything that can be told, on one page',
  'cli/inspect': 'what a stack owns and how it is',
  'cli/local': 'LibreChat in containers here',
  'cli/network': 'who talks to whom, read from a template',
  'cli/one-click': 'a template with parameters for the console',
  'cli/permissions': 'who may do what, read from a template',
  'cli/rehearse': 'the main job: a deployment into the local AWS',
  'cli/report': 'one page that shows a deployment',
  'cli/setup': 'checks of machine, account and region',
  'cli/support': 'the archive for somebody who helps',
  'cli/wizard': 'questions with their prices',
  config: 'what a person chooses: schema, presets, versions, and the only reader of it',
  'config/librechat': "LibreChat's own configuration file: merged and checked",
  'config/rules': 'rules across settings',
  'config/schema': 'settings with defaults, limits and texts',
  docs: 'one subject each',
  'docs/decisions': 'why it is as it is',
  'docs/images': 'pictures that the tests make',
  'docs/policies': 'the least that deploying each preset must be allowed',
  lambda: 'what runs inside AWS, in Python',
  'lambda/common': 'what both initializers share',
  'lambda/init-docdb': 'collections, indexes and the user of DocumentDB',
  'lambda/init-postgres': 'database, role, tables and indexes of PostgreSQL',
  lib: 'what AWS gets: the app and its one stack',
  'lib/assets': 'files that travel with it',
  'lib/constructs/compute': 'the machine, the Fargate services, and the one container environment',
  'lib/constructs/database': 'PostgreSQL, DocumentDB, Valkey, their initializers',
  'lib/constructs/edge': 'how people come in: balancer, CloudFront, firewall',
  'lib/constructs/monitoring': 'alarms, dashboard, logs, budget',
  'lib/constructs/network': 'VPC, subnets, NAT, endpoints',
  'lib/constructs/security': 'secrets, audit trail',
  'lib/constructs/storage': 'buckets, file systems, backups',
  'lib/utils': 'connection strings, policies, tags, what an update replaces',
  rehearsal: 'the local AWS: how it is started and stopped',
  'rehearsal/aws': "the emulator's plug-in: strict schemas, real stores behind the resources",
  'rehearsal/mongo': "a server of MongoDB's protocol that refuses what DocumentDB refuses",
  scripts: 'entry points by name, generators, the test command',
  'scripts/bench': 'benchmarks',
  'scripts/checkov': 'what checkov is asked, and what is acknowledged',
  'scripts/eslint': 'the rule of the layers',
  'scripts/lib': 'what the scripts share',
  test: 'mirrors the above',
  'test/operator': "the operator's commands against one local AWS",
  'test/proof': 'reachability and permissions, proved from the templates',
  'test/sweeps': 'every key, every pair of configurations',
  'test/validated': "CloudFormation's and cdk-nag's findings, all acknowledged with reasons",
  'test/browser': 'pages in a real browser',
};

/** Folders below these are many and say themselves what they are. */
const DEPTH_BELOW: Readonly<Record<string, number>> = { test: 2, cli: 2, lib: 3 };

const files = await filesOfRepository();
const folders = new Map<string, number>();
for (const file of files) {
  const parts = dirname(file).split('/');
  const depth = DEPTH_BELOW[parts[0] ?? ''] ?? 2;
  const folder = parts.slice(0, depth).join('/');
  if (folder === '.' || folder === 'lib/constructs') continue;
  folders.set(folder, (folders.get(folder) ?? 0) + 1);
}
const isMirror = (folder: string) => folder.startsWith('test/') && ABOUT[folder] === undefined;
const silent = [...folders.keys()].filter((folder) => ABOUT[folder] === undefined && !isMirror(folder));
const gone = Object.keys(ABOUT).filter((folder) => !files.some((file) => file.startsWith(`${folder}/`)));
if (silent.length + gone.length > 0)
  throw new Error(
    `say in ABOUT what is in ${silent.join(', ') || '(nothing)'}; take out ${gone.join(', ') || '(nothing)'}`,
  );

const width = Math.max(...Object.keys(ABOUT).map((folder) => folder.length)) + 2;
const lines = Object.entries(ABOUT)
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([folder, about]) => `${`${folder}/`.padEnd(width)}${about}`);

await writeBlock('PROJECT_STRUCTURE.md', ['```text', ...lines, '```']);
