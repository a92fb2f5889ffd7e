import type { DeploymentConfig } from '../schema.ts';
import type { Report } from './common.ts';

export function storeRules(config: DeploymentConfig, report: Report): void {
  const { features, vectorStore, data, embeddings, models } = config;
  if (features.rag && vectorStore === undefined)
    report('vectorStore', 'features.rag needs a vector store: set vectorStore.type to container, rds or aurora');
  if (vectorStore?.type === 'rds' && vectorStore.storageGiB > vectorStore.maxStorageGiB) {
    report(
      'vectorStore.maxStorageGiB',
      `must not be below storageGiB ${vectorStore.storageGiB}, got ${vectorStore.maxStorageGiB}`,
    );
  }
  if (vectorStore?.type === 'aurora' && vectorStore.minAcu > vectorStore.maxAcu) {
    report('vectorStore.maxAcu', `must not be below minAcu ${vectorStore.minAcu}, got ${vectorStore.maxAcu}`);
  }
  if (features.rag && embeddings.provider === 'openai' && models.providerKeySecretArns.openai === undefined) {
    report('embeddings.provider', 'openai needs a key: set models.providerKeySecretArns.openai');
  }
  for (const key of ['vaultLock', 'copyVaultArn'] as const) {
    if (!data.backupPlan && data[key] !== undefined && data[key] !== false) {
      report(`data.${key}`, 'there is no backup to work on: set data.backupPlan to true');
    }
  }
  if (data.deletionProtection && data.removalPolicy !== 'retain') {
    report(
      'data.removalPolicy',
      `deletion protection would block the ${data.removalPolicy} of a deleted stack: set 'retain', or switch data.deletionProtection off`,
    );
  }
}

export function peopleRules({ registration, signIn }: DeploymentConfig, report: Report): void {
  if (registration.policy === 'domains' && registration.allowedDomains.length === 0)
    report('registration.allowedDomains', "policy 'domains' needs at least one domain");
  // LibreChat has one list for both ways in.
  const usesDomains =
    registration.policy === 'domains' || (registration.policy === 'closed' && signIn.sso.type !== 'none');
  if (!usesDomains && registration.allowedDomains.length > 0) {
    report(
      'registration.policy',
      `allowedDomains work with policy 'domains', or with 'closed' and signIn.sso, got '${registration.policy}'`,
    );
  }
}

export function complianceRules(config: DeploymentConfig, report: Report): void {
  if (config.compliance.length === 0) return;
  const rules =
    config.compliance.length === 1 ? `${config.compliance[0] ?? ''} wants` : `${config.compliance.join(' and ')} want`;
  const demand = (met: boolean, path: string, wanted: string) => {
    if (!met) report(path, `${rules} ${wanted}`);
  };
  demand(config.access.type !== 'http', 'access.type', "encryption on the way: 'cloudfront' or 'domain'");
  demand(config.registration.policy !== 'open', 'registration.policy', "known users: 'closed' or 'domains'");
  demand(
    config.network.flowLogs || config.network.existingVpc !== undefined,
    'network.flowLogs',
    'a record of connections: true',
  );
  demand(
    config.monitoring.logRetentionDays >= 365,
    'monitoring.logRetentionDays',
    `logs of a year: 365 or more, got ${config.monitoring.logRetentionDays}`,
  );
  demand(
    config.data.backupRetentionDays >= 7,
    'data.backupRetentionDays',
    `backups of a week: 7 or more, got ${config.data.backupRetentionDays}`,
  );
  demand(config.data.deletionProtection, 'data.deletionProtection', 'deletion protection: true');
  demand(
    config.audit.trail !== 'none',
    'audit.trail',
    "a record of who did what: 'own', or 'organization' where there is one",
  );
  demand(
    config.mode !== 'ec2' || config.instance.patching !== 'off',
    'instance.patching',
    "security updates of the machine: a time such as 'SUN 04:30'",
  );
}
