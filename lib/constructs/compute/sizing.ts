/**
 * What the real LibreChat was measured to need, and what follows from it. docs/SIZING.md shows the arithmetic, and a
 * test holds both together.
 */

/** Share of a core that one live answer takes, in percent: 300 tokens at 30 a second, Node 24. */
export const STREAM_CPU_PERCENT = { withoutRedis: 3.1, withRedis: 3.7 } as const;

/** Seconds that such an answer takes. */
export const ANSWER_SECONDS = 9.9;

/** Part of the time in which a person at work has an answer being written. An assumption. */
export const ANSWERING_SHARE = 0.1;

/**
 * Requests around one answer: start, stream, title, list of chats, messages, balance, running jobs, files.
 *
 * Counted in the source of the page, not measured.
 */
export const REQUESTS_PER_ANSWER = 8;

/** CPU of LibreChat's tasks that is aimed at, in percent. Above 80 the first token already takes a second. */
export const CPU_TARGET_PERCENT = 60;

/** Memory that is aimed at, in percent: idle 26, 200 answers at once 43, the heap's limit 75. */
export const MEMORY_TARGET_PERCENT = 70;

/** One process uses about one core, however many there are. */
const CORES_OF_A_PROCESS = 1;

/** Answers at once that keep a process at the CPU target. */
export function liveAnswers(vcpu: number, isShared: boolean): number {
  const share = isShared ? STREAM_CPU_PERCENT.withRedis : STREAM_CPU_PERCENT.withoutRedis;
  return Math.floor((Math.min(vcpu, CORES_OF_A_PROCESS) * CPU_TARGET_PERCENT) / share);
}

/** People at work whom a process serves at the CPU target. */
export function people(vcpu: number, isShared: boolean): number {
  return Math.floor(liveAnswers(vcpu, isShared) / ANSWERING_SHARE);
}

/** Tasks of one vCPU for so many people at work: one more than they need, so that one may fail, and never one alone. */
export function tasksFor(peopleAtWork: number): number {
  return Math.max(2, Math.ceil((peopleAtWork * ANSWERING_SHARE) / liveAnswers(1, true)) + 1);
}

/** Requests in a minute that the CPU target stands for. */
export function requestsPerMinute(vcpu: number, isShared: boolean): number {
  return Math.round((liveAnswers(vcpu, isShared) / ANSWER_SECONDS) * 60 * REQUESTS_PER_ANSWER);
}
