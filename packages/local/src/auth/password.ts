import bcrypt from 'bcryptjs';
import { AuthError, invalid } from './auth-error.ts';

/** Refuses what bcrypt would cut (over 72 bytes) and what the policy calls weak. */
export function checkPassword(password: string, minLength: number): void {
  if (Buffer.byteLength(password) > 72) {
    throw invalid('Password cannot be longer than 72 characters');
  }
  if (password.length < minLength) {
    throw new AuthError(422, 'weak_password', `Password should be at least ${minLength} characters.`, {
      reasons: ['length'],
    });
  }
}

/** bcrypt hash of a password. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  return await bcrypt.hash(password, cost);
}

// Compared when there is no user or no password, so that an unknown address takes as long as a wrong password.
const nobody = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8.Yy5mG4K6Qk1p1x7KzZ0o9o3yYb0e';

/** True when the password fits the stored hash; takes the same time when there is none. */
export async function passwordFits(password: string, stored: string | null | undefined): Promise<boolean> {
  const known = stored !== null && stored !== undefined && stored !== '';
  const fits = await bcrypt.compare(password, known ? stored : nobody);
  return known && fits;
}
