import { readFileSync } from 'node:fs';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../../../config/schema.ts';

/** Header in which the function tells what is behind CloudFront who calls. A browser cannot set it: it is overwritten. */
export const VIEWER_ADDRESS_HEADER = 'x-viewer-address';

/** Whether not everybody may come in. */
export function isRestricted({ access }: DeploymentConfig): boolean {
  return access.allowedCidrs.join() !== '0.0.0.0/0';
}

/** A function at CloudFront that turns away who is not in `access.allowedCidrs`, and names the address of the others. */
export function viewerFunction(scope: Construct, id: string, config: DeploymentConfig): cloudfront.Function {
  return new cloudfront.Function(scope, id, {
    comment: `Addresses that may use ${config.stackName}`,
    runtime: cloudfront.FunctionRuntime.JS_2_0,
    code: cloudfront.FunctionCode.fromInline(viewerRequestCode(config)),
  });
}

/** What the function runs. */
export function viewerRequestCode({ access }: DeploymentConfig): string {
  const values: Readonly<Record<string, string>> = {
    ALLOWED_CIDRS: access.allowedCidrs.join(' '),
    ADDRESS_HEADER: VIEWER_ADDRESS_HEADER,
  };
  return readFileSync(new URL('viewer-request.js', import.meta.url), 'utf8').replaceAll(
    /@([A-Z_]+)@/g,
    (placeholder, name: string) => values[name] ?? placeholder,
  );
}
