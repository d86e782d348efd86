import DataLoader from 'dataloader';
import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { connectionType } from '../../../graphql/kit/connection.ts';
import type { Context } from '../../../graphql/kit/context.ts';
import type { AuthFactor, AuthIdentity, AuthUser } from '../client/types.ts';

/** Requests for single users that one operation has under way at a time. */
const maxAtOnce = 8;

/** Null for others: a newer service may have more than this schema. */
export function knownFactorType(type: string) {
  return type === 'totp' || type === 'phone' || type === 'webauthn' ? type : null;
}

/** The operation's users by id. The service has no call for several, so a batch is bounded requests side by side. */
export function userLoader({ services, call }: Context): DataLoader<string, AuthUser | null> {
  return new DataLoader<string, AuthUser | null>(async (ids) => {
    const results: (AuthUser | null | Error)[] = [];
    for (let start = 0; start < ids.length; start += maxAtOnce) {
      const some = ids.slice(start, start + maxAtOnce).map((id) =>
        services.auth.user(id, call).catch((error: unknown) => {
          return error instanceof Error ? error : new Error(String(error));
        }),
      );
      results.push(...(await Promise.all(some)));
    }
    return results;
  });
}

/** What a list left out is fetched; null when the user has gone meanwhile. */
async function association<T>(
  user: AuthUser,
  pick: (user: AuthUser) => readonly T[] | undefined,
  context: Context,
): Promise<readonly T[] | null> {
  const known = pick(user);
  if (known !== undefined) return known;
  const loaded = await context.loaders.get(userLoader).load(user.id);
  return loaded === null ? null : (pick(loaded) ?? null);
}

export type AuthTypes = ReturnType<typeof addUserTypes>;

/** User with its identities and factors. */
export function addUserTypes(builder: SchemaBuilder) {
  const identity = builder.objectRef<AuthIdentity>('Identity').implement({
    description: 'A way in which a user signs in: e-mail, phone, or an account with a provider.',
    fields: (t) => ({
      identityId: t.expose('identityId', {
        type: 'UUID',
        description: 'Id of this identity: what unlinking takes.',
      }),
      id: t.exposeString('id', {
        description: "The provider's own id of the user; for e-mail and phone the user's id.",
      }),
      userId: t.expose('userId', { type: 'UUID', description: 'Whose identity it is.' }),
      provider: t.exposeString('provider', {
        description: 'Such as `email`, `phone` or `github`.',
      }),
      email: t.exposeString('email', { nullable: true, description: 'Address the provider told, if any.' }),
      identityData: t.expose('identityData', {
        type: 'JSONObject',
        description: 'What the provider told of the user.',
      }),
      lastSignInAt: t.expose('lastSignInAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Last sign-in by this identity; null when there was none.',
      }),
      createdAt: t.expose('createdAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was linked; null where the service does not tell.',
      }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Last change; null where the service does not tell.',
      }),
    }),
  });

  const factorType = builder.enumType('FactorType', {
    description: 'Kind of a second factor.',
    values: {
      TOTP: { value: 'totp', description: 'Codes of an authenticator app.' },
      PHONE: { value: 'phone', description: 'Codes by text message.' },
      WEBAUTHN: { value: 'webauthn', description: 'A security key or passkey.' },
    } as const,
  });
  const factorStatus = builder.enumType('FactorStatus', {
    description: 'Whether a factor counts.',
    values: {
      UNVERIFIED: { value: 'unverified', description: 'Enrolled, and not proved yet: it does not count.' },
      VERIFIED: { value: 'verified', description: 'Proved once: it can raise a session to aal2.' },
    } as const,
  });
  const factor = builder.objectRef<AuthFactor>('Factor').implement({
    description: 'A second factor of a user. Its secret is shown once, at enrolment.',
    fields: (t) => ({
      id: t.expose('id', { type: 'UUID', description: 'Id of the factor.' }),
      type: t.field({
        type: factorType,
        nullable: true,
        description: 'Kind; null for one that this schema does not know.',
        resolve: ({ type }) => knownFactorType(type),
      }),
      status: t.expose('status', {
        type: factorStatus,
        description: 'Whether it counts.',
      }),
      friendlyName: t.exposeString('friendlyName', {
        nullable: true,
        description: 'Name the user gave it; null without one.',
      }),
      phone: t.exposeString('phone', { nullable: true, description: 'Number of a phone factor, else null.' }),
      lastChallengedAt: t.expose('lastChallengedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Last challenge; null before the first.',
      }),
      createdAt: t.expose('createdAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Enrolment; null where the service does not tell.',
      }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Last change; null where the service does not tell.',
      }),
    }),
  });

  const user = builder.objectRef<AuthUser>('User').implement({
    description: 'A user of the auth service.',
    fields: (t) => ({
      id: t.expose('id', { type: 'UUID', description: 'Id: `sub` of the tokens.' }),
      email: t.exposeString('email', { nullable: true, description: 'E-mail address; null without one.' }),
      phone: t.exposeString('phone', {
        nullable: true,
        description: 'Phone number in digits, without the plus; null without one.',
      }),
      role: t.exposeString('role', {
        description: 'Database role of the tokens: `authenticated`, unless an administrator gave another.',
      }),
      emailConfirmedAt: t.expose('emailConfirmedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the address was confirmed; null before.',
      }),
      phoneConfirmedAt: t.expose('phoneConfirmedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the number was confirmed; null before.',
      }),
      invitedAt: t.expose('invitedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When an invitation was sent; null for users who came by themselves.',
      }),
      confirmationSentAt: t.expose('confirmationSentAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the last confirmation was sent, if ever.',
      }),
      recoverySentAt: t.expose('recoverySentAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the last magic link or password reset was sent, if ever.',
      }),
      lastSignInAt: t.expose('lastSignInAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Last sign-in; null before the first.',
      }),
      newEmail: t.exposeString('newEmail', {
        nullable: true,
        description: 'Address that waits for its confirmation, if any.',
      }),
      newPhone: t.exposeString('newPhone', {
        nullable: true,
        description: 'Number that waits for its confirmation, if any.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Sign-up.' }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Last change; null where the service does not tell.',
      }),
      bannedUntil: t.expose('bannedUntil', {
        type: 'DateTime',
        nullable: true,
        description: 'End of a ban, which may be past; null without one.',
      }),
      deletedAt: t.expose('deletedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the user was softly deleted; null for everybody else.',
      }),
      isAnonymous: t.exposeBoolean('isAnonymous', {
        description: 'True until the user adds an e-mail address or phone number.',
      }),
      appMetadata: t.expose('appMetadata', {
        type: 'JSONObject',
        description: 'What administrators keep of the user, in the tokens too; the user cannot change it.',
      }),
      userMetadata: t.expose('userMetadata', {
        type: 'JSONObject',
        description: 'What the user keeps of themselves, in the tokens too: never a ground for access.',
      }),
      identities: t.field({
        type: [identity],
        nullable: true,
        description:
          'Ways in which the user signs in. In lists they are fetched user by user; null when the user has gone meanwhile.',
        resolve: (parent, _args, context) => association(parent, (each) => each.identities, context),
      }),
      factors: t.field({
        type: [factor],
        nullable: true,
        description:
          'Second factors. In lists they are fetched user by user; null when the user has gone meanwhile.',
        resolve: (parent, _args, context) => association(parent, (each) => each.factors, context),
      }),
    }),
  });

  return { user, userConnection: connectionType(builder, 'User', user), factorType };
}
