/** A kind of text that must not leave the machine, and the part of a match that is kept. */
interface Kind {
  readonly name: string;
  readonly pattern: RegExp;
  /**
   * Group of the pattern that is masked.
   *
   * @default - the whole match
   */
  readonly group?: number;
}

/** Names of which the value is secret, in any case and with anything before them. */
const PASSWORD_NAME = String.raw`pass(?:w(?:or)?d|phrase|code)?|pwd`;
const SECRET_NAME = String.raw`(?:${PASSWORD_NAME}|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|master[_-]?key|creds[_-](?:key|iv)|credential|cookie|session[_-]?key|signature|webhook[_-]?url|_key)`;

/** Between name and value; in JSON within a string, backslashes stand before the quotes. */
const IS = String.raw`\\*["']?\s*[:=]\s*`;

const END = String.raw`(?=[\s"',;&}\])\\]|$)`;

/** Up to the next space, comma, bracket or ampersand; a count or a port under such a name is none. */
const BARE = String.raw`(?!\\*["'])(?!(?:[\d.]{1,7}|true|false|null|undefined)${END}|[{[])[^\s"',;&}\])]{3,}`;

/** Most telling first: what one kind has masked, the next ones no longer see. */
const KINDS: readonly Kind[] = [
  { name: 'private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g },
  { name: 'JSON web token', pattern: /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g },
  { name: 'password in an address', pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:([^\s@"']+)@/gi, group: 1 },
  { name: 'AWS access key id', pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g },
  { name: 'key of a provider', pattern: /\b(?:sk|pk|rk)[-_](?:ant-|proj-|live_|test_)?[\w-]{12,}/g },
  {
    name: 'key of a provider',
    pattern: /\b(?:AIza[\w-]{20,}|gsk_\w{12,}|xai-\w{12,}|hf_\w{12,}|r8_\w{12,}|ABSK[\w+/=]{12,})/g,
  },
  { name: 'token of a code host', pattern: /\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{12,}|npm_\w{20,})/g },
  { name: 'token of a chat service', pattern: /\bxox[abeprs]-[\w-]{8,}/g },
  {
    name: 'address of a webhook',
    pattern: /https:\/\/hooks\.[^\s"']+|https:\/\/[^\s"']*\.webhook\.office\.com[^\s"']+/g,
  },
  {
    name: 'authorization header',
    pattern: /\b(?:Bearer|Basic|AWS4-HMAC-SHA256)\s+([\w.~+/=,-][^\s"']{6,})/g,
    group: 1,
  },
  {
    name: 'signature of an address',
    pattern: /([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|Key-Pair-Id|Policy|sig)=)([^&\s"']+)/gi,
    group: 2,
  },
  { name: 'cookie', pattern: /\b(?:set-)?cookie\\?"?\s*[:=]\s*\\?"?([^\n"={[]{1,80}=[^\n"]+)/gi, group: 1 },
  {
    name: 'value of a secret name',
    pattern: new RegExp(String.raw`${SECRET_NAME}${IS}(["'])((?:(?!\1)[^\\]|\\[\s\S]){3,})\1`, 'gi'),
    group: 2,
  },
  {
    // Quotes with backslashes before them: those within the value have more of them.
    name: 'value of a secret name',
    pattern: new RegExp(String.raw`${SECRET_NAME}${IS}(\\+["'])((?:(?!(?<!\\)\1)[\s\S]){3,})\1`, 'gi'),
    group: 2,
  },
  {
    // A line that was cut off.
    name: 'value of a secret name',
    pattern: new RegExp(String.raw`${SECRET_NAME}${IS}(\\*["'])((?:(?!(?<!\\)\1).){3,})$`, 'gim'),
    group: 2,
  },
  { name: 'value of a secret name', pattern: new RegExp(String.raw`${SECRET_NAME}${IS}(${BARE})`, 'gi'), group: 1 },
  {
    name: 'value of a secret name',
    pattern: new RegExp(String.raw`(?:${PASSWORD_NAME})${IS}(\d[\d.]{3,6})${END}`, 'gi'),
    group: 1,
  },
  { name: 'long hexadecimal value', pattern: /\b[0-9a-f]{32,128}\b/gi },
  {
    name: 'long random value',
    pattern:
      /(?<![\w/+.:-])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?=[\w+/]*\d)[A-Za-z0-9+/]{40}(?:[A-Za-z0-9+/]*={0,2})(?![\w/+.:-])/g,
  },
  { name: 'e-mail address', pattern: /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi },
];

export const MASK = '[masked]';

/** A text without its secrets, and how many of which kind were masked. */
export interface Redacted {
  readonly text: string;
  readonly masked: Readonly<Record<string, number>>;
}

/** Masks whatever looks like a secret or names a person. It masks too much rather than too little. */
export function redact(text: string): Redacted {
  const masked: Record<string, number> = {};
  let result = text;
  for (const { name, pattern, group } of KINDS) {
    result = result.replaceAll(pattern, (match: string, ...rest: (string | number | undefined)[]) => {
      const groups = rest.filter((part) => part === undefined || typeof part === 'string').slice(0, -1);
      const secret =
        group === undefined ? (groups.find((part) => part !== undefined) ?? match) : String(groups[group - 1]);
      if (secret === MASK || secret.startsWith(MASK)) return match;
      masked[name] = (masked[name] ?? 0) + 1;
      // The value stands last: a name may look like it.
      const start = match.lastIndexOf(secret);
      const before = match.slice(0, start);
      // A number in JSON becomes a text there: JSON stays JSON.
      const quote = /(\\*")\s*:\s*$/.exec(before)?.[1] ?? '';
      return before + quote + MASK + quote + match.slice(start + secret.length);
    });
  }
  return { text: result, masked };
}
