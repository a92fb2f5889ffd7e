import { tmpdir } from 'node:os';
import { pageOf } from '../../../cli/report/page.ts';
import { type Subject, subjectOf } from '../../../cli/report/subject.ts';

/** What there is to say about a configuration, from the command line alone. */
export function freshSubject(source: string, ...flags: string[]): Subject {
  return subjectOf({ source, flags, env: {}, cwd: tmpdir(), dotenv: false });
}

const subjects = new Map<string, Subject>();

/** The same, found out once for all tests. */
export function subject(source: string, ...flags: string[]): Subject {
  const key = [source, ...flags].join(' ');
  const known = subjects.get(key) ?? freshSubject(source, ...flags);
  subjects.set(key, known);
  return known;
}

const pages = new Map<string, Promise<string>>();

/** The page of a preset as it is; made once for all tests. */
export function page(preset: string): Promise<string> {
  const known = pages.get(preset) ?? pageOf(subject(preset));
  pages.set(preset, known);
  return known;
}
