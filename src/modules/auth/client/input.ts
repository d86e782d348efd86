import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { given } from '../../../lib/given.ts';
import type { JsonObject, JsonValue } from '../../../lib/json-object.ts';
import { updateField } from '../../../lib/update-field.ts';

const maxMetadataBytes = 256 * 1024;

const address = z
  .string()
  .trim()
  .min(3)
  .max(255)
  .regex(/^[^\s@]+@[^\s@]+$/, 'is not an e-mail address');
const number = z.string().regex(/^\+?[1-9]\d{1,14}$/, 'must be an E.164 number, such as +491701234567');
const password = z
  .string()
  .min(1, 'must not be empty')
  .refine((value) => Buffer.byteLength(value) <= 72, 'must not be longer than 72 bytes');
const metadata: z.ZodType<JsonObject> = z.record(z.string(), z.custom<JsonValue>());
const text = (max: number) => z.string().min(1, 'must not be empty').max(max);

const email = given(address);
const phone = given(number);
const data = given(metadata);
const redirectTo = given(text(2048));
const captchaToken = given(text(4096));
const codeChallenge = given(
  z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'must have 43 to 128 characters of A-Z a-z 0-9 . _ ~ -'),
);

/** The same input, unless the auth service could not keep it: those errors are more than an issue of zod's can say. */
const storable = <T extends object>(schema: z.ZodType<T>) =>
  schema.transform((value) => {
    checkSizes(value);
    return value;
  });

const oneAddress = <T extends { email?: string | undefined; phone?: string | undefined }>(value: T) =>
  (value.email === undefined) !== (value.phone === undefined);
const oneAddressMessage = { message: 'give either email or phone', path: ['email'] };

export const signUpInput = storable(
  z
    .object({ email, phone, password, data, redirectTo, captchaToken, codeChallenge })
    .refine(oneAddress, oneAddressMessage)
    .refine((value) => value.phone === undefined || value.codeChallenge === undefined, {
      message: 'PKCE is for e-mail alone',
      path: ['codeChallenge'],
    }),
);
export type SignUpInput = z.infer<typeof signUpInput>;

export const signInInput = storable(
  z.object({ email, phone, password, captchaToken }).refine(oneAddress, oneAddressMessage),
);
export type SignInInput = z.infer<typeof signInInput>;

export const sendOtpInput = storable(
  z
    .object({ email, phone, createUser: z.boolean(), data, redirectTo, captchaToken, codeChallenge })
    .refine(oneAddress, oneAddressMessage),
);
export type SendOtpInput = z.infer<typeof sendOtpInput>;

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

export const verifyOtpInput = storable(
  z
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
    .refine((value) => value.token === undefined || oneAddress(value), oneAddressMessage),
);
export type VerifyOtpInput = z.infer<typeof verifyOtpInput>;

export const resendTypes = {
  SIGNUP: 'signup',
  EMAIL_CHANGE: 'email_change',
  SMS: 'sms',
  PHONE_CHANGE: 'phone_change',
} as const;

export const resendInput = storable(
  z
    .object({ type: z.enum(resendTypes), email, phone, redirectTo, captchaToken, codeChallenge })
    .refine(oneAddress, oneAddressMessage),
);
export type ResendInput = z.infer<typeof resendInput>;

export const passwordResetInput = storable(
  z.object({
    email: z.string().trim().min(3).max(255),
    redirectTo,
    captchaToken,
    codeChallenge,
  }),
);
export type PasswordResetInput = z.infer<typeof passwordResetInput>;

export const exchangeInput = storable(z.object({ code: text(512), codeVerifier: text(256) }));
export type ExchangeInput = z.infer<typeof exchangeInput>;
export const refreshInput = storable(z.object({ refreshToken: text(4096) }));
export const anonymousInput = storable(z.object({ data, captchaToken }));
export type AnonymousInput = z.infer<typeof anonymousInput>;

export const updateMeInput = storable(
  z.object({
    email: updateField(address),
    phone: updateField(number),
    password: updateField(password),
    currentPassword: given(z.string().max(256)),
    nonce: given(text(64)),
    data: updateField(metadata),
    redirectTo,
  }),
);
export type UpdateMeInput = z.infer<typeof updateMeInput>;

export const oauthUrlInput = storable(
  z.object({
    provider: z.string().regex(/^[a-z0-9_:.-]{1,64}$/i, 'is not the name of a provider'),
    redirectTo,
    scopes: given(z.array(z.string().regex(/^[^\s]{1,256}$/, 'must not hold white space')).max(50)),
    codeChallenge,
  }),
);
export type OauthUrlInput = z.infer<typeof oauthUrlInput>;

export const enrollInput = storable(
  z.object({
    type: z.enum({ TOTP: 'totp', PHONE: 'phone' }),
    friendlyName: given(z.string().max(255)),
    issuer: given(z.string().max(255)),
    phone,
  }),
);
export type EnrollInput = z.infer<typeof enrollInput>;

export const verifyFactorInput = storable(
  z.object({
    factorId: z.string(),
    challengeId: z.string(),
    code: z.string().regex(/^\d{6,10}$/, 'must be six digits'),
  }),
);
export type VerifyFactorInput = z.infer<typeof verifyFactorInput>;

/** What administrators set of a user; each field may be left out, in the way that `optional` says. */
const userFields = (optional: <T>(schema: z.ZodType<T>) => z.ZodType<T | undefined>) => ({
  email: optional(address),
  phone: optional(number),
  password: optional(password),
  emailConfirm: optional(z.boolean()),
  phoneConfirm: optional(z.boolean()),
  userMetadata: optional(metadata),
  appMetadata: optional(metadata),
  role: optional(text(63)),
  banDuration: optional(
    z
      .string()
      .regex(
        /^(none|(\d+(\.\d+)?(ns|us|ms|s|m|h)){1,6})$/,
        'must be "none" or a duration such as "24h" or "1h30m"',
      ),
  ),
});

export const createUserInput = storable(
  z.object(userFields(given)).refine((value) => value.email !== undefined || value.phone !== undefined, {
    message: 'give email or phone',
    path: ['email'],
  }),
);
export type CreateUserInput = z.infer<typeof createUserInput>;
export const updateUserInput = storable(z.object(userFields(updateField)));
export type UpdateUserInput = z.infer<typeof updateUserInput>;

export const inviteInput = storable(z.object({ email: z.string().trim().min(3).max(255), data, redirectTo }));
export type InviteInput = z.infer<typeof inviteInput>;

export const linkTypes = {
  SIGNUP: 'signup',
  INVITE: 'invite',
  MAGICLINK: 'magiclink',
  RECOVERY: 'recovery',
  EMAIL_CHANGE_CURRENT: 'email_change_current',
  EMAIL_CHANGE_NEW: 'email_change_new',
} as const;

export const linkInput = storable(
  z
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
    }),
);
export type LinkInput = z.infer<typeof linkInput>;

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
