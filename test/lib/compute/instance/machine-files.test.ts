import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { AGENT_METRICS } from '../../../../lib/constructs/compute/instance/agent.ts';
import { BOOT_FILES, instanceFiles } from '../../../../lib/constructs/compute/instance/compose.ts';
import { ec2Config, EVERYTHING } from './settings.ts';

const config = ec2Config(EVERYTHING);
const files = instanceFiles(config);

const has = (command: string) => spawnSync('which', [command]).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'librechat-machine-files-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the asset', () => {
  test('has every file that boot.sh takes from it', () => {
    const script = BOOT_FILES.map((name) => files[name]).join('');
    const taken = [...script.matchAll(/\$(?:DIR|HERE)\/([\w.-]+)/g)].map((match) => match[1]!);
    taken.push(...script.match(/(?<= )librechat[\w-]*\.(?:service|timer)(?=[^;]*; do\n)/g)!);
    // The last only where the configuration wants what LibreChat tells of itself.
    const given = [...Object.keys(files), 'librechat.yaml', 'rds-ca-bundle.pem', '.env', 'prometheus.yaml'];
    expect(given).toEqual(expect.arrayContaining(taken));
    // And none that nothing reads; Docker finds the compose file by its name, units and Systems Manager the others.
    const unused = Object.keys(files).filter((name) => !taken.includes(name));
    expect(unused.sort()).toEqual(['boot.sh', 'docker-compose.yaml', 'patch.sh', 'watch.sh']);
  });

  test('is the same for the same configuration', () => {
    expect(instanceFiles(ec2Config(EVERYTHING))).toEqual(files);
  });

  test('pins the compose plug-in for both architectures', () => {
    expect(files['machine.env']).toMatch(/^COMPOSE_VERSION='v\d+\.\d+\.\d+'$/m);
    const checksums = [...files['machine.env']!.matchAll(/^COMPOSE_SHA256_\w+='([0-9a-f]{64})'$/gm)].map((m) => m[1]);
    expect(new Set(checksums).size).toBe(2);
  });

  test('keeps Docker inside the range that no VPC of ours may have', () => {
    expect(JSON.parse(files['docker-daemon.json']!)['default-address-pools']).toEqual([
      { base: '172.17.0.0/16', size: 24 },
    ]);
  });
});

describe('the CloudWatch agent', () => {
  const agent = JSON.parse(files['cloudwatch-agent.json']!);

  test('sends memory and the two disks, by instance', () => {
    expect(agent.metrics).toEqual({
      namespace: AGENT_METRICS.namespace,
      append_dimensions: { InstanceId: '${aws:InstanceId}' },
      metrics_collected: {
        mem: { measurement: [AGENT_METRICS.memory] },
        disk: { measurement: ['used_percent'], resources: ['/', '/data'], drop_device: true },
      },
    });
    expect(AGENT_METRICS.disk).toBe('disk_used_percent');
    expect(agent.agent.omit_hostname).toBe(true);
  });

  test('fetches the metrics of LibreChat with its secret, where the configuration wants them', () => {
    expect(agent.logs.metrics_collected).toBeUndefined();
    const wanted = instanceFiles(ec2Config({ ...EVERYTHING, monitoring: { applicationMetrics: true } }));
    const { prometheus } = JSON.parse(wanted['cloudwatch-agent.json']!).logs.metrics_collected;
    const [job] = parse(wanted['prometheus.yaml']!).scrape_configs;
    expect(prometheus.prometheus_config_path).toBe('/opt/librechat/prometheus.yaml');
    expect(prometheus.log_group_name).toBe('@LOG_GROUP@');
    expect(job).toMatchObject({
      metrics_path: '/metrics',
      authorization: { type: 'Bearer', credentials_file: '/etc/librechat/metrics-token' },
      static_configs: [{ targets: ['127.0.0.1:3080'], labels: { deployment: 'LibreChatStack' } }],
    });
    // Each declaration is of that job, and of labels that its metrics have.
    for (const declaration of prometheus.emf_processor.metric_declaration) {
      expect(job.job_name).toMatch(new RegExp(declaration.label_matcher));
      expect(declaration.dimensions[0]).toContain('deployment');
    }
  });

  test('sends what the machine itself logs to the log group of the deployment', () => {
    for (const file of agent.logs.logs_collected.files.collect_list) {
      expect(file.log_group_name).toBe('@LOG_GROUP@');
      expect(file.log_stream_name).toMatch(/^\w+\/\{instance_id\}$/);
    }
  });
});

test.runIf(has('systemd-analyze'))('systemd accepts the units', () => {
  const units = join(folder, 'units');
  mkdirSync(units);
  const service = files['librechat.service']!.replaceAll('/usr/bin/docker', process.execPath);
  writeFileSync(join(units, 'librechat.service'), service);
  const watch = ['librechat-watch.service', 'librechat-watch.timer'];
  for (const name of watch) writeFileSync(join(units, name), files[name]!);
  writeFileSync(join(units, 'docker.service'), `[Service]\nExecStart=${process.execPath}\n`);
  mkdirSync(join(units, 'docker.service.d'));
  writeFileSync(join(units, 'docker.service.d/librechat.conf'), files['docker-service.conf']!);
  const paths = ['librechat.service', ...watch].map((name) => join(units, name));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` },
  });
  // The machine of a developer has units of its own that may be wrong.
  expect({ status, about: stderr.split('\n').filter((line) => /librechat|docker/.test(line)) }).toEqual({
    status: 0,
    about: [],
  });
});

test.runIf(has('logrotate'))('logrotate accepts its rules', () => {
  const file = join(folder, 'logrotate.conf');
  writeFileSync(file, files['logrotate.conf']!.replaceAll(/^\/(var|data)/gm, `${folder}/$1`));
  chmodSync(file, 0o644);
  expect(() => execFileSync('logrotate', ['--debug', file], { stdio: 'pipe' })).not.toThrow();
});
