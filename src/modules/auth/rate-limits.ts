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
} as const;

export type LimitedAuthField = keyof typeof authRateLimits;

/** How an account is counted: case and the plus of a phone number make no other account. */
export function accountKey(email: unknown, phone: unknown): string | undefined {
  if (typeof email === 'string' && email !== '') return email.trim().toLowerCase();
  if (typeof phone === 'string' && phone !== '') return phone.replace(/[+\s]/g, '');
  return undefined;
}
