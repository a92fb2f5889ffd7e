import {
  CloudFormation,
  paginateDescribeStackEvents,
  paginateDescribeStackResourceDrifts,
  type StackResourceDrift,
} from '@aws-sdk/client-cloudformation';
import { healthOf } from '../inspect/health.ts';
import { all, until } from '../inspect/kind.ts';
import { remedyFor } from '../remedies.ts';
import { environmentOf, isBusy } from '../stack.ts';
import { oneLine } from '../stack-progress.ts';
import { type AnalysisContext, type Check, type Finding, finding, placeOf, type Severity } from './check.ts';

/** States that ask for something, with what it is. */
const STATES: readonly (readonly [state: RegExp, severity: Severity, remedy: string])[] = [
  [/^UPDATE_ROLLBACK_FAILED$/, 'bad', 'mend it, then: aws cloudformation continue-update-rollback --stack-name NAME'],
  [/^DELETE_FAILED$/, 'bad', 'npx tsx cli/main.ts cleanup --stack NAME finishes the deletion'],
  [/^ROLLBACK_COMPLETE$/, 'bad', 'mend the cause and deploy again: the stack is made anew'],
  [/_FAILED$/, 'bad', 'mend the cause, remove the rest: npx tsx cli/main.ts cleanup --stack NAME, and deploy again'],
  [/^UPDATE_ROLLBACK_COMPLETE$/, 'warning', 'the last change was undone: mend the cause and deploy again'],
  [/_IN_PROGRESS$/, 'info', 'look again when the change is done: what is found meanwhile may pass'],
];

export const stackState: Check = {
  name: 'stack',
  about: 'state of the stack and its protection',
  run: async (context) => {
    const { stack } = context;
    const found: Finding[] = [];
    const [, severity, advice = ''] = STATES.find(([state]) => state.test(stack.status)) ?? [];
    if (severity !== undefined) {
      const cause = isBusy(stack) ? '' : await firstFailure(context);
      const remedy = [remedyFor(cause, stack.name)?.remedy, advice.replace('NAME', stack.name)]
        .filter(Boolean)
        .join('; ');
      found.push(finding(severity, placeOf(stack), `the stack is in ${stack.status}${cause && `: ${cause}`}`, remedy));
    }
    if (!stack.isProtected && ['production', 'enterprise'].includes(environmentOf(stack) ?? '')) {
      const what = 'termination protection is off: one call deletes the stack';
      found.push(finding('warning', placeOf(stack), what, 'set data.deletionProtection=true and deploy'));
    }
    return found;
  },
};

/** The first resource that failed in the last change, and why; empty when none did. */
async function firstFailure({ stack, aws }: AnalysisContext): Promise<string> {
  const client = new CloudFormation(aws);
  let first = '';
  // Newest first, down to the beginning of the change.
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: stack.id }))
    for (const { ResourceStatus: status = '', PhysicalResourceId: id, ...event } of StackEvents) {
      if (id === stack.id && /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(status)) return first;
      if (id !== stack.id && status.endsWith('_FAILED'))
        first = `${event.LogicalResourceId ?? ''}: ${oneLine(event.ResourceStatusReason ?? 'no reason given')}`;
    }
  return first;
}

export const parts: Check = {
  name: 'parts',
  about: 'machines, databases, disks and file systems',
  run: async ({ aws, owned }) => {
    // Those have checks of their own, which tell more.
    const others = owned().filter(({ type }) => !/^AWS::(ECS::Service|Elastic\w+V2::TargetGroup)$/.test(type));
    const unwell = (await healthOf(others, aws)).filter(({ isHealthy }) => !isHealthy);
    const remedy = 'start it if it was stopped; docs/BACKUP_AND_RESTORE.md tells how to bring back what is lost';
    return unwell.map((part) => finding('bad', part, `${part.what}: ${part.state}`, remedy));
  },
};

export const drift: Check = {
  name: 'drift',
  about: 'changes behind the back of the stack',
  run: async ({ stack, aws, tell }) => {
    const client = new CloudFormation(aws);
    const { StackDriftDetectionId } = await client.detectStackDrift({ StackName: stack.id });
    const found: Finding[] = [];
    const isDone = async () => {
      const answer = await client.describeStackDriftDetectionStatus({ StackDriftDetectionId });
      const { DetectionStatus: status, DetectionStatusReason: reason = 'no reason given' } = answer;
      if (status === 'DETECTION_FAILED')
        found.push(finding('unknown', placeOf(stack), `drift of some resources: ${reason}`, 'look in the console'));
      return status !== 'DETECTION_IN_PROGRESS';
    };
    // Nothing is to be put in order when somebody interrupts.
    await until('looking for drift', isDone, { tell, signal: new AbortController().signal });
    const asked = { StackName: stack.id, StackResourceDriftStatusFilters: ['MODIFIED' as const, 'DELETED' as const] };
    const drifts = paginateDescribeStackResourceDrifts({ client }, asked);
    return [...found, ...(await all(drifts, (page) => page.StackResourceDrifts)).map(drifted)];
  },
};

const MOST_DIFFERENCES = 3;
const LONGEST_VALUE = 40;

function drifted(resource: StackResourceDrift): Finding {
  const { LogicalResourceId: logicalId = '', PhysicalResourceId: id = '', PropertyDifferences = [] } = resource;
  const where = { logicalId, id };
  if (resource.StackResourceDriftStatus === 'DELETED')
    return finding(
      'bad',
      where,
      'somebody deleted it behind the back of the stack',
      'docs/BACKUP_AND_RESTORE.md tells how to bring back data; all else comes back with a change that makes it anew',
    );
  const short = (value = 'not set') => (value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value);
  const shown = PropertyDifferences.slice(0, MOST_DIFFERENCES).map(
    ({ PropertyPath = '', ExpectedValue, ActualValue }) =>
      `${PropertyPath.slice(1)} is ${short(ActualValue)}, was ${short(ExpectedValue)}`,
  );
  const more = PropertyDifferences.length - shown.length;
  return finding(
    'warning',
    where,
    `changed behind the back of the stack: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    'set it back by hand, or make it a setting and deploy: a deploy of the same configuration leaves it',
  );
}
