/** A job of {@link schedule}. */
export interface Job {
  readonly name: string;
  /** Jobs that must have finished before, well or not. Names that are not scheduled are ignored. */
  readonly after?: readonly string[];
  run(): Promise<void>;
}

/** Runs the jobs, at most `slots` at once, each as soon as a slot and the jobs it comes after allow, in the given order. */
export async function schedule(jobs: readonly Job[], slots: number): Promise<void> {
  const waiting = [...jobs];
  const unfinished = new Set(jobs.map(({ name }) => name));
  const running = new Set<Promise<void>>();

  while (unfinished.size > 0) {
    const next = waiting.findIndex((job) => !job.after?.some((name) => unfinished.has(name)));
    const [job] = running.size < slots && next >= 0 ? waiting.splice(next, 1) : [];
    if (job !== undefined) {
      const promise = job.run().finally(() => {
        unfinished.delete(job.name);
        running.delete(promise);
      });
      running.add(promise);
    } else if (running.size > 0) {
      await Promise.race(running);
    } else {
      throw new Error(`jobs wait for each other: ${waiting.map(({ name }) => name).join(', ')}`);
    }
  }
}
