import { configTree, variableName } from './config-paths.ts';
import type { ConfigLeaf, Variant } from './config-paths.ts';
import { ENVIRONMENT_PRESETS } from './config-source.ts';
import { ENVIRONMENT_DEFAULTS } from './environments.ts';
import { flatten } from './layers.ts';
import { PRESETS } from './presets.ts';

const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

/** A table as prettier lays it out: columns as wide as their widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

const SOURCES: readonly (readonly [string, string])[] = [
  ['what the environment implies', '`environment: production`, see below'],
  ['preset', '`-c configSource=production-ecs`'],
  ['configuration file', '`-c configSource=my-config`, a file `my-config.yaml` here or in `config/`'],
  ['`.env` in the current folder', '`LIBRECHAT_CDK_NETWORK_NAT_GATEWAYS=0`'],
  ['environment variables', '`LIBRECHAT_CDK_NETWORK_NAT_GATEWAYS=0 npx cdk synth`'],
  ['CDK context', '`-c network.natGateways=0`, or `"network.natGateways": 0` under `context` in `cdk.json`'],
  ['flags of our own commands', '`--set network.natGateways=0`, repeated as needed'],
];

function intro(): string {
  const aliases = Object.entries(ENVIRONMENT_PRESETS).map(([name, preset]) => `${code(name)} for ${code(preset)}`);
  return `# Configuration

<!-- Written by \`npx tsx cli/main.ts config docs\` from config/schema.ts. Change that, not this. -->

Everything a person may choose about a deployment, in librechat-cdk 0.1. What is not set has a default; what is wrong is refused before
anything is made, all at once, with the key, the value, where it came from and what to do.

## Where values come from

Later rows win. Groups are merged key by key, lists are replaced.

${table(['source', 'example'], SOURCES)}

\`configSource\` names what to start from: a preset, an environment for its preset
(${aliases.join(', ')}), a path, or a bare name of a
file, looked up with \`.yaml\`, \`.yml\` and \`.json\` here and then in \`config/\`. It may also be set as \`LIBRECHAT_CDK_CONFIG_SOURCE\`.
Without it, \`librechat.config.yaml\` (\`.yml\`, \`.json\`) is taken if it is here, else the preset \`minimal-dev\`.

A file that builds on a preset says only what differs:

\`\`\`yaml
# my-config.yaml
preset: production-ecs
stackName: Chat
access:
  type: domain
  domainName: chat.example.com
  hostedZoneId: Z0123456789ABC
monitoring:
  alertEmail: ops@example.com
\`\`\`

\`\`\`bash
npx tsx cli/main.ts config check my-config.yaml                       # is it right?
npx tsx cli/main.ts config show my-config --set network.natGateways=2 # each value with its source
npx cdk synth -q -c configSource=my-config -c network.natGateways=2   # the template
\`\`\`

Rules of the sources:

- The variable of a key is its path in capitals: ${code('network.natGateways')} is ${code(variableName('network.natGateways'))}, ${code('vectorStore.storageGiB')} is ${code(variableName('vectorStore.storageGiB'))}. An empty variable counts as not set. A variable with the prefix that no key has is refused.
- Texts from variables, context and flags become what the key takes: \`true\`/\`false\` (also \`yes\`, \`no\`, \`on\`, \`off\`, \`1\`, \`0\`), numbers, lists as \`a,b\` or JSON, tags as \`team=ml,stage=dev\` or JSON, whole groups as JSON.
- Another \`mode\`, or another \`type\` of \`access\`, \`documentStore\`, \`vectorStore\`, \`redis\` or \`signIn.sso\`, drops the keys that only the former one has.
- \`null\` takes away what a lower source set.
- \`npx tsx cli/main.ts config schema > librechat.schema.json\` writes the JSON Schema of such files for editors; a file may name it as \`$schema\`.`;
}

function environmentsSection(): string {
  const columns = Object.entries(ENVIRONMENT_DEFAULTS).map(([name, values]) => ({ name, values: flatten(values) }));
  return `## What an environment implies

\`environment\` sets these first; presets and everything later may say otherwise. Empty: the default of the key.

${compare(columns)}`;
}

function presetsSection(): string {
  const columns = Object.entries(PRESETS).map(([name, values]) => ({ name, values: flatten(values) }));
  return `## What the presets set

Empty: what the environment implies, or the default of the key.

${compare(columns)}`;
}

function compare(columns: readonly { name: string; values: ReadonlyMap<string, unknown> }[]): string {
  const known = configTree().leaves.map(({ path }) => path);
  const used = known.filter((path) => columns.some(({ values }) => values.has(path)));
  const rows = used.map((path) => [
    code(path),
    ...columns.map(({ values }) => (values.has(path) ? code(values.get(path)) : '')),
  ]);
  return table(['key', ...columns.map(({ name }) => name)], rows);
}

const IMPLIED = Object.values(ENVIRONMENT_DEFAULTS).map((values) => flatten(values));

function shownDefault({ path, optionalGroup }: ConfigLeaf, variant: Variant): string {
  const byEnvironment = '[by environment](#what-an-environment-implies)';
  const implied = IMPLIED.filter((values) => values.has(path)).length;
  if (implied === IMPLIED.length) return byEnvironment;
  if (variant.required) return optionalGroup === undefined ? '**needed**' : `needed with ${code(optionalGroup)}`;
  const own = variant.default === undefined ? 'none' : code(variant.default);
  return implied > 0 ? `${own}, ${byEnvironment}` : own;
}

function shownType({ kind, expected, values }: ConfigLeaf): string {
  if (values.length > 0) return `${kind === 'list' ? 'list of ' : ''}${values.map(code).join(', ')}`;
  return expected.replace(/^an? /, '');
}

const conditions = ({ when }: Variant, besides: string) =>
  Object.entries(when)
    .filter(([choice]) => choice !== besides)
    .map(([choice, value]) => `with ${code(choice)} ${code(value)}`)
    .join(' and ');

function keyRows(leaf: ConfigLeaf, besides: string): string[][] {
  return leaf.variants.map((variant) => {
    const condition = conditions(variant, besides);
    return [
      code(leaf.path),
      shownType(leaf),
      shownDefault(leaf, variant),
      condition === '' ? variant.description : `Only ${condition}. ${variant.description}`,
    ];
  });
}

function keySection(title: string, description: string, leaves: readonly ConfigLeaf[]): string {
  const mode = leaves[0]?.variants[0]?.when['mode'];
  const only = mode === undefined ? '' : ` Only with ${code('mode')} ${code(mode)}.`;
  const rows = leaves.flatMap((leaf) => keyRows(leaf, mode === undefined ? '' : 'mode'));
  return `### ${title}\n\n${description}${only}\n\n${table(['key', 'takes', 'default', 'meaning'], rows)}`;
}

/** `docs/configuration.md`, complete. */
export function configurationDocs(): string {
  const { leaves, groups } = configTree();
  const top = groups.filter(({ path }) => !path.includes('.'));
  const general = leaves.filter(({ path }) => !path.includes('.'));
  const sections = top.map(({ path, description }) =>
    keySection(
      path,
      description,
      leaves.filter((leaf) => leaf.path.startsWith(`${path}.`)),
    ),
  );
  return `${[
    intro(),
    environmentsSection(),
    presetsSection(),
    '## Every key',
    keySection('General', 'The deployment as a whole.', general),
    ...sections,
  ].join('\n\n')}\n`;
}
