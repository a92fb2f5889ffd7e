import {
  CloudFormationClient,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { ChangeSet, summarizeChanges } from '../../../cli/deploy/change-set.ts';

const client = new CloudFormationClient({ region: 'us-east-1' });
const mock = mockClient(client);
const at = { StackName: 'Chat', ChangeSetName: 'librechat-1' };
beforeEach(() => {
  mock.reset();
});

describe('a change set', () => {
  test('that changes outputs only is executed', async () => {
    mock.on(DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE', Changes: [] });
    const changeSet = await ChangeSet.read(client, at);
    expect(summarizeChanges(changeSet?.changes ?? [])).toBe('outputs only');
    await changeSet?.execute();
    expect(mock.commandCalls(ExecuteChangeSetCommand).map(({ args: [{ input }] }) => input)).toEqual([at]);
    expect(mock.commandCalls(DeleteChangeSetCommand)).toHaveLength(0);
  });

  test.each([
    "The submitted information didn't contain changes. Submit different information to create a change set.",
    'No updates are to be performed.',
  ])('without changes is dropped: %s', async (StatusReason) => {
    mock.on(DescribeChangeSetCommand).resolves({ Status: 'FAILED', StatusReason, Changes: [] });
    expect(await ChangeSet.read(client, at)).toBeUndefined();
    expect(mock.commandCalls(DeleteChangeSetCommand).map(({ args: [{ input }] }) => input)).toEqual([at]);
  });

  test('that failed is dropped, and its reason told', async () => {
    mock.on(DescribeChangeSetCommand).resolves({ Status: 'FAILED', StatusReason: 'Transform failed' });
    await expect(ChangeSet.read(client, at)).rejects.toThrow('the change set could not be made: Transform failed');
    expect(mock.commandCalls(DeleteChangeSetCommand)).toHaveLength(1);
  });

  test('is read to its last page', async () => {
    const change = (LogicalResourceId: string) => ({
      ResourceChange: { Action: 'Add' as const, LogicalResourceId, ResourceType: 'AWS::EC2::VPC' },
    });
    mock
      .on(DescribeChangeSetCommand)
      .resolvesOnce({ Status: 'CREATE_COMPLETE', Changes: [change('One')], NextToken: 'more' })
      .resolves({ Status: 'CREATE_COMPLETE', Changes: [change('Two')] });
    const { changes = [] } = (await ChangeSet.read(client, at)) ?? {};
    expect(changes.map(({ logicalId }) => logicalId)).toEqual(['One', 'Two']);
  });
});
