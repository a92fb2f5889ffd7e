import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { DeploymentConfig } from '../../../config/schema.ts';

const BASE = new URL('../../../config/librechat.yaml', import.meta.url);

/**
 * LibreChat's configuration file for a deployment: `config/librechat.yaml` and what the configuration decides.
 *
 * No secret ever stands in it: LibreChat prints it at start.
 */
export function librechatYaml(config: DeploymentConfig): string {
  const document = parseDocument(readFileSync(BASE, 'utf8'));
  // Links to images are stored in messages: behind S3 they would die with the credentials that signed them.
  document.set(
    'fileStrategies',
    document.createNode({ avatar: 'local', image: 'local', document: config.features.fileStrategy }),
  );
  if (config.registration.policy === 'domains') {
    document.setIn(['registration', 'allowedDomains'], document.createNode(config.registration.allowedDomains));
  }
  if (config.models.bedrock.enabled) {
    document.setIn(['endpoints', 'bedrock'], document.createNode({ models: config.models.bedrock.modelIds }));
  }
  return document.toString();
}
