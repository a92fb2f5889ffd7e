import type { DeploymentConfig } from '../../config/schema.ts';
import type { UsageInput } from './usage.ts';

export interface Idea {
  readonly title: string;
  readonly tradeOff: string;
}

/** An idea that is a change of settings: none for configurations that it does not concern. */
export interface SettingIdea extends Idea {
  readonly changes: (config: DeploymentConfig) => readonly string[] | undefined;
}

/** An idea that gives a line another price: the key of it, or of a part of the line's own price. */
export interface PriceIdea extends Idea {
  /** Whether a setting does the same for configurations. */
  readonly isForTemplates?: boolean;
  readonly price: (key: string) => { readonly instead: string } | { readonly part: string } | undefined;
}

/** Twelve hours on five days a week. */
export const OFFICE: UsageInput = { computeHours: 260 };
export const SCHEDULE: Idea = {
  title: 'machines and tasks on weekdays from 7 to 19 only',
  tradeOff: 'nobody reaches it at night; needs a schedule that stops and starts them, which you add',
};
const KEPT_LOG_DAYS = 30;

export const SETTING_IDEAS: readonly SettingIdea[] = [
  {
    title: 'NAT instance instead of NAT gateways',
    tradeOff: 'one small machine a zone, which you patch; outgoing calls stop while it is replaced',
    changes: ({ network }) =>
      network.natGateways > 0 && network.natType === 'gateway' ? ['network.natType=instance'] : undefined,
  },
  {
    title: 'one NAT gateway less',
    tradeOff: 'when its zone fails, calls to models from the other zones fail too',
    changes: ({ network }) =>
      network.natGateways > 1 ? [`network.natGateways=${network.natGateways - 1}`] : undefined,
  },
  {
    title: 'tasks in public subnets, an endpoint instead of NAT',
    tradeOff: 'tasks have public addresses; only their security groups keep the internet out',
    changes: ({ mode, network }) =>
      mode === 'ecs' && network.natGateways > 0
        ? ['service.subnets=public', 'network.natGateways=0', 'network.interfaceEndpoints=["secretsmanager"]']
        : undefined,
  },
  {
    title: 'two zones instead of three',
    tradeOff: 'half of the capacity is gone when a zone fails, instead of a third',
    changes: ({ network }) => {
      const gateways = Math.min(2, network.natGateways);
      return network.zones > 2 ? ['network.zones=2', `network.natGateways=${gateways}`] : undefined;
    },
  },
  {
    title: 'no interface endpoints beside NAT',
    tradeOff: 'calls to these services take NAT and its price by GB; they leave the VPC',
    changes: ({ network }) =>
      network.natGateways > 0 && network.interfaceEndpoints.length > 0 ? ['network.interfaceEndpoints=[]'] : undefined,
  },
  {
    title: 'LibreChat on Fargate Spot',
    tradeOff: 'tasks are stopped with two minutes of notice, which cuts answers',
    changes: (config) => (config.mode === 'ecs' && !config.service.spot ? ['service.spot=true'] : undefined),
  },
  {
    title: 'no Container Insights',
    tradeOff: 'no metrics for each task; those of services and the alarms stay',
    changes: (config) =>
      config.mode === 'ecs' && config.service.containerInsights ? ['service.containerInsights=false'] : undefined,
  },
  {
    title: 'PostgreSQL in one zone',
    tradeOff: 'search in documents is down for minutes to hours when that zone or machine fails',
    changes: ({ vectorStore }) =>
      vectorStore?.type === 'rds' && vectorStore.multiAz ? ['vectorStore.multiAz=false'] : undefined,
  },
  {
    title: 'Aurora without a reader',
    tradeOff: 'a failed writer is made anew in minutes instead of replaced in seconds',
    changes: ({ vectorStore }) =>
      vectorStore?.type === 'aurora' && vectorStore.readers > 0 ? ['vectorStore.readers=0'] : undefined,
  },
  {
    title: 'one DocumentDB instance',
    tradeOff: 'LibreChat is down for about ten minutes when the instance fails; no data is lost',
    changes: ({ documentStore }) =>
      documentStore.type === 'documentdb' && documentStore.instances > 1 ? ['documentStore.instances=1'] : undefined,
  },
  {
    title: `logs for ${KEPT_LOG_DAYS} days`,
    tradeOff: 'older traces are gone when an incident is found late; compliance may ask for a year',
    changes: ({ monitoring }) =>
      monitoring.logRetentionDays > KEPT_LOG_DAYS ? [`monitoring.logRetentionDays=${KEPT_LOG_DAYS}`] : undefined,
  },
];

const GRAVITON: Readonly<Record<string, string>> = {
  t3: 't4g',
  t3a: 't4g',
  m5: 'm7g',
  m5a: 'm7g',
  m6i: 'm7g',
  m7i: 'm7g',
  c5: 'c7g',
  c6i: 'c7g',
  c7i: 'c7g',
  r5: 'r6g',
  r6i: 'r7g',
};
/** Families of databases and caches for which the book has prices. */
const MANAGED_GRAVITON: Readonly<Record<string, string>> = { t3: 't4g', m5: 'm6g', m6i: 'm6g', r5: 'r6g' };

export const PRICE_IDEAS: readonly PriceIdea[] = [
  {
    title: 'Graviton (arm64)',
    tradeOff: 'images and programs of your own must run on arm64',
    price: (key) => {
      const arm = key
        .replace(
          /^(AmazonEC2\/linux\.)(\w+)/,
          (_, start: string, family: string) => start + (GRAVITON[family] ?? family),
        )
        .replace(
          /((?:db|cache)\.)(\w+)/,
          (_, start: string, family: string) => start + (MANAGED_GRAVITON[family] ?? family),
        )
        .replace(/(fargate|duration)\.x86/, '$1.arm');
      return arm === key ? undefined : { instead: arm };
    },
  },
  {
    title: 'NAT instances (t4g.nano) instead of NAT gateways',
    tradeOff: 'small machines, which you patch; outgoing calls stop while one is replaced',
    isForTemplates: true,
    price: (key) => (key === 'AmazonEC2/natGateway.hour' ? { instead: 'AmazonEC2/linux.t4g.nano' } : undefined),
  },
  {
    title: 'Fargate Spot',
    tradeOff: 'tasks are stopped with two minutes of notice',
    isForTemplates: true,
    price: (key) =>
      /^AmazonECS\/fargate\.(arm|x86)\.\w+$/.test(key) ? { part: 'AmazonECS/fargateSpot.multiplier' } : undefined,
  },
  {
    title: 'gp3 instead of gp2 volumes',
    tradeOff: 'none: changed while in use, 3,000 IOPS at any size',
    price: (key) => (key.startsWith('AmazonEC2/ebs.gp2') ? { instead: key.replace('gp2', 'gp3') } : undefined),
  },
  {
    title: 'Valkey instead of Redis',
    tradeOff: 'a change of engine, which clients of Redis 7 do not notice',
    price: (key) =>
      key.startsWith('AmazonElastiCache/redis.') ? { instead: key.replace('redis', 'valkey') } : undefined,
  },
  {
    title: 'compute savings plan, one year, nothing upfront',
    tradeOff: 'paid for a year whether used or not; what the databases would save is not known here',
    price: (key) => {
      if (/^AmazonECS\/fargate\.(arm|x86)\.\w+$/.test(key)) return { part: 'AmazonECS/fargate.savingsPlan1y' };
      return key.startsWith('AmazonEC2/linux.') ? { part: 'AmazonEC2/savingsPlan1y' } : undefined;
    },
  },
];
