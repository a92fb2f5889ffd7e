import { afterAll, describe, expect, test } from 'vitest';
import { ofType, synthesize } from '../../../helpers/deployments.ts';
import { Machine, removeMachines } from './sandbox.ts';

afterAll(removeMachines);

// Alone each takes a tenth of a second; the machine may be busy.
const PATIENT = { timeout: 60_000 };

async function patched(prepare: (box: Machine) => void = () => undefined, fail = '') {
  const box = new Machine();
  prepare(box);
  const { code, output } = await box.run(['bash', box.path('opt/librechat/patch.sh')], fail);
  return { code, output, calls: box.read('state/calls').trimEnd().split('\n'), box };
}

const UPGRADE = 'dnf upgrade --releasever=latest --security --assumeyes';

describe.concurrent('patching', PATIENT, () => {
  test('installs the security updates of the newest release, not of the one that the image is locked to', async () => {
    const { code, calls, box, output } = await patched();
    expect(code).toBe(0);
    expect(calls[0]).toBe(UPGRADE);
    expect(calls.filter((call) => call.startsWith('shutdown'))).toEqual([]);
    expect(output).toMatch(/ done, nothing has to be restarted\n$/);
    expect(box.read('var/log/librechat/patch.log')).toBe(output);
  });

  test.each([
    [
      'the kernel',
      (box: Machine) => {
        box.tell('reboot', '');
      },
    ],
    [
      'Docker',
      (box: Machine) => {
        box.tell('services', 'docker.service\n');
      },
    ],
  ])('reboots, once Systems Manager knows, when it was %s', async (_, prepare) => {
    const { code, calls, output } = await patched(prepare);
    expect(code).toBe(0);
    expect(calls.at(-1)).toBe('shutdown --reboot +1');
    expect(output).toMatch(/ done, rebooting in a minute\n$/);
  });

  test('fails, and reboots nothing, when the updates cannot be installed', async () => {
    const { code, calls, box } = await patched(undefined, 'dnf upgrade*');
    expect(code).not.toBe(0);
    expect(calls).toEqual([UPGRADE]);
    expect(box.read('var/log/librechat/patch.log')).toContain('told to fail');
  });
});

describe('the schedule', () => {
  const associations = (patching?: string) =>
    ofType(
      synthesize('minimal-dev', patching === undefined ? {} : { instance: { patching } }).template,
      'AWS::SSM::Association',
    ).map(([, { Properties }]) => Properties);

  test('starts the script on the machine once a week, and not while it boots for the first time', () => {
    const [association, ...others] = associations();
    expect(others).toEqual([]);
    expect(association).toMatchObject({
      Name: 'AWS-RunShellScript',
      Parameters: { commands: ['bash /opt/librechat/patch.sh'] },
      ScheduleExpression: 'cron(30 4 ? * SUN *)',
      ApplyOnlyAtCronInterval: true,
    });
    expect(JSON.stringify(association!['Targets'])).toMatch(/"Key":"InstanceIds","Values":\[\{"Ref":"ComputeMachine/);
  });

  test('is the configured one, or none', () => {
    expect(associations('WED 00:05')[0]).toMatchObject({ ScheduleExpression: 'cron(5 0 ? * WED *)' });
    expect(associations('off')).toEqual([]);
  });
});
