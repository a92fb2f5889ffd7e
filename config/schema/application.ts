import { z } from 'zod';
import { domainName, pattern, secretArn } from './values.ts';

/** Days that CloudWatch Logs accepts as retention. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const features = z
  .strictObject({
    rag: z.boolean().default(false).describe('Ask questions about uploaded documents (RAG API and a vector store).'),
    search: z.boolean().default(false).describe('Search in past chats (Meilisearch).'),
    fileStrategy: z
      .enum(['local', 's3'])
      .default('local')
      .describe(
        'Where documents go. local: the data volume or EFS. s3: a bucket; images and avatars stay on the volume, because signed links in old messages die.',
      ),
  })
  .describe('What LibreChat offers.');

export const embeddings = z
  .strictObject({
    provider: z
      .enum(['bedrock', 'openai'])
      .default('bedrock')
      .describe('Who computes the embeddings; openai needs models.providerKeySecretArns.openai.'),
    model: z
      .string()
      .min(1)
      .default('amazon.titan-embed-text-v2:0')
      .describe('Model of the embeddings. Never change it once documents are stored: old vectors would not match.'),
  })
  .describe('Embeddings of the RAG API.');

export const models = z
  .strictObject({
    bedrock: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('Offer Amazon Bedrock with the role of the machine or task, without keys.'),
        region: pattern(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-1')
          .optional()
          .describe('Region of the Bedrock calls. Default: the region of the stack.'),
        modelIds: z
          .array(pattern(/^[a-z0-9.:_-]+$/, 'a Bedrock model or inference profile id'))
          .min(1)
          .default([
            'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
            'global.anthropic.claude-haiku-4-5-20251001-v1:0',
            'global.amazon.nova-2-lite-v1:0',
          ])
          .describe('Models or inference profiles that people may choose; the role may call these and no others.'),
      })
      .prefault({})
      .describe('Amazon Bedrock.'),
    providerKeySecretArns: z
      .strictObject({
        openai: secretArn.optional().describe('Secret whose whole value is the OPENAI_API_KEY.'),
        anthropic: secretArn.optional().describe('Secret whose whole value is the ANTHROPIC_API_KEY.'),
        google: secretArn.optional().describe('Secret whose whole value is the GOOGLE_KEY.'),
      })
      .prefault({})
      .describe('Keys of other providers, each in a secret that you made.'),
  })
  .describe('Models that people can talk to.');

export const registration = z
  .strictObject({
    policy: z
      .enum(['closed', 'domains', 'open'])
      .default('closed')
      .describe(
        'closed: accounts are made by an administrator, or by signIn.sso. domains: anyone with an address in allowedDomains. open: anyone; the first account becomes ADMIN.',
      ),
    allowedDomains: z
      .array(domainName)
      .default([])
      .describe('E-mail domains of people who may make an account or come in through signIn.sso, such as example.com.'),
  })
  .describe('Who may make an account with e-mail address and password.');

export const monitoring = z
  .strictObject({
    alertEmail: z
      .email({ error: (issue) => `expected an e-mail address, got ${JSON.stringify(issue.input)}` })
      .optional()
      .describe('Address that gets the alarms, after confirming a mail from SNS.'),
    alarms: z
      .boolean()
      .default(false)
      .describe('CloudWatch alarms on what users feel and on what is about to break ($0.10 a month each).'),
    dashboard: z
      .boolean()
      .default(false)
      .describe('A CloudWatch dashboard ($3 a month beyond the third in the account).'),
    logRetentionDays: z
      .literal(LOG_RETENTION_DAYS)
      .default(30)
      .describe(
        'Days that logs are kept, in every log group that the stack makes. RDS and DocumentDB make those of their servers themselves (/aws/rds/…, /aws/docdb/…), which keep all until somebody sets a retention; see docs/SECURITY.md.',
      ),
    encryptLogs: z
      .boolean()
      .default(false)
      .describe(
        'Encrypt the log groups that the stack makes with a key of your own ($1 a month, the one of the alarms), whose every use CloudTrail records; those of RDS and DocumentDB stay under the key of CloudWatch Logs. Switched off again, the key stays as long as there are alarms; without it older lines cannot be read.',
      ),
    applicationMetrics: z
      .boolean()
      .default(false)
      .describe(
        'Fetch answers by result, answers being written, lag and memory from /metrics of LibreChat (mode ec2 only; about $2.40 a month).',
      ),
    monthlyBudgetUsd: z
      .number()
      .positive()
      .optional()
      .describe(
        'Budget in USD a month (free): tells when 80 % are spent and when the forecast passes all of it. It counts what carries the tag Deployment, which must be activated for cost allocation once; tokens of Bedrock carry none. Default: none.',
      ),
    slack: z
      .strictObject({
        workspaceId: pattern(/^T[0-9A-Z]+$/, 'the id of a workspace, such as T012ABCDEFG').describe(
          'Id of the workspace, which somebody must have joined to Amazon Q Developer in chat applications.',
        ),
        channelId: pattern(/^[CG][0-9A-Z]+$/, 'the id of a channel, such as C012AB3CD').describe(
          'Id of the channel; a private one must invite @Amazon Q.',
        ),
      })
      .optional()
      .describe('Channel of Slack that gets the alarms and the budget (free). Default: none.'),
    teams: z
      .strictObject({
        tenantId: z
          .guid({ error: (issue) => `expected the id of a tenant, a UUID, got ${JSON.stringify(issue.input)}` })
          .describe('Id of the tenant, which somebody must have joined to Amazon Q Developer in chat applications.'),
        teamId: z
          .guid({ error: (issue) => `expected the id of a team, a UUID, got ${JSON.stringify(issue.input)}` })
          .describe('Id of the team.'),
        channelId: pattern(
          /^[\w.,/+=-]*%3[aA][\w.,/+=-]*%40[\w.,/+=-]*$/,
          'the id of a channel as it stands in its link, such as 19%3ab6ef%40thread.tacv2',
        ).describe('Id of the channel as it stands in its link, with %3a and %40.'),
      })
      .optional()
      .describe('Channel of Microsoft Teams that gets the alarms and the budget (free). Default: none.'),
  })
  .describe('What is watched.');
