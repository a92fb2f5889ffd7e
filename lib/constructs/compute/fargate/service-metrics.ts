import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { FIVE_MINUTES, MISSING, type Watched } from '../../monitoring/watched.ts';

/** What the services are called in the names of their metrics, and how to give one of them more. */
const SERVICES = {
  Task: {
    name: 'LibreChat',
    memory: 'service.librechat.memoryMiB',
    without: 'nobody is served',
  },
  RagApi: {
    name: 'the RAG API',
    memory: 'service.ragApi.memoryMiB',
    without: 'documents can be neither uploaded for questions nor asked',
  },
  Search: {
    name: 'Meilisearch',
    memory: 'service.meilisearch.memoryMiB',
    without: 'nobody finds past chats',
  },
} as const;

export type ServiceId = keyof typeof SERVICES;

/** What ECS tells of the services that there are. It tells it as long as a task runs: silence is an outage. */
export function serviceMetrics(services: Readonly<Partial<Record<ServiceId, ecs.FargateService>>>): Watched[] {
  return (Object.keys(SERVICES) as ServiceId[]).flatMap((id) => {
    const service = services[id];
    if (service === undefined) return [];
    return [memory(id, service), ...(id === 'Task' ? [cpu(service)] : [])];
  });
}

function memory(id: ServiceId, service: ecs.FargateService): Watched {
  const { name, memory: setting, without } = SERVICES[id];
  return {
    id: `${id}Memory`,
    title: `Memory of ${name}, %`,
    metric: service.metricMemoryUtilization({ period: FIVE_MINUTES, statistic: 'Maximum' }),
    alarm: {
      threshold: 90,
      unit: '%',
      periods: 3,
      missing: MISSING.silenceIsOutage,
      meaning: `${name} is about to run out of memory, or no task of it runs: then ${without}`,
      remedy: `raise ${setting}, or look at the reasons of stopped tasks`,
    },
  };
}

/** Only of what scales: its average is above the target when there is nothing left to scale to. */
function cpu(service: ecs.FargateService): Watched {
  return {
    id: 'TaskCpu',
    title: 'CPU of LibreChat, %',
    metric: service.metricCpuUtilization({ period: FIVE_MINUTES }),
    alarm: {
      threshold: 90,
      unit: '%',
      periods: 3,
      missing: MISSING.toldElsewhere,
      meaning: 'LibreChat is busy although it has scaled: answers begin late',
      remedy: 'raise service.librechat.maxTasks',
    },
  };
}
