import {
  type Change,
  type CloudFormationClient,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { STATEFUL_TYPES } from '../../lib/utils/replacement.ts';
import { UserError } from '../errors.ts';
import { oneLine } from '../stack-progress.ts';

/** How CloudFormation says that there is nothing to do; with macros in other words. */
const NO_CHANGES = /^(The submitted information didn't contain changes|No updates are to be performed)/;

/** Where a change set is. */
export interface ChangeSetAddress {
  readonly StackName: string;
  readonly ChangeSetName: string;
}

/** One resource of a change set, as CloudFormation will treat it. */
export interface PlannedChange {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;

  /** `True`: a new one takes its place. `Conditional`: CloudFormation knows only while it runs. */
  readonly replacement: string | undefined;
  readonly holdsData: boolean;
}

/** A change set that CloudFormation has computed and not begun. Without changes of resources it changes outputs. */
export class ChangeSet {
  readonly changes: readonly PlannedChange[];
  private readonly client: CloudFormationClient;
  private readonly at: ChangeSetAddress;

  private constructor(client: CloudFormationClient, at: ChangeSetAddress, changes: readonly PlannedChange[]) {
    this.client = client;
    this.at = at;
    this.changes = changes;
  }

  /** Reads it; undefined when nothing would change, which CloudFormation calls a failure and keeps: it is dropped. */
  static async read(client: CloudFormationClient, at: ChangeSetAddress): Promise<ChangeSet | undefined> {
    const changes: Change[] = [];
    let next: string | undefined;
    do {
      const page = await client.send(new DescribeChangeSetCommand({ ...at, NextToken: next }));
      if (page.Status === 'FAILED') {
        await dropChangeSet(client, at);
        if (NO_CHANGES.test(page.StatusReason ?? '')) return undefined;
        throw new UserError(`the change set could not be made: ${oneLine(page.StatusReason ?? 'no reason given')}`);
      }
      changes.push(...(page.Changes ?? []));
      next = page.NextToken;
    } while (next !== undefined);
    const planned = changes.flatMap(({ ResourceChange: change }) => {
      if (change === undefined) return [];
      const { Action: action = '', LogicalResourceId: logicalId = '', ResourceType: type = '', Replacement } = change;
      return [{ action, logicalId, type, replacement: Replacement, holdsData: STATEFUL_TYPES.has(type) }];
    });
    return new ChangeSet(client, at, planned);
  }

  async execute(): Promise<void> {
    await this.client.send(new ExecuteChangeSetCommand(this.at));
  }
}

/** Drops a change set: nothing of it was begun. */
export async function dropChangeSet(client: CloudFormationClient, at: ChangeSetAddress): Promise<void> {
  await client.send(new DeleteChangeSetCommand(at));
}

/** `12 added, 3 changed (1 replaced), 1 removed`; `outputs only` when no resource changes. */
export function summarizeChanges(changes: readonly PlannedChange[]): string {
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  const replaced = changes.filter(({ replacement }) => replacement === 'True').length;
  const parts: [number, string][] = [
    [count('Add'), 'added'],
    [count('Modify'), `changed${replaced === 0 ? '' : ` (${replaced} replaced)`}`],
    [count('Remove'), 'removed'],
  ];
  const counted = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return counted.length === 0 ? 'outputs only' : counted.join(', ');
}
