import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { resolvePreset } from '../../config/deployment-config.ts';
import { loginSecret } from '../../lib/constructs/security/application-secrets.ts';

const CLASSES = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const;

/** What `loginSecret` asks Secrets Manager for, as the template says it. */
export function recipe(): { readonly alphabet: string; readonly length: number; readonly username: string } {
  const stack = new Stack(new App());
  loginSecret(stack, 'Login', resolvePreset('minimal-dev'), 'librechat', 'A login');
  const [secret] = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret'));
  const asked = secret?.['Properties'].GenerateSecretString as Readonly<Record<string, unknown>> & {
    readonly ExcludeCharacters?: string;
    readonly SecretStringTemplate: string;
  };
  const excluded = asked.ExcludeCharacters ?? '';
  const classes = Object.entries(CLASSES).filter(([exclude]) => asked[exclude] !== true);
  return {
    alphabet: classes
      .flatMap(([, characters]) => characters.split(''))
      .filter((one) => !excluded.includes(one))
      .join(''),
    length: Number(asked['PasswordLength']),
    username: (JSON.parse(asked.SecretStringTemplate) as { username: string }).username,
  };
}

/** Passwords as Secrets Manager may generate them; the same ones each time. */
export function passwords(count: number): string[] {
  const { alphabet, length } = recipe();
  const password = fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: length, maxLength: length });
  return fc.sample(password, { numRuns: count, seed: 20_261_124 });
}
