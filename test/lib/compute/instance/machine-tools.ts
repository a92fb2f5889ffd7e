import { canInstall, findCommand, install } from '../../../helpers/debian.ts';

/** What an instance has and a computer may lack, with the package it comes in. */
const TOOLS = { nginx: 'nginx-light', logrotate: 'logrotate', 'systemd-analyze': 'systemd' } as const;

/**
 * Brings what can be brought, so that the files of an instance meet what reads them there. Elsewhere those tests are
 * skipped, but never in CI.
 */
export default function setUp(): void {
  const missing = Object.entries(TOOLS).filter(([command]) => findCommand([command]) === undefined);
  if (missing.length === 0) return;
  if (!canInstall()) {
    if (process.env['CI'] === undefined) return;
    throw new Error(`the tests of an instance's files need ${missing.map(([command]) => command).join(', ')}`);
  }
  const problem = install(missing.map(([, name]) => name));
  if (problem !== undefined) throw new Error(problem);
}
