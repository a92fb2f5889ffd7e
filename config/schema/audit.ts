import { z } from 'zod';

export const audit = z
  .strictObject({
    trail: z
      .enum(['none', 'own', 'organization'])
      .default('none')
      .describe(
        "Who records what is done in the account. own: a CloudTrail trail with a locked bucket, all calls that change or read settings, and each use of this stack's buckets and functions ($1 a month for its key, $0.50 a GB of log; an account's first trail costs nothing more, each further one $2 per 100,000 calls). organization: your organization has a trail, so none is made.",
      ),
    trailLock: z
      .enum(['none', 'governance', 'compliance'])
      .default('governance')
      .describe(
        'S3 Object Lock on what the own trail records, for trailRetentionDays. governance: nobody without s3:BypassGovernanceRetention deletes it. compliance: nobody at all, the root user included, so it is paid for until then.',
      ),
    trailRetentionDays: z
      .int()
      .min(90)
      .max(3653)
      .default(2192)
      .describe(
        'Days that the files of the own trail are kept; 2192 are the six years of HIPAA. About $0.02 a GB and month.',
      ),
    configRules: z
      .boolean()
      .default(false)
      .describe(
        "AWS Config rules on this stack's resources ($0.001 an evaluation). They need the recorder of AWS Config, of which an account has one in each region: it must run before, and none is made here.",
      ),
    guardDuty: z
      .boolean()
      .default(false)
      .describe(
        'Switch Amazon GuardDuty on for the account in this region (priced by events; 30 days free). Leave it off where it is on already: there is one detector, and a second is refused. It stays when the stack is deleted.',
      ),
    securityHub: z
      .boolean()
      .default(false)
      .describe(
        'Switch AWS Security Hub on for the account in this region, with its default standards ($0.001 a check; it needs the recorder of AWS Config). Leave it off where it is on already: a second is refused. It stays when the stack is deleted.',
      ),
  })
  .describe('Evidence of who did what, and checks of the account.');

export const tagging = z
  .strictObject({
    owner: z.string().max(256).optional().describe('Who answers for the deployment: tag Owner. Default: no such tag.'),
    costCenter: z.string().max(256).optional().describe('Who pays for it: tag CostCenter. Default: no such tag.'),
    dataClassification: z
      .enum(['public', 'internal', 'confidential', 'restricted'])
      .optional()
      .describe(
        "How its data is classified: tag DataClassification. Default: 'restricted' with compliance hipaa, else 'confidential'.",
      ),
  })
  .describe('Tags that every resource gets beside Application, Deployment and Environment; for others see tags.');
