import { readFileSync } from 'node:fs';
import { type Estimate, estimateTemplate, type EstimateOptions, type LineItem } from '../../../cli/cost/estimate.ts';
import { parseTemplate } from '../../../cli/cost/template-file.ts';

/** A template with these resources, each `[type, properties]`. */
export function templateWith(resources: Readonly<Record<string, readonly [type: string, properties?: object]>>) {
  const entries = Object.entries(resources).map(([id, [Type, Properties = {}]]) => [id, { Type, Properties }]);
  return { Resources: Object.fromEntries(entries) as Record<string, unknown> };
}

/** What these resources cost. */
export function estimateOf(resources: Parameters<typeof templateWith>[0], options: EstimateOptions = {}): Estimate {
  return estimateTemplate(templateWith(resources), options);
}

export function fixture(name: string) {
  return parseTemplate(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'), name);
}

/** The one line of that name. */
export function lineOf({ items }: Pick<Estimate, 'items'>, what: string): LineItem {
  const found = items.filter((item) => item.what === what);
  if (found.length !== 1)
    throw new Error(`${found.length} lines named '${what}' in ${items.map((item) => item.what).join('; ')}`);
  return found[0]!;
}
