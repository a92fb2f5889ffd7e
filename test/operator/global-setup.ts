import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { cdk } from '../../cli/cdk.ts';
import { REQUIREMENTS, startLocalAws, stopLocalAws } from '../../rehearsal/local-aws.ts';
import { pythonEnv } from '../../rehearsal/python-env.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Environment of the clients of the one local AWS that all tests of the operator's commands share. */
    awsEnv: Readonly<Record<string, string>>;
  }
}

/** Starts a local AWS and bootstraps it for the CDK. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const aws = await startLocalAws(await pythonEnv({ requirements: [REQUIREMENTS] }));
  const folder = await mkdtemp(join(tmpdir(), 'librechat-bootstrap-'));
  const stop = async () => {
    await stopLocalAws(aws);
    await rm(folder, { recursive: true, force: true });
  };
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...aws.env };
  const { code, output } = await cdk(['bootstrap', `aws://000000000000/${aws.env['AWS_REGION'] ?? ''}`], {
    env,
    cwd: folder,
    signal: new AbortController().signal,
  });
  if (code !== 0) {
    await stop();
    throw new Error(`the local AWS could not be bootstrapped: ${output}`);
  }
  project.provide('awsEnv', env);
  return stop;
}
