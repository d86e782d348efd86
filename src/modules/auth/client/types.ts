import { z } from 'zod';

const jsonObject = z.record(z.string(), z.unknown());
/** Absent, null and the empty string all mean "none" on this wire. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value ? value : null));
const time = text.transform((value) => (value === null ? null : toUtc(value)));
const metadata = jsonObject.nullish().transform((value) => value ?? {});

/** The same moment in UTC, every digit of its fraction kept. */
function toUtc(moment: string): string {
  if (moment.endsWith('Z') && moment[10] === 'T') return moment;
  const [, seconds, fraction = '', zone = 'Z'] =
    /^(\d{4,}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(moment) ?? [];
  if (seconds === undefined) return moment;
  const whole = new Date(`${seconds.replace(' ', 'T')}${zone}`);
  return `${whole.toISOString().slice(0, -5)}${fraction}Z`;
}

const wireIdentity = z.object({
  identity_id: z.string(),
  id: z.string(),
  user_id: z.string(),
  provider: z.string(),
  identity_data: metadata,
  email: text,
  last_sign_in_at: time,
  created_at: time,
  updated_at: time,
});

const wireFactor = z.object({
  id: z.string(),
  factor_type: z.string(),
  status: z.enum(['unverified', 'verified']),
  friendly_name: text,
  phone: text,
  last_challenged_at: time,
  created_at: time,
  updated_at: time,
});

const wireUser = z.object({
  id: z.string(),
  email: text,
  phone: text,
  role: z.string().nullish(),
  email_confirmed_at: time,
  phone_confirmed_at: time,
  invited_at: time,
  confirmation_sent_at: time,
  recovery_sent_at: time,
  last_sign_in_at: time,
  new_email: text,
  new_phone: text,
  banned_until: time,
  deleted_at: time,
  created_at: z.string(),
  updated_at: time,
  is_anonymous: z.boolean().nullish(),
  app_metadata: metadata,
  user_metadata: metadata,
  identities: z.array(wireIdentity).nullish(),
  factors: z.array(wireFactor).nullish(),
});

const toIdentity = (wire: z.infer<typeof wireIdentity>) => ({
  identityId: wire.identity_id,
  id: wire.id,
  userId: wire.user_id,
  provider: wire.provider,
  email: wire.email,
  identityData: wire.identity_data,
  lastSignInAt: wire.last_sign_in_at,
  createdAt: wire.created_at,
  updatedAt: wire.updated_at,
});

const toFactor = (wire: z.infer<typeof wireFactor>) => ({
  id: wire.id,
  type: wire.factor_type,
  status: wire.status,
  friendlyName: wire.friendly_name,
  phone: wire.phone,
  lastChallengedAt: wire.last_challenged_at,
  createdAt: wire.created_at,
  updatedAt: wire.updated_at,
});

/** One user. Where the upstream leaves associations out (in lists), `identities` and `factors` are undefined. */
export const userSchema = wireUser.transform((wire) => ({
  id: wire.id,
  email: wire.email,
  phone: wire.phone,
  role: wire.role ?? '',
  emailConfirmedAt: wire.email_confirmed_at,
  phoneConfirmedAt: wire.phone_confirmed_at,
  invitedAt: wire.invited_at,
  confirmationSentAt: wire.confirmation_sent_at,
  recoverySentAt: wire.recovery_sent_at,
  lastSignInAt: wire.last_sign_in_at,
  newEmail: wire.new_email,
  newPhone: wire.new_phone,
  bannedUntil: wire.banned_until,
  deletedAt: wire.deleted_at,
  createdAt: toUtc(wire.created_at),
  updatedAt: wire.updated_at,
  isAnonymous: wire.is_anonymous ?? false,
  appMetadata: wire.app_metadata,
  userMetadata: wire.user_metadata,
  identities: wire.identities?.map(toIdentity),
  // The key is absent when there are none, and also in lists: there `identities` is null.
  factors: wire.factors?.map(toFactor) ?? (wire.identities ? [] : undefined),
}));
export type AuthUser = z.infer<typeof userSchema>;
export type AuthIdentity = ReturnType<typeof toIdentity>;
export type AuthFactor = ReturnType<typeof toFactor>;

const weakPassword = z
  .object({ message: z.string().nullish(), reasons: z.array(z.string()).nullish() })
  .nullish()
  .transform((wire) => (wire ? { reasons: wire.reasons ?? [] } : null));

/** What every grant answers. */
export const grantSchema = z
  .object({
    access_token: z.string().min(1),
    refresh_token: z.string().min(1),
    token_type: z.string(),
    expires_in: z.number(),
    expires_at: z.number().nullish(),
    provider_token: text,
    provider_refresh_token: text,
    user: userSchema,
    weak_password: weakPassword,
  })
  .transform((wire) => ({
    user: wire.user,
    session: {
      accessToken: wire.access_token,
      refreshToken: wire.refresh_token,
      tokenType: wire.token_type,
      expiresIn: wire.expires_in,
      expiresAt: new Date(
        (wire.expires_at ?? Math.floor(Date.now() / 1000) + wire.expires_in) * 1000,
      ).toISOString(),
      providerToken: wire.provider_token,
      providerRefreshToken: wire.provider_refresh_token,
    },
    confirmationRequired: false,
    weakPassword: wire.weak_password,
  }));
export type AuthSession = z.infer<typeof grantSchema>['session'];

/** The outcome of signing up or in. Without a session something is still to be confirmed. */
export interface AuthResult {
  readonly user: AuthUser | null;
  readonly session: AuthSession | null;
  readonly confirmationRequired: boolean;
  readonly weakPassword: { readonly reasons: readonly string[] } | null;
}

/** A bare user instead of tokens: the address has to be confirmed first. */
export const unconfirmedSchema = z.object({ id: z.string() });

/** The first of two confirmations of a change of e-mail address. `code` is a string here. */
export const halfConfirmedSchema = z.object({ msg: z.string(), code: z.string() });

export const messageSchema = z.object({ message_id: text }).transform((wire) => ({
  sent: true,
  messageId: wire.message_id,
}));

export const settingsSchema = z
  .object({
    external: z.record(z.string(), z.boolean()),
    disable_signup: z.boolean(),
    mailer_autoconfirm: z.boolean(),
    phone_autoconfirm: z.boolean().nullish(),
    saml_enabled: z.boolean().nullish(),
    passkeys_enabled: z.boolean().nullish(),
  })
  .transform((wire) => ({
    providers: wire.external,
    signUpDisabled: wire.disable_signup,
    mailerAutoconfirm: wire.mailer_autoconfirm,
    phoneAutoconfirm: wire.phone_autoconfirm ?? false,
    samlEnabled: wire.saml_enabled ?? false,
    passkeysEnabled: wire.passkeys_enabled ?? false,
  }));
export type AuthSettings = z.infer<typeof settingsSchema>;

export const enrollmentSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    friendly_name: text,
    totp: z.object({ qr_code: z.string(), secret: z.string(), uri: z.string() }).nullish(),
    phone: text,
  })
  .transform((wire) => ({
    factorId: wire.id,
    type: wire.type,
    friendlyName: wire.friendly_name,
    qrCode: wire.totp?.qr_code ?? null,
    secret: wire.totp?.secret ?? null,
    uri: wire.totp?.uri ?? null,
    phone: wire.phone,
  }));
export type AuthEnrollment = z.infer<typeof enrollmentSchema>;

export const challengeSchema = z
  .object({ id: z.string(), type: z.string().nullish(), expires_at: z.number() })
  .transform((wire) => ({
    challengeId: wire.id,
    type: wire.type ?? 'totp',
    expiresAt: new Date(wire.expires_at * 1000).toISOString(),
  }));
export type AuthChallenge = z.infer<typeof challengeSchema>;

export const unenrolledSchema = z.object({ id: z.string() });

export const userListSchema = z.object({ users: z.array(userSchema) });

export const linkSchema = z
  .object({
    action_link: z.string(),
    email_otp: z.string(),
    hashed_token: z.string(),
    verification_type: z.string(),
    redirect_to: z.string(),
  })
  .transform((wire) => ({
    actionLink: wire.action_link,
    emailOtp: wire.email_otp,
    hashedToken: wire.hashed_token,
    verificationType: wire.verification_type,
    redirectTo: wire.redirect_to,
  }));
export type AuthLinkProperties = z.infer<typeof linkSchema>;
