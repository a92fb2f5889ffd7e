import * as logs from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** Properties for {@link logGroup}. */
export interface LogGroupOptions {
  /** Last part of the name, below `/aws/librechat/<stack>/`. */
  readonly name: string;

  /**
   * Beginning of the name, for services that ask for another.
   *
   * @default - `/aws/librechat/<stack>/`
   */
  readonly prefix?: string;
}

/**
 * A log group where people look for it.
 *
 * Deleted with the stack: a named group that stays would block the retry of a failed create. How long it keeps what it
 * has, and under which key, {@link MonitoringConstruct} says for all groups.
 */
export function logGroup(
  scope: Construct,
  id: string,
  { name, prefix = `${logGroupPrefix(scope)}/` }: LogGroupOptions,
): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    logGroupName: `${prefix}${name}`,
    retention: logs.RetentionDays.INFINITE,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** AWS WAF writes to log groups of this prefix and to no others. */
export const FIREWALL_LOG_PREFIX = 'aws-waf-logs-';

/** Prefix of all log groups of a stack. */
export function logGroupPrefix(scope: Construct): string {
  return `/aws/librechat/${Stack.of(scope).stackName}`;
}

/** Beginning of the names of functions that change passwords: 64 characters are the most that Lambda takes for the whole. */
export function rotationPrefix(scope: Construct): string {
  return `${Stack.of(scope).stackName.slice(0, 44)}-rotation-`;
}
