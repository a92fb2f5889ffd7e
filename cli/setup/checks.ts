import { bootstrap, credentials, region } from './account.ts';
import type { SetupCheck } from './check.ts';
import { bedrock } from './models.ts';
import { quotas } from './quotas.ts';
import { node, python } from './tools.ts';
import { zones } from './zones.ts';

/** Everything that a deployment needs around it, in the order in which it is told. */
export const CHECKS: readonly SetupCheck[] = [node, python, credentials, region, bootstrap, zones, quotas, bedrock];
