/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  /** Something went wrong, or a question was answered with no. */
  failed: 1,
  /** Wrong usage or a refused configuration: nothing was begun. */
  usage: 2,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something that people can put right: what is wrong, and what to do. */
export class UserError extends Error {
  readonly what: string;
  readonly remedy: string | undefined;
  readonly exitCode: ExitCode;

  constructor(what: string, remedy?: string, exitCode: ExitCode = EXIT.failed) {
    super(remedy === undefined ? what : `${what}: ${remedy}`);
    this.name = 'UserError';
    this.what = what;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** The person decided against it; nothing is wrong. */
export class Aborted extends Error {
  readonly exitCode: ExitCode;

  /** @param what What was going to happen, such as `Cleanup`. */
  constructor(what: string, exitCode: ExitCode = EXIT.failed) {
    super(`${what} cancelled`);
    this.name = 'Aborted';
    this.exitCode = exitCode;
  }
}
