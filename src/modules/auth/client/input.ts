import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { badInput, invalidInput } from '../../../lib/bad-input.ts';
import { refuseNulls } from '../../../lib/refuse-nulls.ts';

const maxMetadataBytes = 256 * 1024;
const given = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? undefined);

const email = given(
  z
    .string()
    .trim()
    .min(3)
    .max(255)
    .regex(/^[^\s@]+@[^\s@]+$/, 'is not an e-mail address'),
);
const phone = given(z.string().regex(/^\+?[1-9]\d{1,14}$/, 'must be an E.164 number, such as +491701234567'));
const password = z
  .string()
  .min(1, 'must not be empty')
  .refine((value) => Buffer.byteLength(value) <= 72, 'must not be longer than 72 bytes');
const data = given(z.record(z.string(), z.unknown()));
const text = (max: number) => z.string().min(1, 'must not be empty').max(max);
const redirectTo = given(text(2048));
const captchaToken = given(text(4096));
const codeChallenge = given(
  z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'must have 43 to 128 characters of A-Z a-z 0-9 . _ ~ -'),
);

const oneAddress = <T extends { email?: string | undefined; phone?: string | undefined }>(value: T) =>
  (value.email === undefined) !== (value.phone === undefined);
const oneAddressMessage = { message: 'give either email or phone', path: ['email'] };

export const signUpInput = z
  .object({ email, phone, password, data, redirectTo, captchaToken, codeChallenge })
  .refine(oneAddress, oneAddressMessage)
  .refine((value) => value.phone === undefined || value.codeChallenge === undefined, {
    message: 'PKCE is for e-mail alone',
    path: ['codeChallenge'],
  });

export const signInInput = z
  .object({ email, phone, password, captchaToken })
  .refine(oneAddress, oneAddressMessage);

export const sendOtpInput = z
  .object({ email, phone, createUser: z.boolean(), data, redirectTo, captchaToken, codeChallenge })
  .refine(oneAddress, oneAddressMessage);

export const otpTypes = {
  SIGNUP: 'signup',
  INVITE: 'invite',
  MAGICLINK: 'magiclink',
  RECOVERY: 'recovery',
  EMAIL_CHANGE: 'email_change',
  EMAIL: 'email',
  SMS: 'sms',
  PHONE_CHANGE: 'phone_change',
} as const;

export const verifyOtpInput = z
  .object({
    email,
    phone,
    token: given(text(256)),
    tokenHash: given(text(512)),
    type: z.enum(otpTypes),
    redirectTo,
    captchaToken,
  })
  .refine((value) => (value.token === undefined) !== (value.tokenHash === undefined), {
    message: 'give either token or tokenHash',
    path: ['token'],
  })
  .refine((value) => value.token === undefined || oneAddress(value), oneAddressMessage);

export const resendTypes = {
  SIGNUP: 'signup',
  EMAIL_CHANGE: 'email_change',
  SMS: 'sms',
  PHONE_CHANGE: 'phone_change',
} as const;

export const resendInput = z
  .object({ type: z.enum(resendTypes), email, phone, redirectTo, captchaToken, codeChallenge })
  .refine(oneAddress, oneAddressMessage);

export const passwordResetInput = z.object({
  email: z.string().trim().min(3).max(255),
  redirectTo,
  captchaToken,
  codeChallenge,
});

export const exchangeInput = z.object({ code: text(512), codeVerifier: text(256) });
export const refreshInput = z.object({ refreshToken: text(4096) });
export const anonymousInput = z.object({ data, captchaToken });

export const updateMeInput = z.object({
  email,
  phone,
  password: given(password),
  currentPassword: given(z.string().max(256)),
  nonce: given(text(64)),
  data,
  redirectTo,
});

export const oauthUrlInput = z.object({
  provider: z.string().regex(/^[a-z0-9_:.-]{1,64}$/i, 'is not the name of a provider'),
  redirectTo,
  scopes: given(z.array(z.string().regex(/^[^\s]{1,256}$/, 'must not hold white space')).max(50)),
  codeChallenge,
});

export const enrollInput = z.object({
  type: z.enum({ TOTP: 'totp', PHONE: 'phone' }),
  friendlyName: given(z.string().max(255)),
  issuer: given(z.string().max(255)),
  phone,
});

export const verifyFactorInput = z.object({
  factorId: z.string(),
  challengeId: z.string(),
  code: z.string().regex(/^\d{6,10}$/, 'must be six digits'),
});

const adminFields = {
  email,
  phone,
  password: given(password),
  emailConfirm: given(z.boolean()),
  phoneConfirm: given(z.boolean()),
  userMetadata: data,
  appMetadata: data,
  role: given(text(63)),
  banDuration: given(
    z
      .string()
      .regex(
        /^(none|(\d+(\.\d+)?(ns|us|ms|s|m|h)){1,6})$/,
        'must be "none" or a duration such as "24h" or "1h30m"',
      ),
  ),
};

export const createUserInput = z
  .object(adminFields)
  .refine((value) => value.email !== undefined || value.phone !== undefined, {
    message: 'give email or phone',
    path: ['email'],
  });
export const updateUserInput = z.object(adminFields);

export const inviteInput = z.object({ email: z.string().trim().min(3).max(255), data, redirectTo });

export const linkTypes = {
  SIGNUP: 'signup',
  INVITE: 'invite',
  MAGICLINK: 'magiclink',
  RECOVERY: 'recovery',
  EMAIL_CHANGE_CURRENT: 'email_change_current',
  EMAIL_CHANGE_NEW: 'email_change_new',
} as const;

export const linkInput = z
  .object({
    type: z.enum(linkTypes),
    email: z.string().trim().min(3).max(255),
    newEmail: email,
    password: given(password),
    data,
    redirectTo,
  })
  .refine((value) => !value.type.startsWith('email_change') || value.newEmail !== undefined, {
    message: 'is needed for a change of address',
    path: ['newEmail'],
  });

function checkSizes(value: object): void {
  // Postgres cannot store it, and the auth service would answer with a failure of its own.
  if (JSON.stringify(value).includes('\\u0000')) {
    throw badInput([], 'Text must not hold the character NUL.', {
      issue: 'must not hold the character NUL',
    });
  }
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== 'object' || field === null) continue;
    if (Buffer.byteLength(JSON.stringify(field)) > maxMetadataBytes) {
      throw new AppError('PAYLOAD_TOO_LARGE', `${name} is over the limit of ${maxMetadataBytes} bytes.`, {
        details: { limit: maxMetadataBytes },
      });
    }
  }
}

/** The input as `schema` reads it. Throws BAD_USER_INPUT with one issue per finding, PAYLOAD_TOO_LARGE for metadata. */
export function readInput<T extends object>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    checkSizes(parsed.data);
    return parsed.data;
  }
  throw invalidInput(parsed.error);
}

/** The changes of an update, as `readInput`; null is refused but for `options`, which nothing keeps. */
export function readChanges<T extends object>(
  schema: z.ZodType<T>,
  input: unknown,
  options: readonly (keyof T & string)[] = [],
): T {
  refuseNulls(input, options);
  return readInput(schema, input);
}
