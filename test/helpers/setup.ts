import { createRequire } from 'node:module';
import type * as cxapi from 'aws-cdk-lib/cx-api';
import { afterAll, expect } from 'vitest';
import { hashless } from './snapshot.ts';

const require = createRequire(import.meta.url);

// A synth without an output folder writes into a temporary one, which would stay. Asked of the module only where a
// test has loaded it: most tests of the command line do without, and loading it is half of their time.
afterAll(() => {
  const loaded = require.cache[require.resolve('aws-cdk-lib/cx-api')]?.exports as typeof cxapi | undefined;
  loaded?.CloudAssembly.cleanupTemporaryDirectories();
});

expect.addSnapshotSerializer(hashless);
