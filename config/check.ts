import { presetLayer } from './config-source.ts';
import { explain, shownPath } from './explain.ts';
import type { Finding, Issue, Keys } from './explain.ts';
import { mergeLayers, withoutValue } from './layers.ts';
import type { Layer, Merged } from './layers.ts';
import type { Problem } from './problems.ts';
import { DeploymentConfigSchema } from './schema.ts';
import type { DeploymentConfig } from './schema.ts';
import { schemasAt, valueAt } from './schema-tree.ts';

export interface Checked {
  /** The configuration, when nothing is wrong with it. */
  readonly config: DeploymentConfig | undefined;
  readonly sources: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** More rounds than a configuration has keys: reached only by a defect of ours. */
const MAX_ROUNDS = 500;

/** Whether one path is the other, or lies in it. */
const related = (one: string, other: string) => `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`);

/**
 * Checks the merged layers and tells everything that is wrong with them at once.
 *
 * @param doubtful Paths about which something was said already.
 * @param complete Whether all layers are there; without the base nothing can be called missing or contradictory.
 */
export function check(layers: readonly Layer[], doubtful: readonly string[], complete: boolean): Checked {
  const merged = mergeLayers(layers);
  const parsed = DeploymentConfigSchema.safeParse(merged.values);
  if (parsed.success) return { config: parsed.data, sources: merged.sources, problems: [] };
  const problems = new Examination(layers, doubtful, complete).run();
  return { config: undefined, sources: merged.sources, problems };
}

/**
 * Finds all problems of a configuration that has some.
 *
 * A value that cannot stand is reported and set aside, and what remains is looked at again: contradictions
 * show only once each single value is right.
 */
class Examination {
  private readonly problems = new Map<string, Problem>();
  private readonly doubtful: Set<string>;
  private readonly complete: boolean;
  private layers: readonly Layer[];
  private merged: Merged;

  constructor(layers: readonly Layer[], doubtful: readonly string[], complete: boolean) {
    this.layers = layers;
    this.merged = mergeLayers(layers);
    this.doubtful = new Set(complete ? doubtful : [...doubtful, 'mode']);
    this.complete = complete;
  }

  run(): Problem[] {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      this.merged = mergeLayers(this.layers);
      const issues = DeploymentConfigSchema.safeParse(this.merged.values).error?.issues ?? [];
      const single = issues.filter(({ code }) => code !== 'custom');
      if (single.length === 0) {
        if (this.complete) this.reportAll(issues);
        return [...this.problems.values()];
      }
      for (const { keys } of this.reportAll(single)) this.setAside(keys);
    }
    throw new Error('the examination of the configuration does not end');
  }

  private reportAll(issues: readonly Issue[]): Finding[] {
    const findings = issues.flatMap((issue) => explain(issue, this.merged.values));
    for (const finding of findings) this.report(finding);
    return findings;
  }

  private report({ keys, message, choice, missing = false }: Finding): void {
    if (missing && !this.complete) return;
    const dotted = keys.join('.');
    if (choice !== undefined && this.doubtful.has(choice)) return;
    if ([...this.doubtful].some((other) => related(dotted, other))) return;
    const path = shownPath(keys);
    this.problems.set(`${path}: ${message}`, { path, message, source: missing ? undefined : this.sourceOf(keys) });
  }

  /** Who set what is wrong: one source, or none when several had a hand in it. */
  private sourceOf(keys: Keys): string | undefined {
    const names = keys.filter((key) => typeof key === 'string');
    const path = names.join('.');
    const found = [...this.merged.sources].filter(([known]) => related(known, path)).map(([, source]) => source);
    const [source, ...others] = new Set(found);
    if (source === undefined)
      return valueAt(this.merged.values, names) === undefined && schemasAt(names).length > 0 ? 'default' : undefined;
    return others.length === 0 ? source : undefined;
  }

  private setAside(at: Keys): void {
    const end = at.findIndex((key) => typeof key === 'number');
    const names = (end === -1 ? at : at.slice(0, end)) as string[];
    for (let depth = names.length; depth > 0; depth -= 1) {
      const keys = names.slice(0, depth);
      const top = this.layers.findLastIndex(({ values }) => valueAt(values, keys) !== undefined);
      const layer = this.layers[top];
      if (layer === undefined) continue;
      this.layers = this.layers.with(top, { ...layer, values: withoutValue(layer.values, keys) });
      this.doubtful.add(keys.join('.'));
      return;
    }
    this.doubtful.add(names.join('.'));
    this.standIn(names[0] ?? '');
  }

  /** Gives a needed key that nobody set well a value that can stand, so that the rest can be looked at. */
  private standIn(key: string): void {
    const ecs =
      this.merged.values['mode'] === 'ecs' || (key === 'mode' && this.layers.some(({ values }) => 'service' in values));
    const { values, origin } = presetLayer(ecs ? 'production-ecs' : 'minimal-dev');
    this.layers = [{ values: { [key]: values[key] }, origin }, ...this.layers];
  }
}
