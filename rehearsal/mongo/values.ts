import { EJSON, ObjectId } from 'bson';
import { MingoError } from 'mingo/util';

/** A BSON document as the wire brings it. */
export type Doc = Record<string, unknown>;

/** Amazon DocumentDB 5.0 refuses part of what MongoDB accepts; the rehearsal can play either. */
export type Mode = 'documentdb' | 'mongodb';

/** A refusal that the driver hands to the application as a server error. */
export class CommandError extends Error {
  readonly code: number;
  /** Further fields of the reply, such as `keyPattern`. */
  readonly details: Doc;

  constructor(code: number, message: string, details: Doc = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  toReply(): Doc {
    return { ok: 0, errmsg: this.message, code: this.code, ...this.details };
  }
}

/** What the query engine throws is the fault of the command, anything else is ours. */
export function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CommandError(error instanceof MingoError ? 2 : 8, message);
}

/** True for an embedded document, false for arrays, scalars and BSON types such as ObjectId. */
export function isDoc(value: unknown): value is Doc {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

export function asDoc(value: unknown, field: string): Doc {
  if (isDoc(value)) return value;
  throw new CommandError(14, `field '${field}' must be of BSON type object`);
}

export function asDocs(value: unknown, field: string): Doc[] {
  if (Array.isArray(value)) return value.map((item) => asDoc(item, field));
  throw new CommandError(14, `field '${field}' must be of BSON type array`);
}

export function asString(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new CommandError(14, `field '${field}' must be a non-empty string`);
}

/** A canonical text of a value: equal values have equal keys, so that a Map can index them. */
export function keyOf(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return `n${String(value === 0 ? 0 : value)}`;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  return EJSON.stringify(value, { relaxed: false });
}

/** Every value an index on `path` sees in `value`: one per element where the path crosses an array. */
export function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [head, ...rest] = path;
  if (Array.isArray(value) && value.length > 0 && !(head !== undefined && /^\d+$/.test(head))) {
    return value.flatMap((item: unknown) => (head === undefined ? [item] : valuesAt(item, path)));
  }
  if (head === undefined) return [value];
  return typeof value === 'object' && value !== null ? valuesAt((value as Doc)[head], rest) : [undefined];
}
