import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { add, fromExitCode, NOTHING, type Counts } from './counts.ts';
import { filesOfRepository } from './files.ts';

const root = resolve(import.meta.dirname, '../..');
const AGENTS_MAX_LINES = 150;
const INDEX = 'docs/README.md';
/** A file of ours, with its ending; patterns and names to fill in are none. */
const OUR_PATH =
  /(?:^|[\s"'(]|\.\/)((?:bin|cli|config|docs|lambda|lib|rehearsal|scripts|test)\/[\w./-]*\w\.[a-z]+)(?![\w*<>{-])/gm;

/** Two checks per document: every link leads somewhere, every command names something that exists. */
export async function checkDocs(): Promise<Counts & { output: string }> {
  const documents = (await filesOfRepository()).filter((file) => file.endsWith('.md'));
  const { scripts, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
    version: string;
  };
  const index = await readFile(join(root, INDEX), 'utf8');
  let counts = NOTHING;
  let output = '';
  const check = (problems: readonly string[]) => {
    counts = add(counts, fromExitCode(problems.length === 0 ? 0 : 1));
    output += problems.map((problem) => `${problem}\n`).join('');
  };
  for (const document of documents) {
    const text = await readFile(join(root, document), 'utf8');
    check((await brokenLinks(document, text)).map((link) => `${document}: link leads nowhere: ${link}`));
    check((await brokenCommands(text, Object.keys(scripts))).map((problem) => `${document}: ${problem}`));
    if (/^docs\/[^/]+\.md$/.test(document) && document !== INDEX) {
      check(guideProblems(basename(document), text, index, version).map((problem) => `${document}: ${problem}`));
    }
  }
  const agents = (await readFile(join(root, 'AGENTS.md'), 'utf8')).split('\n').length;
  check(agents < AGENTS_MAX_LINES ? [] : [`AGENTS.md: must have fewer than ${AGENTS_MAX_LINES} lines, has ${agents}`]);
  return { ...counts, output };
}

/** What every guide has: its place in the index, and the release that it speaks of. */
export function guideProblems(name: string, text: string, index: string, version: string): readonly string[] {
  const release = `librechat-cdk ${version.split('.').slice(0, 2).join('.')}`;
  return [
    ...(index.includes(`(${name})`) ? [] : [`${INDEX} does not lead to it`]),
    ...(text.replaceAll(/\s+/g, ' ').includes(release) ? [] : [`does not say that it is of ${release}`]),
  ];
}

/** Relative links whose file, or whose heading in that file, does not exist. */
export async function brokenLinks(document: string, text: string): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const [, target = ''] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', heading] = target.split('#');
    const linked = path === '' ? text : await textOf(resolve(root, dirname(document), decodeURIComponent(path)));
    if (linked === undefined || (heading !== undefined && !headings(linked).has(heading))) broken.push(target);
  }
  return broken;
}

/** Content of a file, nothing for a folder, undefined when there is neither. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? '' : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function headings(text: string): ReadonlySet<string> {
  const titles = withoutFences(text).matchAll(/^#+ +(.+?) *$/gm);
  return new Set([...titles].map(([, title = '']) => anchor(title)));
}

/** The name that a heading gets on the web: lower case, spaces to hyphens, other punctuation gone. */
function anchor(title: string): string {
  const kept = title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '');
  return kept.trim().replace(/\s/g, '-');
}

/** npm scripts and files of ours that code in the text, inline or in blocks, names and that do not exist. */
export async function brokenCommands(text: string, scripts: readonly string[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const code = [...text.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    ([, block, inline]) => block ?? inline ?? '',
  );
  for (const snippet of code) {
    for (const [text, script = text.slice('npm '.length)] of snippet.matchAll(
      /\bnpm (?:run ([\w:-]+)|(?:start|test)\b)/g,
    )) {
      if (!scripts.includes(script)) problems.push(`no npm script is named '${script}'`);
    }
    for (const [, path = ''] of snippet.matchAll(OUR_PATH)) {
      if ((await textOf(join(root, path))) === undefined) problems.push(`there is no file ${path}`);
    }
  }
  return problems;
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}

function withoutCode(text: string): string {
  return withoutFences(text).replace(/`[^`\n]+`/g, '');
}
