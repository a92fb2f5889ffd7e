/** GiB of memory for each vCPU, by the letter that a family begins with. Source: EC2's instance types. */
const GIB_PER_VCPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** Burstable ones do not go by the letter. */
const BURSTABLE_GIB: Readonly<Record<string, number>> = {
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  '2xlarge': 32,
};

/** Memory of an instance class such as `db.t4g.medium`; undefined for families and sizes that are not known here. */
export function memoryGiB(instanceClass: string): number | undefined {
  const [, letter = '', size = ''] = /^(?:db\.|cache\.)?([a-z])\d\w*\.(\w+)$/.exec(instanceClass) ?? [];
  if (letter === 't') return BURSTABLE_GIB[size];
  const [perVcpu, vcpu] = [GIB_PER_VCPU[letter], vcpuOf(size)];
  return perVcpu === undefined || vcpu === undefined ? undefined : perVcpu * vcpu;
}

function vcpuOf(size: string): number | undefined {
  if (size === 'medium') return 1;
  if (size === 'large') return 2;
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? [];
  return times === undefined ? undefined : 4 * Number(times === '' ? 1 : times);
}
