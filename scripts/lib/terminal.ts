import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
// A CommonJS module, whose names Node does not find.
import headless from '@xterm/headless';

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts');

/** Size of every screen, whatever the real terminal is. */
const COLUMNS = 100;
const ROWS = 30;

const WAIT_MS = 60_000;
const LOOK_MS = 20;

/** What people press, as a terminal sends it. */
export const KEYS = {
  enter: '\r',
  down: '\u001B[B',
  up: '\u001B[A',
  space: ' ',
  ctrlC: '\u0003',
} as const;

/** A command line in a terminal of its own: keys go in, what people see comes out. */
export class CliTerminal {
  readonly screen = new headless.Terminal({ cols: COLUMNS, rows: ROWS, scrollback: 1000, allowProposedApi: true });
  /** Exit code, once the command has ended. */
  readonly ended: Promise<number>;
  private readonly write: (keys: string) => void;
  private isOver = false;

  constructor(args: readonly string[], { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> }) {
    const pty = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...args], {
      name: 'xterm-256color',
      cols: COLUMNS,
      rows: ROWS,
      cwd,
      env: { ...env, TERM: 'xterm-256color' },
    });
    let drawn = Promise.resolve();
    pty.onData((data) => {
      drawn = new Promise((done) => {
        this.screen.write(data, done);
      });
    });
    this.write = (keys) => {
      pty.write(keys);
    };
    this.ended = new Promise((done) => {
      pty.onExit(({ exitCode }) => {
        this.isOver = true;
        void drawn.then(() => {
          done(exitCode);
        });
      });
    });
  }

  /** Everything that was shown, the part that scrolled away too. */
  get text(): string {
    const { active } = this.screen.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd();
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) this.write(key);
  }

  /** Waits until something is shown. */
  async shows(expected: string | RegExp): Promise<void> {
    const isShown = () => (typeof expected === 'string' ? this.text.includes(expected) : expected.test(this.text));
    const deadline = Date.now() + WAIT_MS;
    while (!isShown()) {
      if (this.isOver || Date.now() > deadline)
        throw new Error(`${String(expected)} was not shown${this.isOver ? ' before the end' : ''}:\n${this.text}`);
      await sleep(LOOK_MS);
    }
  }
}
