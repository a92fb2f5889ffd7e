import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppProps } from 'aws-cdk-lib/core';
import type { DeploymentConfig } from '../config/schema.ts';
import { buildApp } from '../lib/app.ts';

/** Builds the app of a configuration; the folder that it is synthesized into is there as long as `use` runs. */
export function synthesized<T>(
  config: DeploymentConfig,
  props: AppProps,
  use: (built: ReturnType<typeof buildApp> & { readonly outdir: string }) => T,
): T {
  const outdir = mkdtempSync(join(tmpdir(), 'librechat-synthesis-'));
  try {
    return use({ ...buildApp(config, { ...props, outdir }), outdir });
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
