import { type ResourcesOfTemplate, replacedResources } from '../../lib/utils/replacement.ts';
import { referencesIn } from '../../lib/utils/template-references.ts';

/**
 * VPC origins that an update would change in place, by themselves or through what they lead to. CloudFront refuses that
 * while a distribution uses them: the deployment would end in UPDATE_FAILED.
 */
export function updatedOrigins(before: ResourcesOfTemplate, after: ResourcesOfTemplate): string[] {
  const replaced = replacedResources(before, after);
  return Object.entries(before.Resources).flatMap(([id, { Type, Properties }]) => {
    const fresh = after.Resources[id];
    if (Type !== 'AWS::CloudFront::VpcOrigin' || fresh === undefined) return [];
    const moved = referencesIn(fresh.Properties).find((other) => replaced.has(other));
    if (moved !== undefined) return [`${id} leads to another ${moved}: ${replaced.get(moved) ?? ''}`];
    return JSON.stringify(Properties) === JSON.stringify(fresh.Properties) ? [] : [`${id} changes its properties`];
  });
}
