import type * as logs from 'aws-cdk-lib/aws-logs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Ec2Config } from '../../../../config/schema.ts';
import { countLines } from '../../monitoring/log-watch.ts';
import { MISSING, type Watched } from '../../monitoring/watched.ts';

/** What tells whether people are served, where no load balancer does. */
export function siteMetrics(scope: Construct, config: Ec2Config, logGroup: logs.ILogGroup): Watched[] {
  return [notReady(scope, config, logGroup), failedRequests(scope, config, logGroup)];
}

/** Minutes in which `watch.sh` found LibreChat ready: it writes a line then, and other ones when it is not. */
function notReady(scope: Construct, config: Ec2Config, logGroup: logs.ILogGroup): Watched {
  return {
    id: 'NotReady',
    title: 'Whether LibreChat is ready',
    metric: countLines(scope, 'ReadyLines', {
      config,
      logGroup,
      pattern: '[time, who = watch, state = ready]',
      period: Duration.minutes(1),
    }),
    alarm: {
      threshold: 1,
      unit: 'count',
      below: true,
      // An update may take eight minutes; one that ends again and again is ready in between.
      periods: 10,
      among: 15,
      missing: MISSING.silenceIsOutage,
      felt: true,
      meaning: 'LibreChat was not ready in ten of fifteen minutes: it hangs, ends again and again, or is not there',
      remedy: 'look whether the machine runs, then read the end of its log streams watch, librechat and boot',
    },
  };
}

/** Requests that nginx answered with 5xx. The other lines of the group have another form. */
function failedRequests(scope: Construct, config: Ec2Config, logGroup: logs.ILogGroup): Watched {
  return {
    id: 'FailedRequests',
    title: 'Requests that failed (5xx)',
    metric: countLines(scope, 'FailedRequestLines', {
      config,
      logGroup,
      pattern: '[..., request = "*HTTP/*", status = 5*, bytes, seconds = *s]',
    }),
    alarm: {
      threshold: 5,
      unit: 'count',
      periods: 2,
      missing: MISSING.nothingHappened,
      felt: true,
      meaning: 'LibreChat fails requests, or nginx finds none that answers',
      remedy: 'run the saved query errors-by-address, then read the log stream nginx',
    },
  };
}
