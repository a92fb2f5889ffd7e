import { expect, test } from 'vitest';
import { REMEDIES, remedyFor } from '../../cli/remedies.ts';

test.each(REMEDIES)('$example leads to its own remedy', (remedy) => {
  expect(remedyFor(remedy.example, 'Chat')?.cause).toBe(remedy.cause);
});

test('every command of a remedy that takes a stack names it', () => {
  const remedies = REMEDIES.map(({ example }) => remedyFor(example, 'Chat')?.remedy ?? '');
  const commands = remedies.flatMap((remedy) => [...remedy.matchAll(/main\.ts (?!setup)[^']+/g)]).map(String);
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) expect(command).toContain('--stack Chat');
});

test('a message that nobody knows has no remedy', () => {
  expect(remedyFor('Resource of type AWS::SQS::Queue is broken in a new way', 'Chat')).toBeUndefined();
});
