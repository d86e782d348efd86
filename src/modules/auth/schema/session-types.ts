import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { Message } from '../client/session.ts';
import type { AuthResult, AuthSession } from '../client/types.ts';
import type { AuthTypes } from './user.ts';

export type SessionTypes = ReturnType<typeof addSessionTypes>;

/** AuthPayload and MessagePayload, with what they hold. */
export function addSessionTypes(builder: SchemaBuilder, { user }: AuthTypes) {
  const session = builder.objectRef<AuthSession>('Session').implement({
    description: 'The tokens of a session. Keep them as you would a password.',
    fields: (t) => ({
      accessToken: t.exposeString('accessToken', {
        description: 'JWT for `Authorization: Bearer …`.',
      }),
      refreshToken: t.exposeString('refreshToken', {
        description: 'Good for one `refreshSession`, which gives the next one.',
      }),
      tokenType: t.exposeString('tokenType', { description: 'Always `bearer`.' }),
      expiresIn: t.exposeInt('expiresIn', {
        description: 'Seconds the access token lives from now.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'When the access token ends.',
      }),
      providerToken: t.exposeString('providerToken', {
        nullable: true,
        description: "The provider's own access token, once, after signing in with a provider.",
      }),
      providerRefreshToken: t.exposeString('providerRefreshToken', {
        nullable: true,
        description: "The provider's own refresh token, where it gave one.",
      }),
    }),
  });
  const weakPassword = builder.objectRef<NonNullable<AuthResult['weakPassword']>>('WeakPassword').implement({
    description: 'Why a password does not meet the policy.',
    fields: (t) => ({
      reasons: t.stringList({
        description: '`length`, `characters` or `pwned` (known from a leak).',
        resolve: ({ reasons }) => reasons,
      }),
    }),
  });
  const authPayload = builder.objectRef<AuthResult>('AuthPayload').implement({
    description:
      'The outcome of signing up or in. While a confirmation is still required, user and session are null, whether or not the address was known.',
    fields: (t) => ({
      user: t.field({
        type: user,
        nullable: true,
        description: 'Who signed in; null while a confirmation is required.',
        resolve: (result) => result.user,
      }),
      session: t.field({
        type: session,
        nullable: true,
        description: 'The new tokens; null while a confirmation is required.',
        resolve: (result) => result.session,
      }),
      confirmationRequired: t.exposeBoolean('confirmationRequired', {
        description: 'True when a message was sent, or the second one of a change of address is awaited.',
      }),
      weakPassword: t.field({
        type: weakPassword,
        nullable: true,
        description: 'Signing in worked, but the password no longer meets the policy: ask for a better one.',
        resolve: (result) => result.weakPassword,
      }),
    }),
  });
  const messagePayload = builder.objectRef<Message>('MessagePayload').implement({
    description: 'A message was sent, or would have been if the account were known: that is not told.',
    fields: (t) => ({
      sent: t.exposeBoolean('sent', { description: 'Always true; a failure is an error.' }),
      messageId: t.exposeString('messageId', {
        nullable: true,
        description: 'Id of a text message, where the SMS provider gives one.',
      }),
    }),
  });
  return { authPayload, messagePayload };
}
