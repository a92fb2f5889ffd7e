import { serialize } from 'bson';
import { Aggregator, Query, update as mingoUpdate } from 'mingo';
import { cloneDeep, resolve, setValue } from 'mingo/util';
import { asDoc, asDocs, CommandError, isDoc, keyOf, type Doc } from './values.ts';

/** What decides which elements `$` and `$[name]` in a path mean. */
interface UpdateScope {
  readonly filter: Doc;
  readonly arrayFilters?: readonly Doc[];
  /** True when the document is being made by an upsert. */
  readonly inserting?: boolean;
}

const ARRAY_OPERATORS = new Set(['$addToSet', '$pop', '$pull', '$pullAll', '$push']);
const NUMBER_OPERATORS = new Set(['$inc', '$mul']);
/** Operators that leave a document alone where the path does not lead anywhere. */
const REMOVING_OPERATORS = new Set(['$pop', '$pull', '$pullAll', '$rename', '$unset']);

/** Returns the updated document; the given one stays as it is. */
export function updated(doc: Doc, update: unknown, scope: UpdateScope): Doc {
  if (Array.isArray(update)) return keepId(doc, new Aggregator(asDocs(update, 'u')).run([cloneDeep(doc)])[0] ?? {});
  const operators = asDoc(update, 'u');
  const names = Object.keys(operators);
  if (!names.some((name) => name.startsWith('$'))) return keepId(doc, { ...operators });
  const unknown = names.find((name) => !name.startsWith('$'));
  if (unknown !== undefined) {
    throw new CommandError(9, `Unknown modifier: ${unknown}. Expected a valid update modifier`);
  }

  refuseConflicts(Object.values(operators).flatMap((fields) => Object.keys(asDoc(fields, 'u'))));
  const result = cloneDeep<Doc>(doc);
  const modifier: Record<string, Doc> = {};
  for (const name of names) {
    if (name === '$setOnInsert' && scope.inserting !== true) continue;
    const target = name === '$setOnInsert' ? '$set' : name;
    for (const [path, value] of Object.entries(asDoc(operators[name], name))) {
      if (path === '_id' && target === '$set') {
        result._id = keepId(result, { _id: value })._id;
        continue;
      }
      for (const concrete of concretePaths(result, path, name, scope)) {
        prepareField(result, concrete, name, value);
        (modifier[target] ??= {})[concrete] = value;
      }
    }
  }
  mingoUpdate(result, modifier, [], {}, { cloneMode: 'deep' });
  return result;
}

/** The document an upsert starts from: what the filter says by equality. */
export function seedOf(filter: Doc): Doc {
  const seed: Doc = {};
  for (const [path, condition] of conditionsOf(filter)) {
    const operators =
      isDoc(condition) && Object.keys(condition).some((key) => key.startsWith('$')) ? condition : { $eq: condition };
    if (operators.$eq !== undefined && !(operators.$eq instanceof RegExp)) {
      setValue(seed, path, cloneDeep(operators.$eq));
    }
  }
  return seed;
}

export const isSame = (a: Doc, b: Doc): boolean => Buffer.from(serialize(a)).equals(serialize(b));

function keepId(doc: Doc, next: Doc): Doc {
  const { _id = doc._id, ...rest } = next;
  if (doc._id !== undefined && keyOf(_id) !== keyOf(doc._id)) {
    throw new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
  }
  return _id === undefined ? rest : { _id, ...rest };
}

function refuseConflicts(paths: readonly string[]): void {
  for (const [position, path] of paths.entries()) {
    const clash = paths.some((other, at) => at !== position && (other === path || path.startsWith(`${other}.`)));
    if (clash) throw new CommandError(40, `Updating the path '${path}' would create a conflict at '${path}'`);
  }
}

/** Field conditions of a filter, with those inside `$and`. */
function conditionsOf(filter: Doc): [string, unknown][] {
  return Object.entries(filter).flatMap(([field, condition]) => {
    if (field === '$and') return asDocs(condition, '$and').flatMap(conditionsOf);
    return field.startsWith('$') ? [] : [[field, condition] satisfies [string, unknown]];
  });
}

/** Replaces `$`, `$[]` and `$[name]` by the indexes they stand for in this document. */
function concretePaths(doc: Doc, path: string, operator: string, scope: UpdateScope): string[] {
  let heads: { at: string; value: unknown }[] = [{ at: '', value: doc }];
  for (const part of path.split('.')) {
    heads = heads.flatMap(({ at, value }) => {
      const isContainer = isDoc(value) || (Array.isArray(value) && (part.startsWith('$') || /^\d+$/.test(part)));
      if (!isContainer && value !== undefined && !REMOVING_OPERATORS.has(operator)) {
        throw new CommandError(28, `Cannot create field '${part}' in element {${at}: ${keyOf(value)}}`);
      }
      return partsOf(part, at, value, scope).map((key) => ({
        at: at === '' ? key : `${at}.${key}`,
        value: isContainer ? (value as Doc)[key] : undefined,
      }));
    });
  }
  return heads.map(({ at }) => at);
}

function partsOf(part: string, at: string, value: unknown, { filter, arrayFilters = [] }: UpdateScope): string[] {
  if (!part.startsWith('$')) return [part];
  if (!Array.isArray(value)) {
    throw new CommandError(2, `The path '${at}' must exist in the document in order to apply array updates.`);
  }
  const all = [...value.keys()];
  if (part === '$[]') return all.map(String);
  if (part === '$') {
    const tests = conditionsOf(filter)
      .filter(([field]) => field === at || field.startsWith(`${at}.`))
      .map(([field, condition]) => new Query({ [`element${field.slice(at.length)}`]: condition }));
    const index = all.find(
      (i) => tests.length > 0 && tests.every((test) => test.test({ element: [value[i] as unknown] })),
    );
    if (index !== undefined) return [String(index)];
    throw new CommandError(2, 'The positional operator did not find the match needed from the query.');
  }
  const name = part.slice(2, -1);
  const arrayFilter = arrayFilters.find((candidate) => identifierOf(candidate) === name);
  if (arrayFilter === undefined) {
    throw new CommandError(2, `No array filter found for identifier '${name}' in path '${at}'`);
  }
  const query = new Query(arrayFilter);
  return all.filter((i) => query.test({ [name]: value[i] as unknown })).map(String);
}

function identifierOf(arrayFilter: Doc): string | undefined {
  const [field, condition] = Object.entries(arrayFilter)[0] ?? [];
  if (field?.startsWith('$') === true && Array.isArray(condition)) return identifierOf(asDoc(condition[0], field));
  return field?.split('.')[0];
}

/** Refuses what mingo would pass over in silence, and makes the array where mingo would skip `$slice`, `$sort` and duplicates. */
function prepareField(doc: Doc, path: string, operator: string, value: unknown): void {
  const current = resolve(doc, path);
  if (ARRAY_OPERATORS.has(operator) && current !== undefined && !Array.isArray(current)) {
    throw new CommandError(
      2,
      `The field '${path}' must be an array but is ${keyOf(current)} in document ${keyOf(doc._id)}`,
    );
  }
  if (NUMBER_OPERATORS.has(operator) && current !== undefined && typeof current !== 'number') {
    throw new CommandError(14, `Cannot apply ${operator} to a value of non-numeric type: ${path} is ${keyOf(current)}`);
  }
  const adds = operator === '$push' || operator === '$addToSet';
  if (adds && current === undefined && isDoc(value) && '$each' in value) setValue(doc, path, []);
}
