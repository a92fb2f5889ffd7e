import { describe, expect, test } from 'vitest';
import { ofType, preset, type Synthesized, synthesize } from '../../helpers/deployments.ts';

/** Lines as LibreChat's logger writes them (data-schemas 0.0.71, CONSOLE_JSON), and one of nginx. */
const LINES = {
  brokenByModel: {
    level: 'error',
    message:
      '[api/server/controllers/agents/client.js #sendCompletion] Unhandled error type Too many requests, please wait before trying again.',
    timestamp: '2026-11-24T08:00:00.000Z',
    userId: '66f000000000000000000001',
    request_path: '/api/agents/chat',
  },
  brokenInWriting: {
    level: 'error',
    message: '[ResumableAgentController] Generation error for 5b2e: Response message could not be persisted',
    timestamp: '2026-11-24T08:00:01.000Z',
  },
  otherError: { level: 'error', message: '[MeiliSearch] connect ECONNREFUSED', timestamp: '2026-11-24T08:00:02.000Z' },
  stopped: { level: 'debug', message: '[ResumableAgentController] Generation aborted for 5b2e' },
  signIn: { level: 'info', message: '[Login] [Login successful] [Username: a@example.com] [Request-IP: 192.0.2.1]' },
  refusedSignIn: {
    level: 'error',
    message: '[Login] [Login failed] [Username: a@example.com] [Request-IP: 192.0.2.1]',
  },
  openId: {
    level: 'info',
    message: '[openidStrategy] login success openidId: 1 | email: a@example.com | username: a ',
  },
} as const;

/** As much of the language of filter patterns as ours use: equality with wildcards, joined by && and ||. */
function matches(pattern: string, line: Readonly<Record<string, unknown>>): boolean {
  const script = pattern
    .replace(/^\{(.*)\}$/, '$1')
    .replaceAll(/\$\.(\w+) = "([^"]*)"/g, (_, field: string, text: string) => {
      const expression = text
        .split('*')
        .map((part) => part.replaceAll(/[[\]()#]/g, '\\$&'))
        .join('.*');
      return String(new RegExp(`^${expression}$`).test(String(line[field])));
    });
  const value = (text: string): boolean =>
    text.split('||').some((either) => either.split('&&').every((both) => both.trim() === 'true'));
  const flat = script.replaceAll(/\(([^()]*)\)/g, (_, inner: string) => String(value(inner)));
  return value(flat);
}

const pattern = ({ template }: Synthesized, metric: string) =>
  ofType(template, 'AWS::Logs::MetricFilter').find(
    ([, { Properties }]) => (Properties['MetricTransformations'] as { MetricName: string }[])[0]?.MetricName === metric,
  )?.[1].Properties['FilterPattern'] as string;

describe('lines of the log', () => {
  const counted = (metric: string) =>
    Object.entries(LINES)
      .filter(([, line]) => matches(pattern(preset('production-ecs'), metric), line))
      .map(([name]) => name);

  test('an answer that ends in an error counts as broken, one that somebody stopped does not', () => {
    expect(counted('BrokenAnswerLines')).toEqual(['brokenByModel', 'brokenInWriting']);
  });

  test('every error counts as an error', () => {
    expect(counted('ErrorLines')).toEqual(['brokenByModel', 'brokenInWriting', 'otherError', 'refusedSignIn']);
  });

  test('sign-ins count, by password and through a provider, and refused ones do not', () => {
    expect(counted('SignInLines')).toEqual(['signIn', 'openId']);
  });
});

test('requests that nginx failed count where no balancer counts them', () => {
  const monitoring = { alarms: true } as const;
  expect(pattern(synthesize('minimal-dev', { monitoring }), 'FailedRequestLines')).toBe(
    '[..., request = "*HTTP/*", status = 5*, bytes, seconds = *s]',
  );
  expect(pattern(preset('production-ec2'), 'FailedRequestLines')).toBeUndefined();
});

test('queries of the log are saved under the name of the stack, over the log group of LibreChat', () => {
  const names = (stack: Synthesized) =>
    ofType(stack.template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties['Name'] as string);
  const everywhere = ['errors', 'errors-by-address', 'broken-answers', 'sign-ins'];
  expect(names(preset('production-ecs'))).toEqual(
    expect.arrayContaining(everywhere.map((name) => `LibreChatStack/${name}`)),
  );
  expect(names(preset('minimal-dev'))).toEqual(
    [...everywhere, 'slow-requests'].map((name) => `LibreChatStack/${name}`),
  );
  expect(names(preset('production-ecs'))).not.toContain('LibreChatStack/slow-requests');
});

test('the query of slow requests understands the lines that nginx writes', () => {
  const query = ofType(preset('minimal-dev').template, 'AWS::Logs::QueryDefinition').find(([id]) =>
    id.includes('Slow'),
  );
  const [, expression = ''] = /parse @message \/(.+)\/$/m.exec(String(query?.[1].Properties['QueryString'])) ?? [];
  const line = '10.0.1.7 192.0.2.1, 10.0.0.4 [2026-11-24T08:00:00+00:00] "POST /api/files HTTP/1.1" 200 512 7.250s';
  expect(new RegExp(expression).exec(line)?.groups).toEqual({
    method: 'POST',
    address: '/api/files',
    status: '200',
    bytes: '512',
    seconds: '7.250',
  });
});

test('encrypts every log group of the stack with one key where asked, and none where not', () => {
  const keys = (stack: Synthesized) =>
    new Set(
      ofType(stack.template, 'AWS::Logs::LogGroup').map(([, { Properties }]) => JSON.stringify(Properties['KmsKeyId'])),
    );
  const enterprise = preset('enterprise');
  const [[keyId, key] = ['', undefined]] = ofType(enterprise.template, 'AWS::KMS::Key').filter(([id]) =>
    id.startsWith('OperationsKey'),
  );
  expect(keys(enterprise)).toEqual(new Set([`{"Fn::GetAtt":["${keyId}","Arn"]}`]));
  expect(keys(preset('production-ecs'))).toEqual(new Set([undefined]));
  // CloudWatch Logs refuses to make a group under a key that does not let it.
  const policy = JSON.stringify(key?.Properties['KeyPolicy']);
  const allowed = [...policy.matchAll(/:log-group:([\w/-]+\*?)"/g)].map(([, name = '']) => name.replace('*', '.+'));
  for (const [id, { Properties }] of ofType(enterprise.template, 'AWS::Logs::LogGroup'))
    expect(Properties['LogGroupName'], id).toMatch(new RegExp(`^(${allowed.join('|')})$`));
  expect(policy).toContain('"logs.');
});

test('functions that change passwords write into groups of the stack, however long its name is', () => {
  const { template } = synthesize('production-ecs', { stackName: 'L'.repeat(128) });
  const functions = ofType(template, 'AWS::SecretsManager::RotationSchedule').map(
    ([, { Properties }]) => Properties['HostedRotationLambda'].RotationLambdaName as string,
  );
  const groups = ofType(template, 'AWS::Logs::LogGroup').map(
    ([, { Properties }]) => Properties['LogGroupName'] as string,
  );
  expect(functions.map((name) => name.replace(/^L+/, ''))).toEqual(['-rotation-documentDb', '-rotation-postgres']);
  for (const name of functions) {
    expect(name.length).toBeLessThanOrEqual(64);
    expect(groups).toContain(`/aws/lambda/${name}`);
  }
});
