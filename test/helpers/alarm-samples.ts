import type { Published } from './alarm-state.ts';

type Samples = Readonly<Record<string, Published>>;

/** What an alarm must do, told in words and in data. */
export interface AlarmSample {
  readonly firesOn: string;
  readonly fires: Samples;
  readonly silentOn: string;
  readonly silent: readonly Samples[];

  /** What it must do when there is no data at all. */
  readonly noData: 'rings' | 'is silent';
}

/** The same value for so many minutes. */
const steady = (value: number | null, minutes: number, everyMinutes = 1): Published => ({
  everyMinutes,
  values: Array.from({ length: minutes / everyMinutes }, () => value),
});

/** Values one after the other. */
const series = (everyMinutes: number, ...values: readonly (number | null)[]): Published => ({ everyMinutes, values });

/** Values for so many minutes each. */
const phases = (...parts: readonly (readonly [value: number | null, minutes: number])[]): Published => ({
  everyMinutes: 1,
  values: parts.flatMap(([value, minutes]) => Array.from({ length: minutes }, () => value)),
});

const value = (published: Published): Samples => ({ value: published });

/** Over a limit for as long as it takes, and for a period less. */
const limit = (
  bad: number,
  good: number,
  [minutes, tooFew]: readonly [number, number],
  [firesOn, silentOn]: readonly [string, string],
  noData: AlarmSample['noData'] = 'is silent',
): AlarmSample => ({
  firesOn,
  fires: value(phases([good, 60], [bad, minutes])),
  silentOn,
  silent: [value(phases([good, 60], [bad, tooFew]))],
  noData,
});

const QUARTER = [15, 10] as const;
const TEN_MINUTES = [10, 5] as const;
const HALF_HOUR = [30, 25] as const;

const GIB = 1024 ** 3;

const THROTTLES: AlarmSample = {
  firesOn: '15 in five minutes, over ten models at the most, twice in a quarter of an hour',
  fires: {
    m0: phases([0, 45], [2, 5], [0, 5], [2, 5]),
    m1: steady(1, 60),
    m2: steady(null, 60),
    m3: steady(null, 60),
  },
  silentOn: '5 in five minutes',
  silent: [{ m0: steady(1, 60), m1: steady(null, 60), m2: steady(null, 60), m3: steady(null, 60) }],
  noData: 'is silent',
};

/** Samples for every alarm that a configuration can have, by the name of its metric. */
export const ALARM_SAMPLES: Readonly<Record<string, AlarmSample>> = {
  ServerErrors: {
    firesOn: '2 of 20 requests a minute fail, for ten minutes',
    fires: { requests: steady(20, 60), errors: phases([null, 50], [2, 10]) },
    silentOn: '4 of 100 fail; or half of the 10 requests in five minutes of a night',
    silent: [
      { requests: steady(100, 60), errors: steady(4, 60) },
      { requests: steady(2, 60), errors: steady(1, 60) },
    ],
    noData: 'is silent',
  },
  BalancerErrors: {
    firesOn: 'the balancer answers 3 requests a minute itself, for ten minutes',
    fires: value(phases([null, 50], [3, 10])),
    silentOn: '30 at once when a task ends, and none after',
    silent: [value(phases([null, 54], [30, 1], [null, 5]))],
    noData: 'is silent',
  },
  SlowAnswers: {
    firesOn: 'one in twenty waits 6 s, for a quarter of an hour',
    fires: { requests: steady(20, 60), slow: phases([0.2, 45], [6, 15]) },
    silentOn: 'six seconds in a night with 10 requests in five minutes',
    silent: [{ requests: phases([20, 45], [2, 15]), slow: steady(6, 60) }],
    noData: 'is silent',
  },
  NoHealthyHost: {
    firesOn: 'no target is ready, for three minutes',
    fires: value(phases([2, 57], [0, 3])),
    silentOn: 'one of two is ready',
    silent: [value(steady(1, 60))],
    noData: 'rings',
  },
  UnhealthyHosts: limit(
    1,
    0,
    [10, 9],
    ['one target is not ready, for ten minutes', 'a new task that is ready after nine minutes'],
  ),
  SiteErrors: {
    firesOn: '8 % fail at CloudFront, for ten minutes',
    fires: { requests: steady(20, 60), failed: phases([0, 50], [8, 10]) },
    silentOn: '100 % of the 10 requests of a night',
    silent: [{ requests: steady(2, 60), failed: steady(100, 60) }],
    noData: 'is silent',
  },
  FailedRequests: limit(2, 0, TEN_MINUTES, ['2 a minute fail, for ten minutes', '2 a minute, for five minutes']),
  CertificateExpiry: {
    firesOn: '29 days are left',
    fires: value(series(720, 31, 30.5, 29.9, 29)),
    silentOn: '45 days are left: ACM renews',
    silent: [value(steady(45, 4320, 720))],
    noData: 'is silent',
  },
  RefusedRequests: limit(250, 10, TEN_MINUTES, [
    '250 a minute are refused, for ten minutes',
    '250 a minute, for five minutes',
  ]),
  TaskMemory: limit(95, 60, QUARTER, ['95 %, for a quarter of an hour', '95 %, for ten minutes'], 'rings'),
  RagApiMemory: limit(95, 60, QUARTER, ['95 %, for a quarter of an hour', '95 %, for ten minutes'], 'rings'),
  SearchMemory: limit(95, 60, QUARTER, ['95 %, for a quarter of an hour', '95 %, for ten minutes'], 'rings'),
  TaskCpu: limit(95, 60, QUARTER, ['95 %, for a quarter of an hour', '95 %, until new tasks run ten minutes later']),
  NotReady: {
    firesOn: 'it hangs for ten minutes; or it ends twice in a quarter of an hour',
    fires: value(phases([1, 45], [0, 5], [1, 3], [0, 5], [1, 2])),
    silentOn: 'not ready for eight minutes, while a new release is fetched; or it ends once',
    silent: [value(phases([1, 50], [0, 8], [1, 2])), value(phases([1, 52], [0, 6], [1, 2]))],
    noData: 'rings',
  },
  MachineCheck: limit(1, 0, [2, 1], ['two failed checks in a row', 'one failed check']),
  MachineHung: limit(1, 0, [5, 4], ['five failed checks in a row', 'four, while it boots']),
  MachineCpu: limit(95, 40, HALF_HOUR, ['95 %, for half an hour', '95 %, for 25 minutes']),
  MachineCredits: {
    firesOn: 'credits are paid in three hours in a row',
    fires: value(phases([0, 180], [0.5, 180])),
    silentOn: 'two hours, then none',
    silent: [value(phases([0, 180], [0.5, 120], [0, 60]))],
    noData: 'is silent',
  },
  MachineMemory: limit(95, 60, QUARTER, ['95 %, for a quarter of an hour', '95 %, for ten minutes']),
  RootDisk: limit(86, 60, TEN_MINUTES, ['86 %, for ten minutes', '86 %, while images are replaced']),
  DataDisk: limit(86, 60, TEN_MINUTES, ['86 %, for ten minutes', '86 %, for five minutes']),
  NatPorts: limit(1, 0, TEN_MINUTES, ['connections fail, for ten minutes', 'for five minutes']),
  NatCheck: {
    firesOn: 'failed checks of one, for ten minutes',
    fires: { m0: phases([0, 50], [1, 10]), m1: steady(0, 60) },
    silentOn: 'for five minutes',
    silent: [{ m0: phases([0, 55], [1, 5]), m1: steady(0, 60) }],
    noData: 'rings',
  },
  DocumentsCpu: limit(90, 40, HALF_HOUR, ['90 %, for half an hour', '90 %, for 25 minutes'], 'rings'),
  DocumentsMemory: {
    firesOn: 'operations are held back in two of three periods',
    fires: value(phases([0, 45], [3, 5], [0, 5], [3, 5])),
    silentOn: 'once in a quarter of an hour',
    silent: [value(phases([0, 50], [3, 5], [0, 5]))],
    noData: 'is silent',
  },
  DocumentsConnections: {
    firesOn: '850 of 1000, for a quarter of an hour',
    fires: { used: phases([100, 45], [850, 15]), allowed: steady(1000, 60) },
    silentOn: '790 of 1000',
    silent: [{ used: steady(790, 60), allowed: steady(1000, 60) }],
    noData: 'is silent',
  },
  DocumentsLag: limit(2000, 20, QUARTER, ['two seconds, for a quarter of an hour', 'two seconds, for ten minutes']),
  VectorsCpu: limit(90, 40, HALF_HOUR, ['90 %, for half an hour', '90 %, for 25 minutes']),
  VectorsStorage: limit(0.9 * GIB, 12 * GIB, TEN_MINUTES, ['0.9 of 20 GiB free, for ten minutes', 'for five minutes']),
  VectorsMemory: limit(50 * 1024 ** 2, GIB, QUARTER, [
    '50 MiB of 2 GiB free, for a quarter of an hour',
    '50 MiB, for ten minutes',
  ]),
  VectorsConnections: limit(2000, 20, QUARTER, [
    'more than 70 % of what it allows, for a quarter of an hour',
    'for ten minutes',
  ]),
  VectorsCapacity: limit(100, 40, QUARTER, ['100 %, for a quarter of an hour', '100 %, for ten minutes']),
  CacheMemory: limit(85, 30, QUARTER, ['85 %, for a quarter of an hour', '85 %, for ten minutes'], 'rings'),
  CacheEvictions: {
    firesOn: 'one node drops entries, for ten minutes',
    fires: { m0: phases([0, 50], [2, 10]), m1: steady(0, 60), m2: steady(null, 60) },
    silentOn: 'for five minutes',
    silent: [{ m0: phases([0, 55], [2, 5]), m1: steady(0, 60), m2: steady(0, 60) }],
    noData: 'is silent',
  },
  CacheCpu: {
    firesOn: '90 % on one node, for a quarter of an hour',
    fires: { m0: phases([20, 45], [90, 15]), m1: steady(10, 60), m2: steady(null, 60) },
    silentOn: '70 % on each',
    silent: [{ m0: steady(70, 60), m1: steady(70, 60), m2: steady(70, 60) }],
    noData: 'is silent',
  },
  FilesLoad: limit(98, 5, QUARTER, ['98 %, for a quarter of an hour', '98 %, for ten minutes']),
  BackupFailed: {
    firesOn: 'one job does not begin in time',
    fires: { failed: steady(null, 240), expired: phases([null, 235], [1, 5]) },
    silentOn: 'none fails',
    silent: [{ failed: steady(0, 240, 5), expired: steady(null, 240) }],
    noData: 'is silent',
  },
  CopyFailed: {
    firesOn: 'one copy fails',
    fires: value(phases([null, 235], [1, 5])),
    silentOn: 'none of them',
    silent: [value(steady(0, 240, 5))],
    noData: 'is silent',
  },
  BrokenAnswers: {
    firesOn: 'six in five minutes, twice in a quarter of an hour',
    fires: value(phases([0, 45], [1.2, 5], [0, 5], [1.2, 5])),
    silentOn: 'twenty in one burst; or four in each five minutes',
    silent: [value(phases([0, 45], [4, 5], [0, 10])), value(steady(0.8, 60))],
    noData: 'is silent',
  },
  ModelThrottles: THROTTLES,
  ModelThrottles2: THROTTLES,
};
