import { type ConfigSources, loadDeploymentConfig, type ResolvedConfig } from '../../config/deployment-config.ts';
import type { Estimate } from '../cost/estimate.ts';
import { readPriceBook } from '../cost/price-book.ts';
import { type Priced, pricedOf } from '../cost/subject.ts';
import { targetOf } from '../cost/targets.ts';
import { type CriticalPath, criticalPath } from '../critical-path/critical-path.ts';
import { checkReachability, type Reachability } from '../network/reachability.ts';
import { type Assembly, assemble } from './assembly.ts';
import { type Picture, pictureOf } from './picture.ts';

/** Everything that is known of a deployment before it is one. */
export interface Subject extends ResolvedConfig {
  readonly name: string;
  readonly assembly: Assembly;
  readonly reachability: Reachability;
  readonly picture: Picture;
  readonly path: CriticalPath;
  /** The bill with nobody using it, and as assumed. */
  readonly idle: Estimate;
  readonly used: Estimate;
  readonly priced: Priced;
  readonly priceDate: string;
  readonly buckets: { readonly all: number; readonly open: number };
}

/** Resolves a configuration as every command does, synthesizes it, and finds out what there is to say about it. */
export function subjectOf(sources: ConfigSources): Subject {
  const resolved = loadDeploymentConfig(sources);
  const { config, base } = resolved;
  const name = sources.source ?? base.replace(/^preset /, '');
  const assembly = assemble(config);
  const { template } = assembly;
  const reachability = checkReachability(template, config);
  const priceBook = readPriceBook();
  const priced = pricedOf({ name, template, region: config.region, target: targetOf(base) }, { priceBook });
  return {
    ...resolved,
    name,
    assembly,
    reachability,
    picture: pictureOf(reachability, config),
    path: criticalPath(template),
    idle: priced.idle,
    used: priced.used,
    priced,
    priceDate: priceBook.date,
    buckets: bucketsOf(assembly),
  };
}

/** `25`, or `10–50`. */
export function usersOf({ usage: { users } }: Estimate): string {
  return [...new Set(users)].join('–');
}

function bucketsOf({ template }: Assembly): Subject['buckets'] {
  const buckets = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
  const blocks = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
  const open = buckets.filter(({ Properties }) => {
    const block = (Properties['PublicAccessBlockConfiguration'] ?? {}) as Readonly<Record<string, unknown>>;
    return blocks.some((key) => block[key] !== true);
  });
  return { all: buckets.length, open: open.length };
}
