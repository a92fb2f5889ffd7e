import type { AlarmMetric } from './alarm-state.ts';
import type { Synthesized } from './deployments.ts';

interface AgentConfig {
  readonly metrics: {
    readonly namespace: string;
    readonly append_dimensions: Readonly<Record<string, string>>;
    readonly metrics_collected: {
      readonly mem: { readonly measurement: readonly string[] };
      readonly disk: { readonly measurement: readonly string[]; readonly resources: readonly string[] };
    };
  };
}

/** A file that the machine gets; one of nothing where it gets none. */
function fileOf({ files }: Synthesized, wanted: string): string {
  return Object.entries(files).find(([name]) => name.endsWith(`/${wanted}`))?.[1] ?? '{}';
}

/** Whether the configuration of the agent, in the files that the machine gets, has it send this metric of the machine. */
export function agentSends({ namespace, name, dimensions }: AlarmMetric, stack: Synthesized): boolean {
  const { metrics } = JSON.parse(fileOf(stack, 'cloudwatch-agent.json')) as AgentConfig;
  const { mem, disk } = metrics.metrics_collected;
  const names = Object.keys(dimensions).sort().join();
  const sent: Readonly<Record<string, () => boolean>> = {
    mem_used_percent: () => mem.measurement.includes('mem_used_percent') && names === '',
    disk_used_percent: () =>
      disk.measurement.includes('used_percent') &&
      names === 'fstype,path' &&
      disk.resources.includes(String(dimensions['path'])),
  };
  return metrics.namespace === namespace && 'InstanceId' in metrics.append_dimensions && sent[name]?.() === true;
}

/** Whether a timer of the machine has LibreChat asked, and the agent sends what came of it. */
export function watchWrites(stack: Synthesized): boolean {
  const wanted = {
    'boot-containers.sh': 'systemctl enable --now librechat-watch.timer',
    'librechat-watch.service': '/opt/librechat/watch.sh',
    'watch.sh': '/var/log/librechat/watch.log',
    'cloudwatch-agent.json': '"file_path": "/var/log/librechat/watch.log"',
  };
  return Object.entries(wanted).every(([name, text]) => fileOf(stack, name).includes(text));
}
