import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import type { Finding } from '../findings.ts';
import type { SetupCheck } from './check.ts';

const OLDEST_PYTHON = '3.11';

function isAtLeast(version: string, wanted: string): boolean {
  const [have, need] = [version, wanted].map((text) => text.split('.').map(Number));
  for (const [index, number] of (need ?? []).entries()) {
    const own = have?.[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

function versionFinding(version: string, wanted: string, remedy: string): Finding {
  return isAtLeast(version, wanted)
    ? { severity: 'ok', what: version }
    : { severity: 'bad', what: `${version}, ${wanted} or newer is needed`, remedy };
}

export const node: SetupCheck = {
  name: 'Node.js',
  needsAccount: false,
  run: () => {
    const wanted = packageJson.engines.node.replace('>=', '');
    const remedy = "install the version that .nvmrc names: 'nvm install'";
    return Promise.resolve([versionFinding(process.versions.node, wanted, remedy)]);
  },
};

/** Bundles the functions of the stack, with pip, and runs the local AWS, in a venv. */
export const python: SetupCheck = {
  name: 'Python',
  needsAccount: false,
  run: async ({ env }) => {
    const remedy = `install Python ${OLDEST_PYTHON} or newer with venv and pip (Debian, Ubuntu: apt-get install python3-venv python3-pip)`;
    const script = 'import sys, venv, ensurepip, pip; print(sys.version.split()[0])';
    try {
      const { stdout } = await promisify(execFile)(env['PYTHON'] ?? 'python3', ['-c', script], { env: { ...env } });
      return [versionFinding(stdout.trim(), OLDEST_PYTHON, remedy)];
    } catch (error) {
      const { code, stderr = '' } = error as { code?: string | number; stderr?: string };
      const [said = ''] = stderr.trim().split('\n').slice(-1);
      const what = code === 'ENOENT' ? 'there is none' : said === '' ? 'it does not start' : said;
      return [{ severity: 'bad', what, remedy }];
    }
  },
};
