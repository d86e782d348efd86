import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** An opaque key and the JWT that stands for it upstream. */
export interface OpaqueKey {
  readonly key: string;
  readonly jwt: string;
}

const payload = z.object({ role: z.string() });
const header = z.object({ alg: z.string() });

function decode<T>(part: string | undefined, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

function roleOf(jwt: string): string | undefined {
  const [, body, signature, more] = jwt.split('.');
  if (!body || !signature || more !== undefined) return undefined;
  return decode(body, payload)?.role;
}

/** Whether one of the secrets verifies a key. One that a private key signed is not for them to judge. */
export function isSignedWith(jwt: string, secrets: readonly (string | Buffer)[]): boolean {
  const [head, body, signature] = jwt.split('.');
  if (/^(?:RS|PS|ES|Ed)/.test(decode(head, header)?.alg ?? '')) return true;
  const given = Buffer.from(signature ?? '', 'base64url');
  return secrets.some((secret) => {
    const right = createHmac('sha256', secret).update(`${head}.${body}`).digest();
    return right.length === given.length && timingSafeEqual(right, given);
  });
}

/** `key=jwt` pairs, separated by commas, whose JWTs have the role that the kind of key stands for. */
export function opaqueKeys(role: 'anon' | 'service_role') {
  const prefix = role === 'anon' ? 'sb_publishable_' : 'sb_secret_';
  return z.string().transform((text, context): readonly OpaqueKey[] => {
    const entries = text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    const keys = entries.map((entry) => {
      const at = entry.indexOf('=');
      return { key: entry.slice(0, Math.max(0, at)).trim(), jwt: entry.slice(at + 1).trim() };
    });
    if (keys.every(({ key, jwt }) => key.startsWith(prefix) && roleOf(jwt) === role)) return keys;
    context.addIssue({ code: 'custom', message: 'malformed' });
    return z.NEVER;
  });
}

/** A legacy key (a JWT with the role), or an opaque one of its kind. */
export function apiKey(role: 'anon' | 'service_role') {
  const prefix = role === 'anon' ? 'sb_publishable_' : 'sb_secret_';
  return z.string().refine((key) => key.startsWith(prefix) || roleOf(key) === role);
}
