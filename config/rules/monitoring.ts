import type { DeploymentConfig } from '../schema.ts';
import type { Report } from './common.ts';

export function monitoringRules({ monitoring, mode }: DeploymentConfig, report: Report): void {
  const { alarms, alertEmail, slack, teams, monthlyBudgetUsd, applicationMetrics } = monitoring;
  if (alertEmail !== undefined && !alarms && monthlyBudgetUsd === undefined)
    report('monitoring.alertEmail', 'no alarm would ever write to it: set monitoring.alarms to true');
  for (const [key, channel] of Object.entries({ slack, teams })) {
    if (channel !== undefined && !alarms)
      report(`monitoring.${key}`, 'no alarm would ever write to it: set monitoring.alarms to true');
  }
  if (monthlyBudgetUsd !== undefined && alertEmail === undefined && slack === undefined && teams === undefined) {
    report(
      'monitoring.monthlyBudgetUsd',
      `nobody would be told that ${monthlyBudgetUsd} USD are spent: set monitoring.alertEmail, slack or teams`,
    );
  }
  if (applicationMetrics && mode === 'ecs') {
    report(
      'monitoring.applicationMetrics',
      'in mode ecs each task would need a second container that fetches them, for more than they tell: set false; CPU, memory, requests, errors and sign-ins are watched without',
    );
  }
}
