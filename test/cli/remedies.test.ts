import { expect, test } from 'vitest';
import { REMEDIES, remedyFor } from '../../cli/remedies.ts';

test.each(REMEDIES)('$example leads to its own remedy', (remedy) => {
  expect(remedyFor(remedy.example)).toBe(remedy);
});

test('a message that nobody knows has no remedy', () => {
  expect(remedyFor('Resource of type AWS::SQS::Queue is broken in a new way')).toBeUndefined();
});
