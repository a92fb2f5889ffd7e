import { z } from 'zod';
import { FILE_KEYS, presetNames } from './config-source.ts';
import { DeploymentConfigSchema } from './schema.ts';

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * JSON Schema of a configuration file, for editors.
 *
 * A file may build on a preset, so no key is required of it, and with none required
 * several branches of a union may match at once.
 */
export function fileSchema(): Json {
  const schema = relax(z.toJSONSchema(DeploymentConfigSchema, { io: 'input' })) as Json;
  const own = {
    [FILE_KEYS.schema]: { type: 'string', description: 'This schema, for editors.' },
    [FILE_KEYS.preset]: { enum: presetNames(), description: 'Preset that this file builds on.' },
  };
  const branches = (schema['anyOf'] as Json[]).map((branch) => ({
    ...branch,
    properties: { ...own, ...(branch['properties'] as Json) },
  }));
  return { ...schema, title: 'LibreChat on AWS: deployment configuration', anyOf: branches };
}

function relax(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relax);
  if (!isJson(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => key !== 'required' || !Array.isArray(value))
      .map(([key, value]) => [key === 'oneOf' ? 'anyOf' : key, relax(value)]),
  );
}
