import { afterAll, describe, expect, test } from 'vitest';
import { Machine, removeMachines } from './sandbox.ts';

const matching = (calls: readonly string[], pattern: RegExp) => calls.filter((call) => pattern.test(call));

afterAll(removeMachines);

// Alone each takes a quarter of a second; the machine may be busy.
const PATIENT = { timeout: 60_000 };

describe.concurrent('the data volume', PATIENT, () => {
  test('is formatted once, when it is blank', async () => {
    const box = new Machine();
    const first = await box.boot();
    expect(matching(first.calls, /^mkfs/)).toEqual([`mkfs.xfs -q -L librechat ${box.path('dev/nvme1n1')}`]);
    expect(matching(first.calls, /^mount /)).toEqual([`mount ${box.path('data')}`]);
    expect(
      box
        .read('etc/fstab')
        .split('\n')
        .filter((line) => line.includes('/data')),
    ).toHaveLength(1);
    expect(box.read('etc/fstab')).toContain('LABEL=librechat /data xfs');
  });

  test('that has data is mounted and grown, never formatted', async () => {
    const box = new Machine();
    box.tell('signature', 'LABEL=librechat\nTYPE=xfs\n');
    const { code, calls } = await box.boot();
    expect(code).toBe(0);
    expect(matching(calls, /^mkfs/)).toEqual([]);
    expect(matching(calls, /^xfs_growfs/)).toHaveLength(1);
  });

  test('is found by its serial number where udev made no link', async () => {
    const box = new Machine();
    box.tell('block-devices', `${box.path('dev/nvme0n1')} vol0root\n${box.path('dev/nvme1n1')} vol0123\n`);
    box.remove('dev/disk');
    const { code, calls } = await box.boot();
    expect(code).toBe(0);
    expect(matching(calls, /^mkfs/)).toEqual([`mkfs.xfs -q -L librechat ${box.path('dev/nvme1n1')}`]);
  });

  test('is taken from the former machine of this deployment after that is stopped', async () => {
    const box = new Machine();
    box.tell('holder', 'i-0former');
    box.tell('former', 'running Chat\n');
    const { code, calls } = await box.boot();
    expect(code).toBe(0);
    expect(matching(calls, /^aws ec2/).map((call) => call.replace(/^aws ec2 ((wait )?\S+).*/, '$1'))).toEqual([
      'describe-volumes',
      'describe-instances',
      'stop-instances',
      'wait instance-stopped',
      'detach-volume',
      'wait volume-available',
      'attach-volume',
      'wait volume-in-use',
    ]);
    expect(matching(calls, /stop-instances/)).toEqual(['aws ec2 stop-instances --instance-ids i-0former']);
  });

  test('goes back to the former machine when the new one never serves', async () => {
    const box = new Machine();
    box.tell('holder', 'i-0former');
    box.tell('former', 'running Chat\n');
    box.tell('restarts', '5');
    const { code, calls, signals } = await box.boot();
    expect(code).toBe(1);
    const afterwards = calls.slice(calls.indexOf('systemctl stop librechat.service docker.service docker.socket'));
    expect(afterwards.slice(0, 5)).toEqual([
      'systemctl stop librechat.service docker.service docker.socket',
      `umount ${box.path('data')}`,
      'aws ec2 detach-volume --volume-id vol-0123',
      'aws ec2 wait volume-available --volume-ids vol-0123',
      'aws ec2 start-instances --instance-ids i-0former',
    ]);
    expect(signals).toMatchObject([{ Status: 'FAILURE' }]);
  });

  test('is waited for while its former machine is being terminated', async () => {
    const box = new Machine();
    box.tell('holder', 'i-0former');
    box.tell('former', 'shutting-down None\n');
    const { code, calls } = await box.boot();
    expect(code).toBe(0);
    expect(matching(calls, /stop-instances|detach-volume/)).toEqual([]);
    expect(matching(calls, /wait volume-available|attach-volume/)).toHaveLength(2);
  });

  test('does not go back to a machine that was stopped before', async () => {
    const box = new Machine();
    box.tell('holder', 'i-0former');
    box.tell('former', 'stopped Chat\n');
    box.tell('restarts', '5');
    const { code, calls } = await box.boot();
    expect(code).toBe(1);
    expect(matching(calls, /start-instances|umount/)).toEqual([]);
  });

  test('is not given back by a machine that has served', async () => {
    const box = new Machine();
    await box.boot();
    box.tell('holder', 'i-0other');
    box.tell('former', 'running Chat\n');
    box.tell('restarts', '5');
    const { code, calls } = await box.boot();
    expect(code).toBe(1);
    expect(matching(calls, /start-instances|umount/)).toEqual([]);
  });
});
