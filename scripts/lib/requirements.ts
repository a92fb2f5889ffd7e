import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Locked requirement files of the test command: linters and test runners, the initializers' drivers, the local AWS. */
export const testRequirements = [
  'scripts/requirements.txt',
  'lambda/requirements-dev.txt',
  'rehearsal/requirements.txt',
].map((path) => resolve(root, path));
