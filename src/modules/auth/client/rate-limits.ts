/** Defaults against guessing: calls per window. The pass-through spends the same buckets as these mutations. */
export const authRateLimits = {
  signUp: { limit: 30, window: '5m' },
  signIn: { limit: 30, window: '5m' },
  signInAnonymously: { limit: 30, window: '1h' },
  refreshSession: { limit: 150, window: '5m' },
  sendOtp: { limit: 30, window: '5m' },
  verifyOtp: { limit: 30, window: '5m' },
  resendConfirmation: { limit: 30, window: '5m' },
  requestPasswordReset: { limit: 30, window: '5m' },
  exchangeAuthCode: { limit: 30, window: '5m' },
  reauthenticate: { limit: 30, window: '5m' },
  verifyFactor: { limit: 15, window: '1m' },
  // They send text messages and mails, and say whether a password or a nonce was right.
  enrollFactor: { limit: 30, window: '5m' },
  challengeFactor: { limit: 30, window: '5m' },
  updateMe: { limit: 60, window: '5m' },
} as const;

export type LimitedAuthField = keyof typeof authRateLimits;

/** What only the pass-through has, or counts. An office signs in from one address in the morning. */
export const passedAuthRateLimits = {
  invite: { limit: 100, window: '5m' },
  passkeys: { limit: 100, window: '5m' },
  sso: { limit: 100, window: '5m' },
} as const;

export type PassedAuthLimit = keyof typeof passedAuthRateLimits;

/**
 * Attempts at an account that the caller may not have. Who tries one password, or code, at each of many accounts never
 * reaches a limit by account, so that failures count for the client address as well.
 */
export const guessingFields: ReadonlySet<LimitedAuthField | PassedAuthLimit> = new Set([
  'signUp',
  'signIn',
  'verifyOtp',
  'passkeys',
]);

/** Fields that say which account they are about. An address beside any other field's input means nothing. */
const accountFields: ReadonlySet<LimitedAuthField> = new Set([
  'signUp',
  'signIn',
  'sendOtp',
  'verifyOtp',
  'resendConfirmation',
  'requestPasswordReset',
]);

/** The account a call counts for; undefined where it names none. `part` gives a part of its input. */
export function countedAccount(
  field: LimitedAuthField,
  part: (name: 'email' | 'phone' | 'tokenHash') => unknown,
): string | undefined {
  if (!accountFields.has(field)) return undefined;
  // The service goes by the hash alone: counted for an address beside it, every guess could name another one.
  if (field === 'verifyOtp' && part('tokenHash')) return undefined;
  return accountKey(part('email'), part('phone'));
}

function accountKey(email: unknown, phone: unknown): string | undefined {
  if (typeof email === 'string' && email.trim() !== '') return lowered(email.trim());
  if (typeof phone === 'string') return phone.replace(/[+\s]/g, '') || undefined;
  return undefined;
}

/** Letter by letter, as the service does it: the two languages differ about İ and about Σ at the end of a word. */
function lowered(text: string): string {
  return Array.from(text, (letter) => Array.from(letter.toLowerCase())[0]).join('');
}
