import { z } from 'zod';
import { parseByteSize } from '../lib/byte-size.ts';
import { parseDuration } from '../lib/duration.ts';
import { parsePostgresUrl } from '../lib/postgres-url.ts';
import { isReservedRole } from '../lib/reserved-role.ts';
import { withoutTrailing } from '../lib/without-trailing.ts';

// Each schema takes the text of the environment and gives the value; what to say of a bad one is in the table.

function parsed<T>(parse: (value: string) => T | undefined) {
  return z.string().transform((value, context): T => {
    const result = parse(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: 'malformed' });
    return z.NEVER;
  });
}

const json = parsed((value): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
});

export const text = z.string();

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values);
}

export const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1');

export function wholeNumber(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .pipe(z.number().int().min(minimum).max(maximum));
}

export function duration(minimumMs: number, maximumMs: number) {
  return parsed(parseDuration).pipe(z.number().min(minimumMs).max(maximumMs));
}

export function byteSize(minimum: number, maximum = 1024 ** 4) {
  return parsed(parseByteSize).pipe(z.number().min(minimum).max(maximum));
}

/** An http(s) URL without user, query and fragment; given back without a trailing slash. */
export const serviceUrl = parsed((value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username || url.password || url.search || url.hash) return undefined;
  return withoutTrailing(url.origin + url.pathname, '/');
});

/** Every problem of the URL is an issue of its own, whose message completes "NAME …". */
export const postgresUrl = z
  .string()
  .regex(/^postgres(?:ql)?:\/\/\S+$/, { abort: true })
  .superRefine((value, context) => {
    for (const message of parsePostgresUrl(value).problems) {
      context.addIssue({ code: 'custom', message, params: { completesName: true } });
    }
  });

export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

export const rolesOfUsers = list.refine((roles) => !roles.some(isReservedRole));

/** Scheme, host and port, as a browser sends them in Origin. */
export const origins = list.pipe(
  z.array(parsed((value) => (value === '*' || isOrigin(value) ? value : undefined))),
);

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

export function listOf<const T extends readonly [string, ...string[]]>(values: T) {
  return list
    .transform((entries) => entries.map((entry) => entry.toUpperCase()))
    .pipe(z.array(z.enum(values)));
}

const rateLimitRules = z.record(
  z.string(),
  z.strictObject({
    limit: z.number().int().positive(),
    window: parsed(parseDuration),
  }),
);

export const rateLimits = json
  .pipe(rateLimitRules)
  .transform((rules) =>
    Object.fromEntries(
      Object.entries(rules).map(([field, rule]) => [field, { limit: rule.limit, windowMs: rule.window }]),
    ),
  );

const jwk = z.looseObject({ kty: z.string(), kid: z.string().optional(), alg: z.string().optional() });

export const keySet = json.pipe(z.object({ keys: z.array(jwk).min(1) }));
