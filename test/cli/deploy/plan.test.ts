import { expect, test } from 'vitest';
import { planFailure } from '../../../cli/deploy/plan.ts';

const config = { account: '111122223333', region: 'eu-central-1', stackName: 'Chat' };
/** As the CDK's CLI ends: what it did, then the error, behind its code where it has one. */
const failed = (error: string) =>
  planFailure(`\n✨  Synthesis time: 0.1s\n\nChat: creating CloudFormation changeset...\n${error}\n`, config);

test.each([
  ['The security token included in the request is expired', 'the credentials have expired', /renew them/],
  ['‣ ExpiredToken: as AWS says it', 'the credentials have expired', /renew them/],
  [
    'User: arn:aws:iam::1:user/dev is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::cdk-bootstrap',
    'these credentials may not do that',
    /AWS_AUTHENTICATION/,
  ],
  [
    "‣ BootstrapVersionSsmConfirmationFailed: This CDK deployment requires bootstrap stack version '6', but during the confirmation via SSM parameter /cdk-bootstrap/hnb659fds/version the following error occurred: AccessDenied: as AWS says it",
    'these credentials may not do that',
    /AWS_AUTHENTICATION/,
  ],
  ['Rate exceeded', 'AWS asks to slow down', /wait a minute/],
  ['Limit for stack has been exceeded (LimitExceeded)', 'the change set could not be made', /Service Quotas/],
])('passes on what AWS refused: %s', (line, what, remedy) => {
  const error = failed(line);
  expect([error.what, error.remedy]).toEqual([expect.stringContaining(what), expect.stringMatching(remedy)]);
});

test.each([
  '‣ BootstrapVersionNotFound: SSM parameter /cdk-bootstrap/hnb659fds/version not found in aws://1/x. Has the environment been bootstrapped? Please run',
  "‣ BootstrapVersionTooLow: This CDK deployment requires bootstrap stack version '6', found '4' in aws://1/x. Please run 'cdk bootstrap'.",
  "No bucket named 'cdk-hnb659fds-assets-1-x'. Is account 1 bootstrapped?",
  "No ECR repository named 'cdk' in account 1. Is this account bootstrapped?",
])('says how to bootstrap: %s', (line) => {
  expect(failed(line).remedy).toContain("'npx cdk bootstrap aws://111122223333/eu-central-1'");
});

test('keeps to what the CDK said about anything else that names the bootstrap', () => {
  expect(failed("Bucket 'cdk-bootstrap-assets' is in another region").message).toBe(
    "the change set could not be made: Bucket 'cdk-bootstrap-assets' is in another region",
  );
});
