import { loadDeploymentConfig, type ConfigSources } from '../../config/deployment-config.ts';
import { ConfigError } from '../../config/problems.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { synthesized } from '../synthesis.ts';
import { DEFAULT_REGION, type Estimate, estimateTemplate, type EstimateOptions } from './estimate.ts';
import { targetOf } from './targets.ts';
import type { Template } from './template.ts';
import { NOBODY } from './usage.ts';

/** What is priced: a configuration, or a template of any origin. */
export interface Subject {
  readonly name: string;
  readonly template: Template;
  /** Region of the configuration. */
  readonly region?: string | undefined;
  /** Most that it may cost with nobody using it. */
  readonly target?: number | undefined;
  readonly configuration?: {
    readonly config: DeploymentConfig;
    /** Its template with settings changed; undefined when they are refused. */
    readonly changed: (changes: readonly string[]) => Template | undefined;
  };
}

/** A subject in a region, priced: with nobody using it, and as assumed. */
export interface Priced {
  readonly name: string;
  readonly subject: Subject;
  readonly idle: Estimate;
  readonly used: Estimate;
}

/** A bill, and why it may not be the one of this configuration. */
export interface Price extends Priced {
  readonly note?: string;
}

/** Prices a subject, by default in its own region. */
export function pricedOf(subject: Subject, options: EstimateOptions = {}): Priced {
  const inRegion = { ...options, region: options.region ?? subject.region };
  const used = estimateTemplate(subject.template, inRegion);
  const idle = estimateTemplate(subject.template, { ...inRegion, usage: { ...options.usage, ...NOBODY } });
  return { name: subject.name, subject, idle, used };
}

/** A region that the price book does not know; a model without a price is another matter. */
const NO_PRICE_HERE = /no price for [a-z]+-[a-z-]+-\d/;

/** What a configuration costs. */
export function priceOfConfig(config: DeploymentConfig, usage: EstimateOptions['usage'] = {}): Price {
  return priceOfTemplate({ name: config.stackName, template: synthesize(config), region: config.region }, usage);
}

/** What a template costs; where its region has no prices, what it would cost in one that has. */
export function priceOfTemplate(subject: Subject, usage: EstimateOptions['usage'] = {}): Price {
  const local = pricedOf(subject, { usage });
  if (!local.used.unpriced.some(({ reason }) => NO_PRICE_HERE.test(reason))) return local;
  const note = `prices of ${DEFAULT_REGION}: those of ${local.used.region} may differ`;
  return { ...pricedOf(subject, { usage, region: DEFAULT_REGION }), note };
}

/** Resolves a configuration as every command does, and synthesizes it. */
export function configuredSubject(sources: ConfigSources): Subject {
  const { config, base } = loadDeploymentConfig(sources);
  return {
    name: sources.source ?? base,
    template: synthesize(config),
    region: config.region,
    target: targetOf(base),
    configuration: {
      config,
      changed: (changes) => {
        try {
          const flags = [...(sources.flags ?? []), ...changes];
          return synthesize(loadDeploymentConfig({ ...sources, flags }).config);
        } catch (error) {
          if (error instanceof ConfigError) return undefined;
          throw error;
        }
      },
    },
  };
}

/** What all stacks of a configuration make. */
export function synthesize(config: DeploymentConfig): Template {
  return synthesized(config, {}, ({ app }) => {
    const templates = app.synth().stacks.map(({ template }) => template as Template);
    const joined = (part: keyof Template) =>
      Object.assign({}, ...templates.map((one) => one[part])) as Template['Resources'];
    const [Resources, Parameters, Conditions] = [joined('Resources'), joined('Parameters'), joined('Conditions')];
    return { Resources, Parameters, Conditions, Mappings: joined('Mappings') };
  });
}
