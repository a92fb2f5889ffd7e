import { CostExplorerClient, GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import type { AwsOptions } from '../aws-clients.ts';

/** What a stack cost since the month began, or why nobody knows. */
export type CostSoFar =
  { readonly since: string; readonly usd: number } | { readonly since: string; readonly unknown: string };

const ACTIVATE = "activate the cost allocation tag 'Deployment' in Billing; it counts from the day after";

/** Asks Cost Explorer, which takes $0.01 for the question, for everything that carries the stack's tag. */
export async function costSoFar(name: string, options: AwsOptions, now = new Date()): Promise<CostSoFar> {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const since = `${day(now).slice(0, 8)}01`;
  // The end is excluded, and on the first of a month must not be the beginning.
  const end = day(new Date(now.getTime() + 86_400_000));
  // There is one Cost Explorer, for all regions.
  const client = new CostExplorerClient({ ...options, region: 'us-east-1' });
  try {
    const { ResultsByTime = [] } = await client.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: since, End: end },
        Granularity: 'MONTHLY',
        Metrics: ['UnblendedCost'],
        Filter: { Tags: { Key: 'Deployment', Values: [name] } },
      }),
    );
    const usd = ResultsByTime.reduce((sum, { Total }) => sum + Number(Total?.['UnblendedCost']?.Amount ?? 0), 0);
    return usd === 0 ? { since, unknown: `nothing has been counted: ${ACTIVATE}` } : { since, usd };
  } catch (error) {
    // The state of a stack is worth telling without its cost.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { since, unknown: `Cost Explorer refused (${reason}): enable it in Billing, or ask for ce:GetCostAndUsage` };
  }
}
