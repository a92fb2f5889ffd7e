// What a configuration costs a month: `npx tsx cli/main.ts estimate` under the name people look for.
import { main } from '../cli/main.ts';

await main(['estimate', ...process.argv.slice(2)]);
