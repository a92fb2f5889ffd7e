import type { IndexSpec } from './indexes.ts';
import { CommandError, isDoc, type Doc } from './values.ts';

/** Stages of Amazon DocumentDB 5.0: https://docs.aws.amazon.com/documentdb/latest/developerguide/mongo-apis.html */
const STAGES = new Set(
  '$addFields $count $group $limit $lookup $match $out $project $redact $replaceRoot $sample $skip $sort $unwind'.split(
    ' ',
  ),
);
const VARIABLES = /^\$\$(?:REMOVE|CURRENT|NOW)\b/;

const unsupported = (what: string): CommandError => new CommandError(303, `Feature not supported: ${what}`);
const unsupportedStage = (what: string): CommandError =>
  new CommandError(304, `Aggregation stage not supported: '${what}'`);

/** Throws what Amazon DocumentDB 5.0 answers to a command that MongoDB would run. */
export function refuseForDocumentDb(command: Doc): void {
  if (command.txnNumber !== undefined && command.autocommit !== false) {
    throw new CommandError(301, 'Retryable writes are not supported');
  }
  if (command.collation !== undefined) throw new CommandError(303, 'option collation is currently not supported.');
  if (Array.isArray(command.pipeline)) command.pipeline.forEach(refuseStage);
  for (const part of [command.pipeline, command.projection, command.fields]) refuseVariables(part);
  const updates = Array.isArray(command.updates) ? (command.updates as unknown[]) : [];
  for (const update of [command.update, ...updates.map((item) => (isDoc(item) ? item.u : undefined))]) {
    if (Array.isArray(update)) throw new CommandError(303, 'Failed to parse update: field must be of BSON type object');
  }
}

export function refuseIndexForDocumentDb(spec: IndexSpec): void {
  for (const [path, kind] of Object.entries(spec.key)) {
    if (path.includes('$**')) throw unsupported('wildcard indexes');
    if (kind === 'hashed' || kind === '2d' || kind === 'geoHaystack') {
      throw new CommandError(303, `Index type not supported : ${kind}`);
    }
  }
  for (const option of ['collation', 'hidden', 'wildcardProjection']) {
    if (spec[option] !== undefined) throw unsupported(option);
  }
}

/** DocumentDB wants a transaction's collections to exist before it starts. */
export const missingInTransaction = (): CommandError => unsupported('non-existent collection in transaction');

function refuseStage(stage: unknown): void {
  const [name, value] = Object.entries(isDoc(stage) ? stage : {})[0] ?? [];
  if (name !== undefined && !STAGES.has(name)) throw unsupportedStage(name);
  if (name === '$lookup' && isDoc(value) && (value.let !== undefined || value.pipeline !== undefined)) {
    throw unsupportedStage('$lookup on multiple join conditions and uncorrelated subquery.');
  }
}

function refuseVariables(value: unknown): void {
  if (typeof value === 'string') {
    const variable = VARIABLES.exec(value)?.[0];
    if (variable !== undefined) throw unsupported(variable);
  } else if (Array.isArray(value) || isDoc(value)) {
    Object.values(value).forEach(refuseVariables);
  }
}
