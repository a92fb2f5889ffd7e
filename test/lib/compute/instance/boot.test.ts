import { afterAll, describe, expect, test } from 'vitest';
import { Machine, removeMachines, SIGNATURE, STEPS } from './sandbox.ts';
import { containers, ec2Config, EVERYTHING, REVISION, SECRET_TEXTS, settings } from './settings.ts';

const matching = (calls: readonly string[], pattern: RegExp) => calls.filter((call) => pattern.test(call));

const ENV = 'etc/librechat/env';

async function bootTwice() {
  const box = new Machine();
  const first = await box.boot();
  const look = () => ['etc', 'opt', 'usr', 'data'].flatMap((folder) => box.files(folder));
  const files = look();
  const second = await box.boot();
  return { box, first, second, files, filesAfterwards: look() };
}

/** One machine that booted twice, for all tests that only look. */
let looked: ReturnType<typeof bootTwice> | undefined;
const booted = () => (looked ??= bootTwice());

afterAll(removeMachines);

// Alone each takes a quarter of a second; the machine may be busy.
const PATIENT = { timeout: 60_000 };

describe.concurrent('a machine that boots', PATIENT, () => {
  test('serves LibreChat after all steps, and CloudFormation hears of it once', async () => {
    const { box, first } = await booted();
    expect(box.log + first.output).not.toContain('failed');
    expect({ code: first.code, steps: first.steps }).toEqual({ code: 0, steps: STEPS });
    expect(first.signals).toEqual([
      { Status: 'SUCCESS', Reason: 'LibreChat answers on i-0this', UniqueId: `i-0this-${REVISION}`, Data: REVISION },
    ]);
    expect(box.read('state/signal-urls')).toBe(
      `url = "https://cloudformation.example.com/handle?Signature=${SIGNATURE}"\n`,
    );
    // CloudFormation's signature covers an empty content type.
    expect(matching(first.calls, /--upload-file/)[0]).toContain('--header Content-Type: --upload-file');
  });

  test('changes nothing when it boots again', async () => {
    const { second, files, filesAfterwards } = await booted();
    expect({ code: second.code, steps: second.steps, signals: second.signals }).toEqual({
      code: 0,
      steps: STEPS,
      signals: [],
    });
    const changing = /^(dnf|mkfs|mount )|docker (pull|login)|attach-volume|github|daemon-reload|restart docker/;
    expect(matching(second.calls, changing)).toEqual([]);
    expect(filesAfterwards).toEqual(files);
  });

  test('starts what has to run now and at the next boot', async () => {
    const { first } = await booted();
    for (const [unit, start] of [
      ['docker', 'restart'],
      ['nginx', 'reload-or-restart'],
      ['librechat', 'reload-or-restart'],
    ] as const) {
      expect(first.calls).toContain(`systemctl enable ${unit}.service`);
      expect(first.calls).toContain(`systemctl ${start} ${unit}.service`);
    }
    expect(first.calls).toContain('systemctl enable --now librechat-watch.timer');
  });

  test('gives each container its own values, readable by root alone, and shows them nowhere else', async () => {
    const { box, first, second } = await booted();
    const names = Object.keys(containers()).map((name) => `${ENV}/${name}.env`);
    expect(box.files(ENV).map(([name]) => name)).toEqual(expect.arrayContaining(names));
    expect(box.files(ENV)).toHaveLength(names.length);
    for (const name of names) expect([name, box.mode(name)]).toEqual([name, '0600']);
    expect(box.mode(ENV)).toBe('0700');
    expect(box.read(`${ENV}/vectordb.env`)).toBe(
      `POSTGRES_DB=librechat_rag\nPOSTGRES_PASSWORD=Vectors$'"Password\nPOSTGRES_USER=librechat_rag\n`,
    );
    const seen = [
      ...box.files('.').filter(([name]) => !/^(state\/secrets|etc\/librechat\/env)\//.test(name)),
      ['output', first.output + second.output] as const,
    ];
    const seenIn = (text: string) => seen.filter(([, content]) => content.includes(text)).map(([name]) => name);
    for (const secret of SECRET_TEXTS) expect(seenIn(secret)).toEqual([]);
    expect(seenIn(SIGNATURE).sort()).toEqual(['etc/librechat/deployment.env', 'state/signal-urls']);
  });

  test('sets modes and owners as the containers need them', async () => {
    const { box, first } = await booted();
    const modes = {
      'etc/librechat/containers.json': '0600',
      'etc/librechat/config': '0755',
      'etc/librechat/config/librechat.yaml': '0644',
      'etc/librechat/config/rds-ca-bundle.pem': '0644',
      'opt/librechat/.env': '0600',
      'usr/local/lib/docker/cli-plugins/docker-compose': '0755',
      'etc/systemd/system/librechat.service': '0644',
      'etc/systemd/system/librechat-watch.timer': '0644',
      'data/librechat/uploads': '0750',
      'data/mongodb': '0700',
    };
    expect(Object.fromEntries(Object.keys(modes).map((name) => [name, box.mode(name)]))).toEqual(modes);
    expect(matching(first.calls, /^chown/).map((call) => call.replace(box.root, ''))).toEqual([
      'chown 1000:1000 /data/librechat/images',
      'chown 1000:1000 /data/librechat/uploads',
      'chown 1000:1000 /data/librechat/logs',
      'chown 1000:1000 /data/librechat/data',
      'chown 1000:1000 /data/meilisearch',
      'chown 999:999 /data/mongodb',
      'chown 999:999 /data/vectordb',
    ]);
  });

  test('leaves no temporary file behind', async () => {
    const { box } = await booted();
    expect(box.files('tmp')).toEqual([]);
  });

  test('waits for settings that appear late, and for those of its own revision', async () => {
    const box = new Machine();
    box.edit('state/parameter', (text) => {
      box.tell('parameter.later', text);
      return text.replace(REVISION, 'former');
    });
    const { code, steps } = await box.boot();
    expect({ code, steps }).toEqual({ code: 0, steps: STEPS });
    // Everything else was ready by then.
    expect(STEPS.indexOf('wait_for_settings')).toBeGreaterThan(STEPS.indexOf('pull_images'));
    expect(box.read('state/sleeps')).toBe('x');
  });

  test('replaces containers whose file or settings changed', async () => {
    const box = new Machine();
    await box.boot();
    const env = box.read('opt/librechat/.env');
    box.edit('opt/librechat/librechat.yaml', (text) => `${text}\n# changed\n`);
    box.edit('state/parameter', (text) => text.replace('"SEARCH":"true"', '"SEARCH":"false"'));
    const { code, calls } = await box.boot();
    expect(code).toBe(0);
    expect(box.read('opt/librechat/.env')).not.toBe(env);
    expect(box.read('etc/librechat/config/librechat.yaml')).toContain('# changed');
    expect(box.read(`${ENV}/librechat.env`)).toContain('SEARCH=false');
    expect(calls).toContain('systemctl reload-or-restart librechat.service');
  });

  test('lets the agent alone read what opens the metrics of LibreChat', async () => {
    const box = new Machine(ec2Config({ ...EVERYTHING, monitoring: { applicationMetrics: true } }));
    const secret = 'f'.repeat(64);
    box.tell(
      'parameter',
      settings((all) => Object.assign(all.librechat.variables, { METRICS_SECRET: secret })),
    );
    const { code } = await box.boot();
    expect(code).toBe(0);
    expect(box.read('etc/librechat/metrics-token')).toBe(`${secret}\n`);
    expect(box.mode('etc/librechat/metrics-token')).toBe('0600');
    expect((await booted()).box.exists('etc/librechat/metrics-token')).toBe(false);
  });

  test('forgets a container that the configuration no longer has', async () => {
    const box = new Machine();
    await box.boot();
    box.tell(
      'parameter',
      settings((all) => delete (all as Partial<typeof all>).redis),
    );
    await box.boot();
    expect(box.exists(`${ENV}/redis.env`)).toBe(false);
  });

  test('takes the compose plug-in of its architecture', async () => {
    const box = new Machine();
    box.tell('architecture', 'x86_64\n');
    const { code, calls } = await box.boot();
    expect(code).toBe(0);
    expect(matching(calls, /github/)[0]).toMatch(/download\/v[\d.]+\/docker-compose-linux-x86_64$/);
  });

  test('logs in to a private registry of ECR for images that it lacks, and only then', async () => {
    const box = new Machine(
      ec2Config({ ...EVERYTHING, imageRegistry: '123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror' }),
    );
    const first = await box.boot();
    expect(matching(first.calls, /ecr get-login/)).toEqual(['aws ecr get-login-password --region us-east-1']);
    expect(matching(first.calls, /docker login/)).toEqual([
      'docker login --username AWS --password-stdin 123456789012.dkr.ecr.us-east-1.amazonaws.com',
    ]);
    expect(box.read('state/login')).toBe('ecr-token\n');
    expect(matching(first.calls, /docker pull/)[0]).toContain(
      '123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror/librechat-ai/librechat@',
    );
    expect(matching((await box.boot()).calls, /docker (login|pull)/)).toEqual([]);
  });

  test('is content when CloudFormation no longer listens', async () => {
    const box = new Machine();
    box.tell('signal-status', '403');
    expect((await box.boot()).code).toBe(0);
    expect(box.log).toContain('CloudFormation does not wait any more (HTTP 403)');
  });

  test('is content when old images cannot be removed', async () => {
    expect((await new Machine().boot('docker image prune*')).code).toBe(0);
  });

  test('tells of a new revision', async () => {
    const box = new Machine();
    await box.boot();
    box.edit('etc/librechat/deployment.env', (text) => text.replace(REVISION, 'next'));
    box.edit('state/parameter', (text) => text.replace(REVISION, 'next'));
    expect((await box.boot()).signals).toMatchObject([{ Status: 'SUCCESS', UniqueId: 'i-0this-next' }]);
  });
});
