import {
  type Change,
  type CloudFormationClient,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { STATEFUL_TYPES } from '../../lib/utils/replacement.ts';

/** One resource of a change set, as CloudFormation will treat it. */
export interface PlannedChange {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;

  /** `True`: a new one takes its place. `Conditional`: CloudFormation knows only while it runs. */
  readonly replacement: string | undefined;
  readonly holdsData: boolean;
}

/** A change set that CloudFormation has computed and not begun. */
export class ChangeSet {
  readonly name: string;
  readonly changes: readonly PlannedChange[];
  private readonly client: CloudFormationClient;
  private readonly stackName: string;

  private constructor(
    client: CloudFormationClient,
    stackName: string,
    name: string,
    changes: readonly PlannedChange[],
  ) {
    this.client = client;
    this.stackName = stackName;
    this.name = name;
    this.changes = changes;
  }

  /** Reads it; undefined when there is none, which is how the CDK's CLI leaves a change set without changes. */
  static async read(client: CloudFormationClient, stackName: string, name: string): Promise<ChangeSet | undefined> {
    const changes: Change[] = [];
    let next: string | undefined;
    try {
      do {
        const page = await client.send(
          new DescribeChangeSetCommand({ StackName: stackName, ChangeSetName: name, NextToken: next }),
        );
        changes.push(...(page.Changes ?? []));
        next = page.NextToken;
      } while (next !== undefined);
    } catch (error) {
      if (error instanceof Error && /ChangeSetNotFound|does not exist/.test(`${error.name} ${error.message}`))
        return undefined;
      throw error;
    }
    const planned = changes.flatMap(({ ResourceChange: change }) => {
      if (change === undefined) return [];
      const { Action: action = '', LogicalResourceId: logicalId = '', ResourceType: type = '', Replacement } = change;
      return [{ action, logicalId, type, replacement: Replacement, holdsData: STATEFUL_TYPES.has(type) }];
    });
    return planned.length === 0 ? undefined : new ChangeSet(client, stackName, name, planned);
  }

  async execute(): Promise<void> {
    await this.client.send(new ExecuteChangeSetCommand({ StackName: this.stackName, ChangeSetName: this.name }));
  }

  /** Drops it: nothing of it was begun. */
  async drop(): Promise<void> {
    await this.client.send(new DeleteChangeSetCommand({ StackName: this.stackName, ChangeSetName: this.name }));
  }
}

/** `12 added, 3 changed (1 replaced), 1 removed`. */
export function summarizeChanges(changes: readonly PlannedChange[]): string {
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  const replaced = changes.filter(({ replacement }) => replacement === 'True').length;
  const parts: [number, string][] = [
    [count('Add'), 'added'],
    [count('Modify'), `changed${replaced === 0 ? '' : ` (${replaced} replaced)`}`],
    [count('Remove'), 'removed'],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number} ${what}`)
    .join(', ');
}
