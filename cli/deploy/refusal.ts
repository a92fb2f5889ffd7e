import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { ALLOWED_REPLACEMENTS } from '../../lib/utils/allowed-replacements.ts';
import { compareTemplates, type ResourcesOfTemplate, type StatefulChange } from '../../lib/utils/replacement.ts';
import { parseTemplate } from '../cost/template-file.ts';
import { EXIT, UserError } from '../errors.ts';
import type { PlannedChange } from './change-set.ts';

/** Settings that may be named to let their data go. */
const REPLACING_SETTINGS = Object.keys(ALLOWED_REPLACEMENTS);

/** Refuses a setting that no change of data is known for. */
export function checkNamed(named: readonly string[]): void {
  const unknown = named.find((setting) => !REPLACING_SETTINGS.includes(setting));
  if (unknown === undefined) return;
  throw new UserError(
    `--replace takes a setting that is known to replace data, got '${unknown}'`,
    `choose one of ${REPLACING_SETTINGS.join(', ')}`,
    EXIT.usage,
  );
}

/** The template of a stack as it was sent; by the console it may be YAML. */
export async function deployedTemplate(client: CloudFormationClient, stackName: string): Promise<ResourcesOfTemplate> {
  const { TemplateBody: body = '' } = await client.send(
    new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Original' }),
  );
  return (body.startsWith('{') ? JSON.parse(body) : parseTemplate(body, stackName)) as ResourcesOfTemplate;
}

/**
 * What a deployment would do to resources that hold data: by our own comparison of the two templates, and by the change
 * set, which knows what was deployed but calls much conditional.
 */
export function lossesOf(
  deployed: ResourcesOfTemplate,
  template: ResourcesOfTemplate,
  changes: readonly PlannedChange[],
): StatefulChange[] {
  const compared = compareTemplates(deployed, template);
  const known = new Set(compared.map(({ logicalId }) => logicalId));
  const planned = changes
    .filter(({ holdsData, logicalId }) => holdsData && !known.has(logicalId))
    .filter(({ action, replacement }) => action === 'Remove' || replacement === 'True')
    .map(({ logicalId, type, action }): StatefulChange => ({
      logicalId,
      type,
      kind: action === 'Remove' ? 'removed' : 'replaced',
      reason: 'CloudFormation says so in its change set',
    }));
  return [...compared, ...planned];
}

/** Refuses losses, except of types that the settings named with `--replace` are known to replace. */
export function refuseLosses(losses: readonly StatefulChange[], named: readonly string[]): void {
  const allowed = new Set(named.flatMap((setting) => ALLOWED_REPLACEMENTS[setting]?.types ?? []));
  const refused = losses.filter(({ type }) => !allowed.has(type));
  if (refused.length === 0) return;
  const settings = REPLACING_SETTINGS.filter((setting) =>
    refused.some(({ type }) => ALLOWED_REPLACEMENTS[setting]?.types.includes(type)),
  );
  const lines = refused.map(({ logicalId, type, kind, reason }) => `\n  ${logicalId} (${type}) ${kind}: ${reason}`);
  throw new UserError(
    `this deployment would take data away:${lines.join('')}\n`,
    settings.length === 0
      ? 'no setting is meant to do this: undo the change'
      : `undo the change, or back up and name the setting that is meant to do it: ${settings.map((setting) => `--replace ${setting}`).join(', ')}`,
    EXIT.usage,
  );
}
