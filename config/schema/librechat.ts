import { z } from 'zod';
import { secretArn } from './values.ts';

const variableName = z.string().regex(/^[A-Z][A-Z0-9_]{0,127}$/, {
  error: 'expected a name in capitals such as APP_TITLE',
});

// Containers of mode ec2 read their variables from a file of lines.
const oneLine = z.string().regex(/^[^\r\n\0]{0,2048}$/, { error: 'expected one line of at most 2048 characters' });

export const librechatConfigFile = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .describe(
    "Your own librechat.yaml, in place of config/librechat.yaml; a path from the file that names it, else from the current folder. It is checked by LibreChat's own schema. Default: config/librechat.yaml. See docs/LIBRECHAT_CONFIGURATION.md.",
  );

export const librechatVariables = z
  .record(variableName, oneLine)
  .default({})
  .describe(
    'More variables for LibreChat, by name: those it reads, or that your librechat.yaml mentions. Visible in the template: no secrets.',
  );

export const librechatSecretArns = z
  .record(variableName, secretArn)
  .default({})
  .describe('More variables for LibreChat, each with the ARN of the secret whose whole value it gets ($0.40 a month).');
