/** Names of variables and keys whose values are secret, and of those that look so and are public. */
const SECRET_NAME = /(key|secret|password|passwd|token|credentials|connection_?string|authorization)$/i;
const PUBLIC_NAME = /public|site_?key/i;

/** Keys and tokens that providers make, and addresses with a password in them. */
const SECRET_VALUE =
  /\b[sr]k[-_][\w-]{16,}|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\bgh[opsu]_\w{30,}|\bxox[abp]-[\w-]{10,}|\beyJ[\w-]{10,}\.|-----BEGIN|:\/\/[^/\s:@]+:[^/\s:@${}]+@/;

/** Words that LibreChat and servers without keys take in place of one. */
const PLACEHOLDER = /^(user_provided|system_defined)$|\$\{|\{\{/;

/** What may be a key: long, and with a digit, as every generated one has; `ollama` and `reasoning_content` are words. */
const KEY_LIKE = /^((Bearer|Basic)\s+)?(?=\S*\d)\S{12,}$/i;

/** Whether a value looks like a secret that stands where everybody can read it. */
export function looksSecret(name: string, value: string): boolean {
  if (SECRET_VALUE.test(value)) return true;
  return SECRET_NAME.test(name) && !PUBLIC_NAME.test(name) && !PLACEHOLDER.test(value) && KEY_LIKE.test(value);
}
