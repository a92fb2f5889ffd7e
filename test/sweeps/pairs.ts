import fc from 'fast-check';
import { flatten } from '../../config/layers.ts';
import { PRESET_NAMES, type PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';
import { arrival, ARRIVALS, inExistingVpc, merged } from './arrivals.ts';
import { variant, type Variant } from './templates.ts';

/** Two configurations of one deployment, one after the other. */
export interface Pair {
  readonly before: Variant;
  readonly after: Variant;

  /** Dotted paths of what differs, those that follow from others included. */
  readonly changed: readonly string[];
}

/** Fixed: the same pairs on every machine. */
const SEED = 20_261_124;

/** Random configurations for each preset; every two of them are a pair. */
const RANDOM_VARIANTS = 6;

/** Releases of LibreChat that a deployment may go to, and come back from. */
const RELEASES = ['v0.8.9-rc1', 'v0.9.0'];

const THEIR_SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:theirs-AbCdEf';

/** Changes of a kind of store or network, for which the list of keys has one value only. */
const KINDS: Readonly<Record<string, { readonly from?: PartialConfig; readonly to: PartialConfig }>> = {
  'an existing VPC': {
    from: { network: { zones: 2, flowLogs: false }, compliance: [] },
    to: merged(inExistingVpc, { network: { zones: 2, interfaceEndpoints: [] }, compliance: [] }) as PartialConfig,
  },
  'other zones': {
    from: { network: { zones: 3 } },
    to: { network: { zones: 3, zoneNames: ['us-east-1d', 'us-east-1e', 'us-east-1f'] } },
  },
  'a database of their own': { to: { documentStore: { type: 'external', uriSecretArn: THEIR_SECRET } } },
  'managed documents': { to: { documentStore: { type: 'documentdb' }, network: { natGateways: 1 } } },
  'vectors in RDS': { to: { vectorStore: { type: 'rds' }, features: { rag: true }, network: { natGateways: 1 } } },
  'vectors in Aurora': {
    to: { vectorStore: { type: 'aurora' }, features: { rag: true }, network: { natGateways: 1 } },
  },
  'a managed cache': { to: { redis: { type: 'elasticache' } } },
  'no cache': { to: { redis: { type: 'none' }, service: { librechat: { minTasks: 1, maxTasks: 1 } } } },
};

/** Between them every kind of store: on the machine's volume, RDS, Aurora. */
const STORES: readonly PresetName[] = ['standard-dev', 'production-ecs', 'enterprise'];

/** Presets with every single key changed, where the configuration allows it. */
export function singleKeyPairs(): Pair[] {
  return STORES.flatMap((preset) =>
    Object.keys(ARRIVALS).flatMap((path) => {
      const { around, changed } = arrival(path);
      return bothWays(variant(preset, around, 'around'), variant(preset, changed, path));
    }),
  );
}

/** Every preset to another kind of store or network. */
export function kindPairs(): Pair[] {
  return PRESET_NAMES.flatMap((preset) =>
    Object.entries(KINDS).flatMap(([name, { from = {}, to }]) =>
      bothWays(variant(preset, from, 'as it is'), variant(preset, to, name)),
    ),
  );
}

/** Every preset to every release of LibreChat. */
export function releasePairs(): Pair[] {
  return PRESET_NAMES.flatMap((preset) => {
    const releases = RELEASES.flatMap(
      (librechatVersion) => variant(preset, { librechatVersion }, librechatVersion) ?? [],
    );
    return everyTwo([...releases, variant(preset, {}, 'as it is')!]);
  });
}

/** Random sets of changes to each preset, each of them to each other. */
export function randomPairs(): Pair[] {
  return PRESET_NAMES.flatMap((preset) => everyTwo(randomVariants(preset)));
}

function randomVariants(preset: PresetName): Variant[] {
  const keys = fc.uniqueArray(fc.constantFrom(...Object.keys(ARRIVALS)), { minLength: 2, maxLength: 6 });
  const found: Variant[] = [];
  // Most random sets contradict themselves somewhere.
  for (const paths of fc.sample(keys, { seed: SEED, numRuns: 1000 })) {
    if (found.length === RANDOM_VARIANTS) break;
    const changes = paths.reduce<unknown>((before, path) => merged(before, arrival(path).changed), {});
    const candidate = variant(preset, changes as PartialConfig, paths.join(' + '));
    if (candidate !== undefined) found.push(candidate);
  }
  return found;
}

function everyTwo(variants: readonly Variant[]): Pair[] {
  return variants.flatMap((one, index) => variants.slice(index + 1).flatMap((other) => bothWays(one, other)));
}

/** No pair where one of them is refused, or where nothing differs. */
function bothWays(one: Variant | undefined, other: Variant | undefined): Pair[] {
  if (one === undefined || other === undefined) return [];
  const changed = differences(one, other);
  if (changed.length === 0) return [];
  return [
    { before: one, after: other, changed },
    { before: other, after: one, changed },
  ];
}

function differences(one: Variant, other: Variant): string[] {
  const [values, others] = [flatten(one.config), flatten(other.config)];
  return [...new Set([...values.keys(), ...others.keys()])].filter(
    (path) => JSON.stringify(values.get(path)) !== JSON.stringify(others.get(path)),
  );
}
