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

const MINUTE_SECONDS = 60;

/** Configuration of the CloudWatch agent. `boot.sh` puts the log group's name in, which only the deployment knows. */
export function agentConfig(): string {
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
          collect_list: [file('/var/log/librechat/boot.log', 'boot'), file('/var/log/nginx/error.log', 'nginx')],
        },
      },
    },
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
