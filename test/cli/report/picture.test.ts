import { expect, test } from 'vitest';
import { drawn } from '../../../cli/report/layout.ts';
import type { Picture } from '../../../cli/report/picture.ts';
import { subject } from './pages.ts';

const lines = ({ connections }: Picture) => connections.map(({ from, to, label }) => `${from} → ${to}: ${label}`);
const boxes = ({ outside, groups }: Picture) => [...outside, ...groups.flatMap((group) => group.boxes)];

test('shows who calls whom on which port, each box in its subnets and zones', () => {
  const { picture } = subject('production-ecs');
  expect(lines(picture)).toEqual(
    expect.arrayContaining([
      'people → CloudFront: 443',
      'CloudFront → load balancer: 80',
      'load balancer → librechat: 3080',
      'librechat → DocumentDB: 27017',
      'functions → PostgreSQL: 5432',
      'NAT gateway → internet: 443',
    ]),
  );
  const isolated = picture.groups.find(({ kind }) => kind === 'isolated');
  expect(isolated?.boxes.map(({ id }) => id).sort()).toEqual(['DocumentDB', 'EFS', 'PostgreSQL', 'Valkey']);
  expect(isolated?.boxes.map(({ kind }) => kind)).toEqual(isolated?.boxes.map(() => 'store'));
  expect(isolated?.subnets.map(({ zone }) => zone)).toEqual(['a', 'b']);
  expect(boxes(picture).find(({ id }) => id === 'NAT gateway')?.zones).toEqual(['a']);
});

test('names every zone that the subnets are in, also where all stands in one of them', () => {
  const { picture } = subject('minimal-dev');
  expect(new Set(boxes(picture).flatMap(({ zones }) => zones))).toEqual(new Set(['a']));
  expect(picture.zones).toEqual(['a', 'b']);
});

test('shows on a machine its containers, and the volume that keeps their data', () => {
  const { picture } = subject('minimal-dev');
  expect(
    boxes(picture)
      .find(({ id }) => id === 'machine')
      ?.lines.join(' '),
  ).toContain('librechat, mongodb');
  expect(boxes(picture).find(({ title }) => title === 'Data volume')?.kind).toBe('store');
  expect(lines(picture).filter((line) => line.endsWith('attached'))).toHaveLength(1);
});

test('shows people who come without CloudFront, and operators with their ranges', () => {
  const { picture } = subject(
    'standard-dev',
    'access.type=http',
    'access.allowedCidrs=["192.0.2.0/24"]',
    'instance.keyPairName=ours',
    'instance.sshCidrs=["203.0.113.0/24"]',
  );
  expect(lines(picture)).toEqual(
    expect.arrayContaining(['people → machine: 80', 'operators of 203.0.113.0/24 → machine: 22']),
  );
  expect(boxes(picture).map(({ title }) => title)).toEqual(expect.arrayContaining(['People', 'Operators']));
  expect(boxes(picture).map(({ title }) => title)).not.toContain('CloudFront');
});

test.each(['wide', 'narrow'] as const)(
  'is drawn %s with every box, every zone and one arrow for each connection',
  async (form) => {
    const { picture } = subject('enterprise');
    const { text } = await drawn(picture, 'enterprise', form);
    expect(text.split('class="edge"').length - 1).toBe(picture.connections.length);
    expect(text.split('class="box ').length - 1).toBe(boxes(picture).length);
    expect(text.split('class="zone"').length - 1).toBe(boxes(picture).flatMap(({ zones }) => zones).length);
    for (const { title } of boxes(picture)) expect(text).toContain(`>${title}</text>`);
  },
);

test('is narrower for a narrow screen', async () => {
  const { picture } = subject('enterprise');
  const [wide = 0, narrow = 0] = await Promise.all(
    (['wide', 'narrow'] as const).map(async (form) =>
      Number(/width="(\d+)"/.exec((await drawn(picture, 'x', form)).text)?.[1]),
    ),
  );
  expect(narrow).toBeLessThan(0.7 * wide);
});
