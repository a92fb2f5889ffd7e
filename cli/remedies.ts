/** A message that people meet, why it comes, and what to do. docs/TROUBLESHOOTING.md has the same rows. */
export interface Remedy {
  /** The message, or the part of it that never changes. */
  readonly symptom: RegExp;

  /** A message as AWS or a container really writes it. */
  readonly example: string;
  readonly cause: string;

  /** What to do; `NAME` stands for the stack's. */
  readonly remedy: string;
}

export const REMEDIES: readonly Remedy[] = [
  {
    symptom: /password authentication failed|Authentication failed/i,
    example: 'password authentication failed for user "librechatmaster"',
    cause: 'the password in the secret is not the one that the database has: somebody changed one of the two',
    remedy: 'set the database to the password of the named secret, then deploy again; no data is touched',
  },
  {
    symptom: /The maximum number of|limit exceeded|LimitExceeded|quota/i,
    example: 'The maximum number of VPCs has been reached.',
    cause: 'the account has reached a quota in this region',
    remedy:
      "ask for more in Service Quotas, or remove what is not used; 'npx tsx cli/main.ts setup' shows the quotas that matter",
  },
  {
    symptom: /detector already exists|subscribed to Security Hub|NoAvailableConfigurationRecorder/i,
    example: 'The request is rejected because a detector already exists for the current account.',
    cause: 'GuardDuty, Security Hub or the recorder of AWS Config is there once in an account and region',
    remedy:
      'set audit.guardDuty or audit.securityHub to false where it is on already, and switch the recorder on before audit.configRules',
  },
  {
    symptom: /already has \d+ trails|MaximumNumberOfTrails/i,
    example: 'User: 111122223333 already has 5 trails in us-east-1.',
    cause: 'an account has at most five trails of CloudTrail in a region',
    remedy: "set audit.trail to 'organization' where one of them records this account, or delete one",
  },
  {
    symptom: /already exists/i,
    example: '/aws/librechat/LibreChatStack/librechat already exists in stack',
    cause: 'something of an earlier stack of the same name was kept and is in the way',
    remedy:
      "'npx tsx cli/main.ts check-resources --stack NAME' lists what is left; keep its data and delete it, or deploy under another stackName",
  },
  {
    symptom: /circuit breaker|did not stabilize|failed to stabilize/i,
    example: 'ECS Deployment Circuit Breaker was triggered.',
    cause: 'tasks were started and did not become healthy',
    remedy:
      'read the last lines of their log below; a refused librechat.yaml and an unreachable store are the usual reasons',
  },
  {
    symptom: /WaitCondition received failed|WaitCondition timed out/i,
    example: 'WaitCondition received failed message: the boot script failed at step images',
    cause: 'the machine booted and LibreChat did not come up on it',
    remedy:
      "the reason is the last line of its boot log; 'npx tsx cli/main.ts support-bundle --stack NAME' collects the whole log",
  },
  {
    symptom: /is not authorized to perform|AccessDenied/i,
    example: 'User: arn:aws:sts::111122223333:assumed-role/Dev is not authorized to perform: rds:CreateDBInstance',
    cause: 'the role that deploys lacks a permission',
    remedy: 'docs/AWS_AUTHENTICATION.md has the least policy for each preset',
  },
  {
    symptom: /security token .* (expired|invalid)/i,
    example: 'The security token included in the request is expired',
    cause: 'the credentials ended while the stack was deploying; CloudFormation goes on without them',
    remedy: 'renew them and run deploy again: it waits for the running change first',
  },
  {
    symptom: /InsufficientInstanceCapacity|insufficient capacity|sufficient \S+ capacity|Capacity is unavailable/i,
    example: 'We currently do not have sufficient t4g.large capacity in the Availability Zone you requested',
    cause: 'AWS has none of that type left in the zone for now',
    remedy: 'try again in some minutes, or set another instance.type of the same architecture',
  },
];

/** The first remedy whose symptom a message shows, for a stack of that name. */
export function remedyFor(message: string, stackName: string): Remedy | undefined {
  const found = REMEDIES.find(({ symptom }) => symptom.test(message));
  return found === undefined ? undefined : { ...found, remedy: found.remedy.replace('NAME', stackName) };
}
