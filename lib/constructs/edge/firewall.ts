import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Fn, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CLOUDFRONT_REGION } from '../../../config/regions.ts';
import type { DeploymentConfig } from '../../../config/schema.ts';
import { FIREWALL_LOG_PREFIX, logGroup } from '../monitoring/log-group.ts';
import { FIVE_MINUTES, MISSING, type Watched } from '../monitoring/watched.ts';
import { MANAGED_RULES, type ManagedRules } from './managed-rules.ts';
import { isRestricted, VIEWER_ADDRESS_HEADER } from './viewer-function.ts';

type Rule = Omit<wafv2.CfnWebACL.RuleProperty, 'priority'>;

/** Properties for {@link Firewall}. */
export interface FirewallProps {
  readonly config: DeploymentConfig;

  /** What it stands before: CloudFront, from us-east-1 only, or a load balancer of the stack's region. */
  readonly scope: Firewall['scope'];
}

/**
 * The firewall that the configuration asks for: before CloudFront where that can be, else before the load balancer.
 *
 * A region that only the credentials know counts as another one than us-east-1: it is not known here.
 */
export function createFirewall(scope: Construct, id: string, config: DeploymentConfig): Firewall | undefined {
  if (!config.access.waf.enabled) return undefined;
  const isAtCloudFront = config.access.type === 'cloudfront' && config.region === CLOUDFRONT_REGION;
  return new Firewall(scope, id, { config, scope: isAtCloudFront ? 'CLOUDFRONT' : 'REGIONAL' });
}

/** A web ACL: managed rules that let prompts and uploads pass, allowed addresses, and a limit of requests for each. */
export class Firewall extends Construct {
  readonly scope: 'CLOUDFRONT' | 'REGIONAL';
  readonly arn: string;
  private readonly config: DeploymentConfig;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { config } = props;
    this.config = config;
    this.scope = props.scope;
    const rules: Rule[] = [
      ...this.allowedAddresses(),
      this.requestLimit(),
      // Where the connection comes from CloudFront, reputation would be CloudFront's.
      ...MANAGED_RULES.filter(({ byAddress }) => !byAddress || !this.isBehindCloudFront).map(managedRule),
    ];
    this.arn = new wafv2.CfnWebACL(this, 'Resource', {
      scope: props.scope,
      description: `Before ${config.stackName}`,
      defaultAction: { allow: {} },
      visibilityConfig: visible(config.stackName),
      rules: rules.map((rule, priority) => ({ ...rule, priority })),
    }).attrArn;
    if (config.access.logs) this.recordRefusals();
  }

  /** Puts it before a load balancer. CloudFront takes its ARN instead. */
  protect(resourceArn: string): void {
    new wafv2.CfnWebACLAssociation(this, 'Association', { webAclArn: this.arn, resourceArn });
  }

  watched(): Watched[] {
    const dimensions = { WebACL: this.config.stackName, Rule: 'ALL' };
    return [
      {
        id: 'RefusedRequests',
        title: 'Requests that the firewall refused',
        metric: new cloudwatch.Metric({
          namespace: 'AWS/WAFV2',
          metricName: 'BlockedRequests',
          dimensionsMap: this.scope === 'REGIONAL' ? { ...dimensions, Region: Stack.of(this).region } : dimensions,
          statistic: 'Sum',
          period: FIVE_MINUTES,
        }),
        alarm: {
          threshold: 1000,
          unit: 'count',
          periods: 2,
          missing: MISSING.nothingHappened,
          meaning:
            'the firewall refuses three requests a second or more: somebody tries the site, or a rule hits people',
          remedy:
            "look at the firewall's sampled requests: who and which rule; a rule that hits people can be set to count",
        },
      },
    ];
  }

  /** Records who was refused and why, without what opens a session or was searched for. */
  private recordRefusals(): void {
    const group = logGroup(this, 'LogGroup', { prefix: FIREWALL_LOG_PREFIX, name: this.config.stackName });
    new wafv2.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.arn,
      // The ARN of a log group ends in `:*`, which AWS WAF refuses.
      logDestinationConfigs: [Fn.select(0, Fn.split(':*', group.logGroupArn))],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          { Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] },
        ],
      },
      redactedFields: [
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'cookie' } },
        { queryString: {} },
      ],
    });
  }

  /** Whether connections come from CloudFront, which names who calls in a header. */
  private get isBehindCloudFront(): boolean {
    return this.config.access.type === 'cloudfront' && this.scope === 'REGIONAL';
  }

  /** A second lock behind CloudFront's function or the balancer's security group, whose refusals are counted. */
  private allowedAddresses(): Rule[] {
    if (!isRestricted(this.config)) return [];
    const set = new wafv2.CfnIPSet(this, 'AllowedAddresses', {
      scope: this.scope,
      ipAddressVersion: 'IPV4',
      addresses: this.config.access.allowedCidrs,
    });
    return [
      {
        name: 'AllowedAddresses',
        action: { block: {} },
        visibilityConfig: visible('AllowedAddresses'),
        statement: {
          notStatement: {
            statement: {
              ipSetReferenceStatement: {
                arn: set.attrArn,
                ...(this.isBehindCloudFront
                  ? {
                      ipSetForwardedIpConfig: {
                        headerName: VIEWER_ADDRESS_HEADER,
                        fallbackBehavior: 'NO_MATCH',
                        position: 'FIRST',
                      },
                    }
                  : {}),
              },
            },
          },
        },
      },
    ];
  }

  private requestLimit(): Rule {
    return {
      name: 'RequestLimit',
      action: { block: { customResponse: { responseCode: 429 } } },
      visibilityConfig: visible('RequestLimit'),
      statement: {
        rateBasedStatement: {
          limit: this.config.access.waf.requestsPerFiveMinutes,
          evaluationWindowSec: 300,
          ...(this.isBehindCloudFront
            ? {
                aggregateKeyType: 'FORWARDED_IP',
                forwardedIpConfig: { headerName: VIEWER_ADDRESS_HEADER, fallbackBehavior: 'MATCH' },
              }
            : { aggregateKeyType: 'IP' }),
        },
      },
    };
  }
}

function visible(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true };
}

function managedRule({ name, counted }: ManagedRules): Rule {
  return {
    name,
    overrideAction: { none: {} },
    visibilityConfig: visible(name),
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: Object.keys(counted).map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
  };
}
