import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { onInterruption } from '../../cli/io.ts';
import { runCli } from '../../cli/main.ts';
import { folderWith } from '../config/loading.ts';
import { type Ran, recorder } from './running.ts';

/** Credentials that are never looked at. One try is enough: nothing is there. */
export const NOBODY = {
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_REGION: 'us-east-1',
  AWS_MAX_ATTEMPTS: '1',
};

/** An AWS that takes every call and answers none. */
async function silentAws() {
  let ask: () => void;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const server = createServer(() => {
    ask();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, asked, close };
}

/** Runs a command line and presses Ctrl-C: while AWS owes it an answer, or at once where it asks AWS nothing. */
export async function interrupted(args: readonly string[], asksAws: boolean): Promise<Ran> {
  const { cwd, remove } = folderWith({});
  const [stdout, stderr, aws] = [recorder(), recorder(), await silentAws()];
  const events = new EventEmitter();
  const told = (code: number): Ran => ({ code, stdout: stdout.text(), stderr: stderr.text() });
  try {
    const exit = new Promise<Ran>((resolve) => {
      // What a process that is gone would not write any more does not count.
      const exit = (code: number) => {
        resolve(told(code));
      };
      const interruption = onInterruption(Object.assign(events, { exit }) as unknown as NodeJS.Process);
      const host = {
        stdin: Object.assign(new PassThrough(), { isTTY: false }),
        stdout: stdout.stream,
        stderr: stderr.stream,
        env: { ...NOBODY, AWS_ENDPOINT_URL: aws.url },
        cwd,
        interruption,
      };
      void runCli(args, host).then(exit);
    });
    if (asksAws) await Promise.race([aws.asked, exit]);
    events.emit('SIGINT');
    aws.close();
    return await exit;
  } finally {
    aws.close();
    remove();
  }
}
