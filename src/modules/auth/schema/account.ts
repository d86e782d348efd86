import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import * as inputs from '../client/input.ts';
import { authRateLimits } from '../client/rate-limits.ts';
import type { AuthSettings } from '../client/types.ts';
import type { SessionTypes } from './session-types.ts';
import type { AuthTypes } from './user.ts';

/** `me`, `authSettings`, `oauthUrl`, `updateMe`, `reauthenticate` and `signOut`. */
export function addAccountSchema(builder: SchemaBuilder, { user }: AuthTypes, session: SessionTypes): void {
  const settings = builder.objectRef<AuthSettings>('AuthSettings').implement({
    description: 'What the auth service has switched on.',
    fields: (t) => ({
      providers: t.stringList({
        description: 'Ways to sign in that are on, such as `email`, `phone`, `anonymous_users` or `github`.',
        resolve: ({ providers }) =>
          Object.keys(providers)
            .filter((name) => providers[name] === true)
            .sort(),
      }),
      signUpDisabled: t.exposeBoolean('signUpDisabled', {
        description: 'Whether new users are refused.',
      }),
      mailerAutoconfirm: t.exposeBoolean('mailerAutoconfirm', {
        description: 'Whether e-mail addresses count as confirmed at sign-up.',
      }),
      phoneAutoconfirm: t.exposeBoolean('phoneAutoconfirm', {
        description: 'Whether phone numbers count as confirmed at sign-up.',
      }),
      samlEnabled: t.exposeBoolean('samlEnabled', {
        description: 'Whether single sign-on by SAML is on.',
      }),
      passkeysEnabled: t.exposeBoolean('passkeysEnabled', {
        description: 'Whether passkeys are on.',
      }),
    }),
  });

  builder.queryFields((t) => ({
    me: t.field({
      type: user,
      nullable: true,
      description:
        'The signed-in user, fresh from the auth service. A service key has none: FORBIDDEN, reason `no_user`.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      resolve: (_root, _args, { services, call }) => services.auth.me(call),
    }),
    authSettings: t.field({
      type: settings,
      nullable: true,
      description: 'What the auth service has switched on.',
      directives: { auth: { requires: 'ANON' } },
      resolve: (_root, _args, { services, call }) => services.auth.settings(call),
    }),
    oauthUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'Where to send a browser to sign in with a provider.',
      directives: { auth: { requires: 'ANON' } },
      args: {
        provider: t.arg.string({ required: true, description: 'Such as `github`.' }),
        redirectTo: t.arg({ type: 'URL', description: 'Where the browser comes back to.' }),
        scopes: t.arg.stringList({ description: 'Scopes to ask the provider for beside the usual ones.' }),
        codeChallenge: t.arg.string({
          description:
            'PKCE: SHA-256 of the code verifier, base64url. Without it tokens come in the fragment.',
        }),
      },
      ...checkedBy(inputs.oauthUrlInput, (args, { services, call }) => services.auth.oauthUrl(args, call)),
    }),
  }));

  const updateInput = builder.inputRef<inputs.UpdateMeInput, false>('UpdateUserInput').implement({
    validate: { schema: inputs.updateMeInput },
    description:
      'What a user changes of their own account. What is left out stays; null clears nothing and is refused.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', description: 'New address: it is confirmed by mail first.' }),
      phone: t.string({ description: 'New E.164 number: it may have to be confirmed first.' }),
      password: t.string({ description: 'New password, at most 72 bytes. All other sessions end.' }),
      currentPassword: t.string({ description: 'The present password, where the service wants it.' }),
      nonce: t.string({ description: 'The code that `reauthenticate` sent, where the service wants it.' }),
      data: t.field({
        type: 'JSONObject',
        description: 'Merged into `userMetadata` at the top level; null removes a key.',
      }),
      redirectTo: t.field({ type: 'URL', description: 'Where the link in the mail leads in the end.' }),
    }),
  });
  const scope = builder.enumType('SignOutScope', {
    description: 'Which sessions end.',
    values: {
      GLOBAL: { value: 'global', description: 'All of the user.' },
      LOCAL: { value: 'local', description: 'This one.' },
      OTHERS: { value: 'others', description: 'All but this one.' },
    } as const,
  });
  const signOutPayload = builder.objectRef<{ userId: string }>('SignOutPayload').implement({
    description: 'Sessions have ended. Access tokens that were issued still live until they expire.',
    fields: (t) => ({
      userId: t.expose('userId', { type: 'UUID', description: 'Who signed out.' }),
    }),
  });

  builder.mutationFields((t) => ({
    updateMe: t.field({
      type: user,
      nullable: true,
      description: 'Changes the account of the signed-in user.',
      directives: { auth: { requires: 'AUTHENTICATED' }, rateLimit: authRateLimits.updateMe },
      args: { input: t.arg({ type: updateInput, required: true, description: 'The changes.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.updateMe(input, call),
    }),
    reauthenticate: t.field({
      type: session.messagePayload,
      nullable: true,
      description: 'Sends the nonce that `updateMe` may want for a new password.',
      directives: { auth: { requires: 'AUTHENTICATED' }, rateLimit: authRateLimits.reauthenticate },
      resolve: (_root, _args, { services, call }) => services.auth.reauthenticate(call),
    }),
    signOut: t.field({
      type: signOutPayload,
      nullable: true,
      description: 'Ends sessions of the signed-in user.',
      directives: { auth: { requires: 'AUTHENTICATED' } },
      args: {
        scope: t.arg({ type: scope, required: true, defaultValue: 'global', description: 'Which ones.' }),
      },
      resolve: (_root, args, { services, call }) => services.auth.signOut(args.scope, call),
    }),
  }));
}
