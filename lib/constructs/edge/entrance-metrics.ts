import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Duration } from 'aws-cdk-lib/core';
import { CLOUDFRONT_REGION } from '../../../config/regions.ts';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { type AlarmRule, amongRequests, FIVE_MINUTES, MISSING, type Watched } from '../monitoring/watched.ts';

const MINUTE = Duration.minutes(1);

/** What a load balancer tells of how people are served. */
export function balancerMetrics(
  balancer: elbv2.ApplicationLoadBalancer,
  { metrics }: elbv2.ApplicationTargetGroup,
): Watched[] {
  const requests = metrics.requestCount({ period: FIVE_MINUTES });
  const errors = metrics.httpCodeTarget(elbv2.HttpCodeTarget.TARGET_5XX_COUNT, { period: FIVE_MINUTES });
  const slow = metrics.targetResponseTime({ statistic: 'p95', period: FIVE_MINUTES });
  return [
    {
      id: 'ServerErrors',
      title: 'Requests that LibreChat failed (5xx), %',
      metric: amongRequests('100 * FILL(errors, 0) / requests', requests, { errors }, 'failed'),
      alarm: ALARMS.serverErrors,
    },
    {
      id: 'BalancerErrors',
      title: 'Requests that reached no LibreChat (5xx of the balancer)',
      metric: balancer.metrics.httpCodeElb(elbv2.HttpCodeElb.ELB_5XX_COUNT, { period: FIVE_MINUTES }),
      alarm: ALARMS.balancerErrors,
    },
    {
      id: 'SlowAnswers',
      title: 'Time until an answer begins, p95 in seconds',
      metric: amongRequests('slow', requests, { slow }, 'p95'),
      alarm: ALARMS.slowAnswers,
    },
    {
      id: 'NoHealthyHost',
      title: 'Targets that are ready',
      metric: metrics.healthyHostCount({ statistic: 'Maximum', period: MINUTE }),
      alarm: ALARMS.noHealthyHost,
    },
    {
      id: 'UnhealthyHosts',
      title: 'Targets that are not ready',
      metric: metrics.unhealthyHostCount({ statistic: 'Maximum', period: MINUTE }),
      alarm: ALARMS.unhealthyHosts,
    },
    { id: 'Requests', title: 'Requests', metric: requests, answers: 'use' },
    {
      id: 'Connections',
      title: 'Open connections, answers being written among them',
      metric: balancer.metrics.activeConnectionCount({ period: FIVE_MINUTES }),
      answers: 'use',
    },
  ];
}

const ALARMS = {
  serverErrors: {
    threshold: 5,
    unit: '%',
    periods: 2,
    missing: MISSING.nothingHappened,
    felt: true,
    meaning: 'LibreChat fails one request in twenty or more',
    remedy: 'run the saved query errors-by-address, then look at the databases',
  },
  balancerErrors: {
    threshold: 10,
    unit: 'count',
    periods: 2,
    missing: MISSING.nothingHappened,
    felt: true,
    meaning: 'the balancer answers in place of LibreChat: none is there, or it closed the connection',
    remedy: 'look at the targets and at the reasons of stopped tasks',
  },
  slowAnswers: {
    threshold: 5,
    unit: 's',
    periods: 3,
    missing: MISSING.nothingHappened,
    felt: true,
    meaning: 'one request in twenty waits five seconds or longer, for a quarter of an hour',
    remedy: 'look at the CPU of LibreChat and of its databases',
  },
  noHealthyHost: {
    threshold: 1,
    unit: 'count',
    below: true,
    periods: 3,
    missing: MISSING.silenceIsOutage,
    felt: true,
    meaning: 'no LibreChat is ready to serve anybody',
    remedy: 'look at the reasons of stopped tasks, or at the machine, and at the last lines of the log',
  },
  unhealthyHosts: {
    threshold: 1,
    unit: 'count',
    periods: 10,
    missing: MISSING.toldElsewhere,
    meaning: 'a task or machine has not been ready for ten minutes; the others carry its load',
    remedy: 'look at the reasons of stopped tasks and at its log',
  },
} as const satisfies Record<string, AlarmRule>;

/** What CloudFront tells of how people are served. It tells it in one region, and an alarm sees no other than its own. */
export function distributionMetrics(distribution: cloudfront.IDistribution, { region }: DeploymentConfig): Watched[] {
  const metric = (metricName: string, statistic: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/CloudFront',
      metricName,
      // The CDK's own methods leave the second out, and then there is no data.
      dimensionsMap: { DistributionId: distribution.distributionId, Region: 'Global' },
      statistic,
      period: FIVE_MINUTES,
      region: CLOUDFRONT_REGION,
    });
  const requests = metric('Requests', 'Sum');
  const alarm = {
    threshold: 5,
    unit: '%',
    periods: 2,
    missing: MISSING.nothingHappened,
    felt: true,
    meaning: 'CloudFront fails one request in twenty or more: it does not reach LibreChat, or gets errors from it',
    remedy: 'look whether the balancer or the machine is there; if so, at the log of LibreChat',
  } as const;
  return [
    {
      id: 'SiteErrors',
      title: 'Requests that CloudFront failed (5xx), %',
      metric: amongRequests('failed', requests, { failed: metric('5xxErrorRate', 'Average') }, 'failed'),
      ...(region === CLOUDFRONT_REGION ? { alarm } : {}),
    },
    { id: 'SiteRequests', title: 'Requests to CloudFront', metric: requests, answers: 'use' },
  ];
}

/** When a certificate ends. ACM renews its own 60 days before; one that was imported nobody renews. */
export function certificateMetrics(certificate: acm.ICertificate | undefined): Watched[] {
  if (certificate === undefined) return [];
  return [
    {
      id: 'CertificateExpiry',
      title: 'Days until the certificate ends',
      metric: certificate.metricDaysToExpiry(),
      alarm: {
        threshold: 30,
        unit: 'days',
        below: true,
        periods: 1,
        missing: { isBad: false, reason: 'it is published twice a day, and not on the first' },
        meaning: 'the certificate ends within 30 days and was not renewed; browsers will refuse the site',
        remedy: 'put back the DNS record by which ACM validates, or import a new one',
      },
    },
  ];
}
