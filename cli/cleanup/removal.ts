import { knownError } from '../aws-errors.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { until, type Work } from '../inspect/kind.ts';
import type { Leftover } from '../inspect/leftovers.ts';

/** What AWS answers while something else still uses a thing, or an earlier request is not carried out. */
const NOT_YET = /DependencyViolation|InUse|Invalid\w*State/;

/** Deletes what is left, kind after kind in the order of dependencies; tells what was deleted, and says why not. */
export async function removeAll(leftovers: readonly Leftover[], io: Io): Promise<number> {
  const failures: string[] = [];
  const work: Work = { signal: io.signal, tell: io.status.bind(io) };
  for (const kind of new Set(leftovers.map((leftover) => leftover.kind))) {
    if (kind === undefined) continue;
    const remove = async ({ id, isGoing }: Leftover) => {
      const begin = async () => {
        try {
          await kind.remove(id, work);
          return true;
        } catch (error) {
          if (error instanceof Error && NOT_YET.test(error.name)) return (await kind.look(id)) === undefined;
          throw error;
        }
      };
      try {
        if (isGoing !== true) await until(`waiting for what uses ${kind.what} ${id}`, begin, work);
        await until(`deleting ${kind.what} ${id}`, async () => (await kind.look(id)) === undefined, work);
        io.progress(`deleted ${kind.what} ${id}`);
      } catch (error) {
        // Nobody may do anything with these credentials any more, or nobody wants to.
        if (io.signal.aborted || (error instanceof Error && error.name.includes('Expired'))) throw error;
        failures.push(`  ${kind.what} ${id}: ${knownError(error)?.message ?? String(error)}`);
      }
    };
    await Promise.all(leftovers.filter((leftover) => leftover.kind === kind).map(remove));
  }
  if (failures.length > 0)
    throw new UserError(
      `some of it could not be deleted:\n${failures.join('\n')}\n`,
      'put right what each reason says and run the same command again',
    );
  return leftovers.length;
}
