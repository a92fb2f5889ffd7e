import { configTree, type ConfigLeaf, type Variant } from '../../config/config-paths.ts';
import { ConfigError, loadDeploymentConfig, type ResolvedConfig } from '../../config/deployment-config.ts';
import type { Problem } from '../../config/problems.ts';
import { keysOf, valueAt } from '../../config/schema-tree.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import type { CommandContext } from '../main.ts';

export type Settings = Readonly<Record<string, string>>;

/** A preset or a file with answers over it, which need not fit together yet. */
export class Draft {
  readonly source: string;
  /** What it starts from, complete and right. */
  readonly base: ResolvedConfig;
  private readonly place: Pick<CommandContext, 'env' | 'cwd'>;
  private readonly taken: readonly string[];
  private readonly given = new Map<string, string>();
  /** What answers bring along, by what was answered. */
  private readonly brought = new Map<string, Settings>();

  /** @param taken Names of stacks that this one cannot have. */
  constructor(source: string, { env, cwd }: Pick<CommandContext, 'env' | 'cwd'>, taken: readonly string[] = []) {
    this.source = source;
    this.place = { env, cwd };
    this.taken = taken;
    this.base = loadDeploymentConfig({ source, ...this.place });
  }

  answer(path: string, text: string): void {
    this.given.set(path, text);
  }

  /** Sets what an answer brings along, after what others have brought; what somebody chose stays. */
  bring(by: string, settings: (valueOf: Draft['valueOf']) => Settings): void {
    this.brought.delete(by);
    this.brought.set(by, settings(this.valueOf));
  }

  /** Takes answers back. */
  forget(paths: readonly string[]): void {
    for (const answers of [this.given, this.brought]) for (const path of paths) answers.delete(path);
  }

  isAnswered(path: string): boolean {
    return this.given.has(path);
  }

  /** Value of a setting, whether all answers fit together or not. */
  readonly valueOf = (path: string): unknown => this.answers()[path] ?? valueAt(this.base.config, keysOf(path));

  /** The same as a person would write it; undefined when there is none. */
  textOf(path: string): string | undefined {
    const value = this.valueOf(path) as string | number | boolean | readonly string[] | undefined;
    return value === undefined || (Array.isArray(value) && value.length === 0) ? undefined : String(value);
  }

  /** Where a value comes from that no answer would change: it wins over files. */
  winnerOver(path: string): string | undefined {
    const source = this.base.sources.get(path);
    return source !== undefined && /^(\.env|variable|context) /.test(source) ? source : undefined;
  }

  /** The configuration as answered, with `more` over it. */
  resolve(more: Settings = {}): DeploymentConfig {
    const flags = Object.entries({ ...this.answers(), ...more }).map(([path, text]) => `${path}=${text}`);
    const { config } = loadDeploymentConfig({ source: this.source, flags, ...this.place });
    if (!this.taken.includes(config.stackName)) return config;
    throw new ConfigError([{ path: 'stackName', message: 'a deployment has that name: choose another' }]);
  }

  /** What is wrong with the answers. */
  problems(more: Settings = {}): readonly Problem[] {
    try {
      this.resolve(more);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  }

  /** The same as {@link resolve}; undefined when it would be refused. */
  accepted(more: Settings = {}): DeploymentConfig | undefined {
    return this.problems(more).length === 0 ? this.resolve(more) : undefined;
  }

  /** Settings beside this one that the answers make necessary and nobody has given. */
  missingBeside(path: string): string[] {
    const group = path.slice(0, path.lastIndexOf('.') + 1);
    return configTree()
      .leaves.filter(({ path: other, optionalGroup }) => other.startsWith(group) && optionalGroup === undefined)
      .filter((leaf) => this.variantOf(leaf)?.required === true && this.valueOf(leaf.path) === undefined)
      .map((leaf) => leaf.path);
  }

  /** What the schema says of a setting, under the choices made. */
  variantOf({ variants }: ConfigLeaf): Variant | undefined {
    return variants.find(({ when }) => Object.entries(when).every(([choice, value]) => this.valueOf(choice) === value));
  }

  /** Values that differ from what it starts from, in the order of the schema, however they were given. */
  changes(): { path: string; value: unknown; before: unknown }[] {
    const config = this.resolve();
    const order = configTree().leaves.map(({ path }) => path);
    return Object.keys(this.answers())
      .sort((one, other) => order.indexOf(one) - order.indexOf(other))
      .map((path) => ({ path, value: valueAt(config, keysOf(path)), before: valueAt(this.base.config, keysOf(path)) }))
      .filter(({ value, before }) => JSON.stringify(value) !== JSON.stringify(before));
  }

  private answers(): Settings {
    return Object.assign({}, ...this.brought.values(), Object.fromEntries(this.given)) as Settings;
  }
}
