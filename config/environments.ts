import type { Environment, PartialConfig } from './schema.ts';

/** What an environment implies, before preset and file: the first layer of every configuration. */
export const ENVIRONMENT_DEFAULTS: Readonly<Record<Environment, PartialConfig>> = {
  development: {
    data: { removalPolicy: 'destroy', deletionProtection: false, backupRetentionDays: 1 },
    monitoring: { alarms: false, logRetentionDays: 7 },
    network: { flowLogs: false },
  },
  staging: {
    data: { removalPolicy: 'snapshot', deletionProtection: false, backupRetentionDays: 7, backupPlan: true },
    monitoring: { alarms: true, logRetentionDays: 30 },
    network: { flowLogs: false },
  },
  production: {
    data: {
      removalPolicy: 'retain',
      deletionProtection: true,
      backupRetentionDays: 14,
      backupPlan: true,
      rotateMasterPasswords: true,
    },
    monitoring: { alarms: true, dashboard: true, logRetentionDays: 90 },
    network: { flowLogs: false },
    access: { logs: true },
  },
  enterprise: {
    data: {
      removalPolicy: 'retain',
      deletionProtection: true,
      backupRetentionDays: 35,
      backupPlan: true,
      vaultLock: true,
      rotateMasterPasswords: true,
    },
    monitoring: { alarms: true, dashboard: true, logRetentionDays: 365, encryptLogs: true },
    network: { flowLogs: true },
    access: { logs: true },
    audit: { trail: 'own' },
  },
};
