import { afterAll, describe, expect, test } from 'vitest';
import { FAILURES } from './boot-faults.ts';
import { Machine, removeMachines, SIGNATURE, STEPS } from './sandbox.ts';
import { SECRET_TEXTS } from './settings.ts';

afterAll(() => {
  removeMachines();
  // eslint-disable-next-line no-console -- the size of the suite is part of what it shows
  console.log(`${STEPS.length} steps of boot.sh, ${FAILURES.length} injected failures`);
});

// Alone each takes a quarter of a second; the machine may be busy.
const PATIENT = { timeout: 60_000 };

describe.concurrent('a step that fails', PATIENT, () => {
  test.each(FAILURES)('$step: $what', async ({ step, says, fail, prepare }) => {
    const box = new Machine();
    prepare?.(box);
    const run = await box.boot(fail);
    expect({ code: run.code, steps: run.steps }).toEqual({ code: 1, steps: STEPS.slice(0, STEPS.indexOf(step) + 1) });
    const failures = run.signals.filter(({ Status }) => Status === 'FAILURE');
    expect(failures).toHaveLength(1);
    expect(run.signals.filter(({ Status }) => Status === 'SUCCESS')).toHaveLength(step === 'signal_success' ? 1 : 0);
    const { Reason: reason = '' } = failures[0]!;
    expect(reason).toMatch(new RegExp(`^step ${step} failed: .+$`));
    if (says !== undefined) expect(reason).toMatch(says);
    expect(reason.length).toBeLessThan(1600);
    expect(run.output).toBe(`boot.sh: ${reason}\n`);
    for (const secret of [...SECRET_TEXTS, SIGNATURE])
      expect(run.calls.join('\n') + run.output + reason + box.log).not.toContain(secret);
  });

  test('every step has been made to fail, but the one whose failure is forgiven', () => {
    const tried = new Set(FAILURES.map(({ step }) => step));
    expect(STEPS.filter((step) => !tried.has(step))).toEqual(['remove_old_images']);
  });

  test('is tried again at the next boot', async () => {
    const box = new Machine();
    expect((await box.boot('docker pull*')).code).toBe(1);
    const again = await box.boot();
    expect({ code: again.code, steps: again.steps }).toEqual({ code: 0, steps: STEPS });
  });

  test('without inputs there is nobody to tell, and the log says so', async () => {
    const box = new Machine();
    box.remove('etc/librechat/deployment.env');
    const { code, output, calls } = await box.boot();
    expect(code).toBe(1);
    expect(output).toMatch(/^boot.sh: step read_inputs failed: .*deployment.env: No such file/);
    expect(calls).toEqual([]);
  });
});
