// Prints the path of a Python that has the packages of the locked files:
//   npx tsx scripts/python-env.ts [requirements.txt ...]
// Without arguments: everything that the tests use.
import { pythonEnv, PythonEnvError } from '../rehearsal/python-env.ts';
import { testRequirements } from './lib/requirements.ts';

const given = process.argv.slice(2);
try {
  const io = {
    info: (message: string) => {
      console.error(message);
    },
  };
  console.log(await pythonEnv({ requirements: given.length > 0 ? given : testRequirements, io }));
} catch (error) {
  if (!(error instanceof PythonEnvError)) throw error;
  console.error(`error: ${error.message}\nhint: ${error.hint}`);
  process.exitCode = 1;
}
