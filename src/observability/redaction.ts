/** Names of fields and query parameters whose values are never written down, in lower case without `-` and `_`. */
const secretNames = new Set([
  'accesstoken',
  'anonkey',
  'apikey',
  'authorization',
  'code',
  'codeverifier',
  'connectionstring',
  'cookie',
  'databaseurl',
  'jwt',
  'jwtsecret',
  'nonce',
  'otp',
  'password',
  'phone',
  'proxyauthorization',
  'refreshtoken',
  'secret',
  'servicekey',
  'servicerolekey',
  'setcookie',
  'token',
  'tokenhash',
  'variables',
  'xamzsecuritytoken',
  'xamzsignature',
  'xapikey',
]);

const mayHoldSecret = /eyJ|sb_|:\/\/|=/;

const redacted = '[redacted]';
const maxDepth = 5;

/** Names asked for before: a log line has the same few over and over. */
const verdicts = new Map<string, boolean>();
const maxVerdicts = 1_000;

/** True for the name of a header, field or query parameter that holds a secret, however it is written. */
function isSecretName(name: string): boolean {
  let verdict = verdicts.get(name);
  if (verdict === undefined) {
    verdict = secretNames.has(name.toLowerCase().replace(/[-_]/g, ''));
    if (verdicts.size < maxVerdicts) verdicts.set(name, verdict);
  }
  return verdict;
}

/** The same URL or path with the values of secret query parameters taken out, and without a password. */
export function redactUrl(url: string): string {
  return url
    .replace(/:\/\/[^/?#@\s]*@/g, `://${redacted}@`)
    .replace(/([?&#])([^=?&#\s]+)=([^&#\s]*)/g, (whole, mark: string, name: string) =>
      isSecretName(safeDecode(name)) ? `${mark}${name}=${redacted}` : whole,
    );
}

/** The same text without tokens, keys and URLs' secrets: for messages that others have written. */
export function redactText(text: string): string {
  // Most texts of a log line are a word: they are let through without looking for each shape.
  if (text.length < 12 || !mayHoldSecret.test(text)) return text;
  return redactUrl(text)
    .replace(/[\w.-]+/g, withoutToken)
    .replace(/\bsb_(?:secret|publishable)_[\w-]+/g, redacted);
}

/** A word, with all of it that follows the beginning of a JWT taken out. */
function withoutToken(word: string): string {
  const start = word.search(/\beyJ/);
  return start !== -1 && /\..*\./.test(word.slice(start)) ? word.slice(0, start) + redacted : word;
}

/** A copy with the values under secret names replaced, at any level that a log line should have. */
export function redactFields(fields: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    copy[name] = isSecretName(name) && !isCode(name, value) ? redacted : redactValue(value, depth);
  }
  return copy;
}

/** `code` is also what our own errors are told by: those are words in capitals. */
function isCode(name: string, value: unknown): boolean {
  return (
    name === 'code' &&
    (typeof value === 'number' || (typeof value === 'string' && /^[A-Z][A-Z_]{1,40}$/.test(value)))
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth >= maxDepth) return '[deep]';
  if (Array.isArray(value)) return value.map((one: unknown) => redactValue(one, depth + 1));
  return redactFields({ ...value }, depth + 1);
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
