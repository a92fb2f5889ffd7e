import { stringify } from 'yaml';
import type { Ec2Config } from '../../../../config/schema.ts';
import { PORTS } from '../container-environment.ts';

/** Metrics that the CloudWatch agent sends from the machine, for whoever watches them. */
export const AGENT_METRICS = {
  namespace: 'LibreChat/Machine',
  /** Dimension: InstanceId. */
  memory: 'mem_used_percent',
  /** Dimensions: InstanceId, path, and fstype, which is `fileSystem`. */
  disk: 'disk_used_percent',
  fileSystem: 'xfs',
  /** Values of `path`: system, images and logs; databases and uploads. */
  diskPaths: { root: '/', data: '/data' },
} as const;

/** Metrics of LibreChat's own /metrics, where the configuration wants them. Dimension: `label`, with the stack's name. */
export const APPLICATION_METRICS = {
  namespace: 'LibreChat/Application',
  label: 'deployment',
  /** Where the agent finds what to fetch, and the secret that LibreChat wants to hear. */
  configFile: 'prometheus.yaml',
  tokenFile: '/etc/librechat/metrics-token',
} as const;

/** Name of the log stream of requests that nginx records; the instance's id follows it. */
const REQUESTS_STREAM = 'requests';

const MINUTE_SECONDS = 60;
const FOLDER = '/opt/librechat';

/** Configuration of the CloudWatch agent. `boot.sh` puts the log group's name in, which only the deployment knows. */
export function agentConfig({ monitoring }: Pick<Ec2Config, 'monitoring'>): string {
  const { namespace, diskPaths } = AGENT_METRICS;
  const file = (path: string, stream: string) => ({
    file_path: path,
    log_group_name: '@LOG_GROUP@',
    log_stream_name: `${stream}/{instance_id}`,
  });
  const config = {
    agent: { metrics_collection_interval: MINUTE_SECONDS, run_as_user: 'root', omit_hostname: true },
    metrics: {
      namespace,
      append_dimensions: { InstanceId: '${aws:InstanceId}' },
      metrics_collected: {
        mem: { measurement: ['mem_used_percent'] },
        disk: { measurement: ['used_percent'], resources: Object.values(diskPaths), drop_device: true },
      },
    },
    // Containers log by Docker itself; these are the machine's own.
    logs: {
      logs_collected: {
        files: {
          collect_list: [
            file('/var/log/librechat/boot.log', 'boot'),
            file('/var/log/librechat/patch.log', 'patch'),
            file('/var/log/librechat/watch.log', 'watch'),
            file('/var/log/nginx/error.log', 'nginx'),
            file('/var/log/nginx/access.log', REQUESTS_STREAM),
          ],
        },
      },
      ...(monitoring.applicationMetrics ? { metrics_collected: { prometheus: PROMETHEUS } } : {}),
    },
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

const { namespace: metric_namespace, label, configFile, tokenFile } = APPLICATION_METRICS;

/** How the agent makes metrics of CloudWatch from what it fetched: eight of them, each for $0.30 a month. */
const PROMETHEUS = {
  prometheus_config_path: `${FOLDER}/${configFile}`,
  log_group_name: '@LOG_GROUP@',
  emf_processor: {
    metric_namespace,
    metric_declaration: [
      {
        source_labels: ['job'],
        label_matcher: '^librechat$',
        dimensions: [[label]],
        metric_selectors: [
          '^generation_jobs_in_flight$',
          '^nodejs_eventloop_lag_p99_seconds$',
          '^process_resident_memory_bytes$',
        ],
      },
      {
        source_labels: ['job'],
        label_matcher: '^librechat$',
        dimensions: [[label, 'result']],
        metric_selectors: ['^generation_jobs_total$'],
      },
    ],
  },
};

/** What the agent fetches: LibreChat's /metrics, with the secret that `boot.sh` puts beside it. */
export function scrapeConfig({ stackName }: Ec2Config): string {
  return stringify({
    global: { scrape_interval: '1m', scrape_timeout: '10s' },
    scrape_configs: [
      {
        job_name: 'librechat',
        metrics_path: '/metrics',
        authorization: { type: 'Bearer', credentials_file: tokenFile },
        static_configs: [{ targets: [`127.0.0.1:${PORTS.librechat}`], labels: { [label]: stackName } }],
      },
    ],
  });
}
