import type { Ec2Config } from '../schema.ts';
import type { Report } from './common.ts';

/** Characters that are left of the machine's settings (8 KiB at the most) when the deployment itself needs most. */
const SPARE = { saml: 1600, other: 1200 } as const;

/** Quotes, colons, braces and commas around one variable, and around one secret. */
const AROUND = { variable: 6, secret: 16 } as const;

/** Characters that the machine's settings have for what a person adds: certificate, variables and secrets. */
export function settingsSpare({ signIn: { sso } }: Pick<Ec2Config, 'signIn'>): number {
  return sso.type === 'saml' ? SPARE.saml : SPARE.other;
}

/** Characters of the machine's settings that a person adds. */
export function settingsAdded({ signIn: { sso }, librechatVariables, librechatSecretArns }: Ec2Config): number {
  const size = (values: Readonly<Record<string, string>>, around: number) =>
    Object.entries(values).reduce((sum, [name, value]) => sum + name.length + value.length + around, 0);
  return (
    (sso.type === 'saml' ? sso.certificate.length : 0) +
    size(librechatVariables, AROUND.variable) +
    size(librechatSecretArns, AROUND.secret)
  );
}

export function settingsRule(config: Ec2Config, report: Report): void {
  const [added, spare] = [settingsAdded(config), settingsSpare(config)];
  if (added > spare) {
    report(
      'librechatVariables',
      `the machine of mode ec2 takes ${spare} characters of variables, secrets and certificate of your own, got ${added}: shorten or drop some, or write what is no secret into librechat.yaml`,
    );
  }
}
