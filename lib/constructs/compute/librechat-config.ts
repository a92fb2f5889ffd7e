import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { decided } from '../../../config/librechat/decisions.ts';
import type { DeploymentConfig } from '../../../config/schema.ts';

const BASE = new URL('../../../config/librechat.yaml', import.meta.url);

/**
 * LibreChat's configuration file for a deployment: the user's own, else `config/librechat.yaml`, and what the
 * configuration decides.
 *
 * No secret ever stands in it: LibreChat prints it at start.
 */
export function librechatYaml(config: DeploymentConfig): string {
  const content: unknown = parse(readFileSync(config.librechatConfigFile ?? BASE, 'utf8'), { merge: true });
  // LibreChat's parser takes more for dates and numbers than this one does: what it might is put in quotes.
  return stringify(decided(content, config), { compat: 'yaml-1.1', aliasDuplicateObjects: false, lineWidth: 0 });
}
