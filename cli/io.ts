import type { Readable, Writable } from 'node:stream';
import { createColors } from 'picocolors';
import { EXIT, UserError } from './errors.ts';
import type { Asked, MultiselectQuestion, PromptHost, SelectQuestion, TextQuestion } from './prompts.ts';

export type Colors = ReturnType<typeof createColors>;

/** The terminal that a command talks to, whatever stands behind it. */
export interface IoHost {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether somebody is there to answer. */
  readonly interactive: boolean;
  /** Whether lines on standard error can be written over. */
  readonly liveStderr: boolean;
  readonly colorStdout: boolean;
  readonly colorStderr: boolean;
  readonly interruption: Interruption;
}

/** What happens when the person interrupts. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Whether a command said that it ends by itself, and puts things in order before. */
  heeded: boolean;
  /** What there is to say when the process ends at once. */
  farewell?: (() => void) | undefined;
}

export interface Question {
  /** The answer given beforehand, by a flag. */
  readonly answered?: boolean;
  /**
   * Flag that answers it, named when nobody is there to ask.
   *
   * @default `--yes`
   */
  readonly flag?: string;
  /** Text that must be typed to agree, such as the name of what goes. */
  readonly typed?: string;
}

/** What a command sees of the world outside. */
export interface Io {
  /** How wide a result may be: as the terminal is, or 80 columns. */
  readonly resultColumns: number;
  /** Writes to standard output, where only the result of a command goes. */
  result(text: string): void;
  /** Writes a line to standard error. */
  info(text: string): void;
  /** Writes a warning to standard error. */
  warn(text: string): void;
  /** Shows what is going on in a line that the next one replaces; nothing without a terminal. */
  status(text: string): void;
  /** Writes a line where `status` shows nothing, so that a log tells the progress too. */
  progress(text: string): void;
  /** Asks; without a terminal and without a flag it refuses rather than hang. */
  confirm(question: string, options?: Question): Promise<boolean>;
  /** Asks for one of several answers. */
  select(question: SelectQuestion): Promise<string>;
  /** Asks for some of several answers, at least one. */
  multiselect(question: MultiselectQuestion): Promise<string[]>;
  /** Asks for a text. */
  text(question: TextQuestion): Promise<string>;
  readonly interactive: boolean;
  /** Colors for the result. */
  readonly resultColors: Colors;
  /** Colors for everything else. */
  readonly colors: Colors;
  /** Fires at the first interruption. A command that reads it must end by itself; any other is ended at once. */
  readonly signal: AbortSignal;
}

const CLEAR_LINE = '\r\u001B[2K';

export function createIo(host: IoHost): Io {
  return new TerminalIo(host);
}

class TerminalIo implements Io {
  readonly interactive: boolean;
  readonly resultColors: Colors;
  readonly colors: Colors;
  private readonly host: IoHost;
  private statusShown = false;

  constructor(host: IoHost) {
    this.host = host;
    this.interactive = host.interactive;
    this.resultColors = createColors(host.colorStdout);
    this.colors = createColors(host.colorStderr);
  }

  get resultColumns(): number {
    return columnsOf(this.host.stdout);
  }

  get signal(): AbortSignal {
    this.host.interruption.heeded = true;
    return this.host.interruption.signal;
  }

  result(text: string): void {
    this.clearStatus();
    this.host.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  info(text: string): void {
    this.clearStatus();
    this.host.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.info(`${this.colors.yellow('warning:')} ${text}`);
  }

  status(text: string): void {
    const { liveStderr, stderr } = this.host;
    if (!liveStderr) return;
    // A line that wraps could not be written over.
    stderr.write(CLEAR_LINE + text.slice(0, columnsOf(stderr) - 1));
    this.statusShown = true;
  }

  progress(text: string): void {
    if (!this.host.liveStderr) this.info(text);
  }

  async confirm(question: string, { answered = false, flag = '--yes', typed }: Question = {}): Promise<boolean> {
    if (answered) return true;
    if (!this.interactive) throw new UserError(`no terminal to ask: ${question}`, `pass ${flag} to agree`, EXIT.usage);
    const { askConfirm, askText } = await import('./prompts.ts');
    const host = this.promptHost();
    if (typed === undefined) return await askConfirm(host, question);
    return (await askText(host, { message: `${question} Type ${typed} to agree.`, flag })) === typed;
  }

  async select(question: SelectQuestion): Promise<string> {
    this.requireTerminal(question);
    return await (await import('./prompts.ts')).askSelect(this.promptHost(), question);
  }

  async multiselect(question: MultiselectQuestion): Promise<string[]> {
    this.requireTerminal(question);
    return await (await import('./prompts.ts')).askMultiselect(this.promptHost(), question);
  }

  async text(question: TextQuestion): Promise<string> {
    this.requireTerminal(question);
    return await (await import('./prompts.ts')).askText(this.promptHost(), question);
  }

  private requireTerminal({ message, flag }: Asked): void {
    if (!this.interactive) throw new UserError(`no terminal to ask: ${message}`, `answer with ${flag}`, EXIT.usage);
  }

  private promptHost(): PromptHost {
    this.clearStatus();
    const { stdin: input, stderr: output, interruption, colorStderr: isColorful } = this.host;
    return { input, output, isColorful, signal: interruption.signal };
  }

  private clearStatus(): void {
    if (this.statusShown) this.host.stderr.write(CLEAR_LINE);
    this.statusShown = false;
  }
}

/** The first interruption lets a command that heeds it put things in order; everything else ends at once. */
export function onInterruption(process: Pick<NodeJS.Process, 'on' | 'exit'>): Interruption {
  const controller = new AbortController();
  const interruption: Interruption = { signal: controller.signal, heeded: false };
  const stop = () => {
    if (controller.signal.aborted || !interruption.heeded) {
      interruption.farewell?.();
      process.exit(EXIT.interrupted);
    }
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return interruption;
}

export function columnsOf(stream: Writable): number {
  return 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : 80;
}
