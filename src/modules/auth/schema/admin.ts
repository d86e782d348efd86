import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import * as inputs from '../client/input.ts';
import type { AuthLinkProperties, AuthUser } from '../client/types.ts';
import { type AuthTypes, userLoader } from './user.ts';

function addInputs(builder: SchemaBuilder) {
  const create = builder.inputRef<inputs.CreateUserInput, false>('CreateUserInput').implement({
    validate: { schema: inputs.createUserInput },
    description: 'A user that an administrator makes: an e-mail address or a phone number at least.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', description: 'E-mail address.' }),
      phone: t.string({ description: 'E.164 number.' }),
      password: t.string({ description: 'At most 72 bytes; a random one that nobody knows when left out.' }),
      emailConfirm: t.boolean({ description: 'Whether the address counts as confirmed.' }),
      phoneConfirm: t.boolean({ description: 'Whether the number counts as confirmed.' }),
      userMetadata: t.field({ type: 'JSONObject', description: 'What the user may change later.' }),
      appMetadata: t.field({ type: 'JSONObject', description: 'What only administrators may change.' }),
      role: t.string({ description: 'Database role of the tokens: `authenticated`, or another known one.' }),
      banDuration: t.string({ description: '`24h`, `1h30m`, or `none` to lift a ban.' }),
    }),
  });
  const update = builder.inputRef<inputs.UpdateUserInput, false>('AdminUpdateUserInput').implement({
    validate: { schema: inputs.updateUserInput },
    description:
      'What an administrator changes of a user. What is left out stays; null clears nothing and is refused.',
    fields: (t) => ({
      email: t.field({ type: 'EmailAddress', description: 'New address, without a confirmation.' }),
      phone: t.string({ description: 'New E.164 number, without a confirmation.' }),
      password: t.string({ description: 'New password, at most 72 bytes. All sessions of the user end.' }),
      emailConfirm: t.boolean({ description: 'True confirms the address.' }),
      phoneConfirm: t.boolean({ description: 'True confirms the number.' }),
      userMetadata: t.field({
        type: 'JSONObject',
        description: 'Merged at the top level; null removes a key.',
      }),
      appMetadata: t.field({
        type: 'JSONObject',
        description: 'Merged at the top level; null removes a key.',
      }),
      role: t.string({ description: 'Database role of the tokens: `authenticated`, or another known one.' }),
      banDuration: t.string({ description: '`24h`, `1h30m`, or `none` to lift a ban.' }),
    }),
  });
  const linkType = builder.enumType('AuthLinkType', {
    description: 'What a link is for.',
    values: {
      SIGNUP: { value: inputs.linkTypes.SIGNUP, description: 'Confirms a sign-up; makes the user.' },
      INVITE: { value: inputs.linkTypes.INVITE, description: 'Invites; makes the user.' },
      MAGICLINK: { value: inputs.linkTypes.MAGICLINK, description: 'Signs in; makes an unknown user.' },
      RECOVERY: { value: inputs.linkTypes.RECOVERY, description: 'Signs in to set a new password.' },
      EMAIL_CHANGE_CURRENT: {
        value: inputs.linkTypes.EMAIL_CHANGE_CURRENT,
        description: 'Confirms a change of address at the present one.',
      },
      EMAIL_CHANGE_NEW: {
        value: inputs.linkTypes.EMAIL_CHANGE_NEW,
        description: 'Confirms a change of address at the new one.',
      },
    },
  });
  const link = builder.inputRef<inputs.LinkInput, false>('GenerateAuthLinkInput').implement({
    validate: { schema: inputs.linkInput },
    description: 'A link that is handed out by other means than a mail of the auth service.',
    fields: (t) => ({
      type: t.field({ type: linkType, required: true, description: 'What it is for.' }),
      email: t.field({ type: 'EmailAddress', required: true, description: 'Whose link it is.' }),
      newEmail: t.field({ type: 'EmailAddress', description: 'For a change of address: the new one.' }),
      password: t.string({ description: 'For SIGNUP of a new user.' }),
      data: t.field({ type: 'JSONObject', description: 'Begins `userMetadata` of a new user.' }),
      redirectTo: t.field({ type: 'URL', description: 'Where the link leads in the end.' }),
    }),
  });
  return { create, update, link };
}

/** `users`, `user` and the mutations of administrators, all for SERVICE_ROLE. */
export function addAdminSchema(builder: SchemaBuilder, { user, userConnection }: AuthTypes): void {
  const types = addInputs(builder);
  const authLink = builder.objectRef<AuthLinkProperties & { user: AuthUser }>('AuthLink').implement({
    description: 'A link, and the code that does the same. Whoever has either signs in as the user.',
    fields: (t) => ({
      actionLink: t.expose('actionLink', { type: 'URL', description: 'The link.' }),
      emailOtp: t.exposeString('emailOtp', { description: 'Code for `verifyOtp`.' }),
      hashedToken: t.exposeString('hashedToken', {
        description: '`tokenHash` for `verifyOtp`.',
      }),
      verificationType: t.exposeString('verificationType', {
        description: 'What `verifyOtp` has to say: `signup` where a magic link made the user.',
      }),
      redirectTo: t.exposeString('redirectTo', {
        description: 'Where it leads; the site itself when the wanted place is not allowed.',
      }),
      user: t.field({
        type: user,
        description: 'Whose link it is.',
        resolve: (link) => link.user,
      }),
    }),
  });
  const deleted = builder.objectRef<{ userId: string }>('DeleteUserPayload').implement({
    description: 'A user was deleted.',
    fields: (t) => ({
      userId: t.expose('userId', { type: 'UUID', description: 'Which one.' }),
    }),
  });

  const auth = { requires: 'SERVICE_ROLE' } as const;
  builder.queryFields((t) => ({
    users: t.field({
      type: userConnection,
      nullable: true,
      description: 'All users, the oldest first.',
      directives: { auth },
      args: {
        first: t.arg.int({ required: true, defaultValue: 50, description: 'Page size, 1 to 200.' }),
        after: t.arg.string({ description: 'Cursor of the page before.' }),
        filter: t.arg.string({
          description: 'Part of the e-mail address (case matters) or of `full_name` in userMetadata.',
        }),
      },
      resolve: (_root, args, { services, call }) => services.auth.users(args, call),
    }),
    user: t.field({
      type: user,
      nullable: true,
      description: 'One user; null when there is none with this id.',
      directives: { auth },
      args: { id: t.arg({ type: 'UUID', required: true, description: 'Id of the user.' }) },
      resolve: (_root, { id }, context) => context.loaders.get(userLoader).load(id),
    }),
  }));

  builder.mutationFields((t) => ({
    createUser: t.field({
      type: user,
      nullable: true,
      description: 'Makes a user, without a message to them. A taken address is CONFLICT.',
      directives: { auth },
      args: { input: t.arg({ type: types.create, required: true, description: 'The user.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.createUser(input, call),
    }),
    updateUser: t.field({
      type: user,
      nullable: true,
      description: 'Changes a user. A taken address is CONFLICT.',
      directives: { auth },
      args: {
        id: t.arg({ type: 'UUID', required: true, description: 'Id of the user.' }),
        input: t.arg({ type: types.update, required: true, description: 'The changes.' }),
      },
      resolve: (_root, { id, input }, { services, call }) => services.auth.updateUser(id, input, call),
    }),
    deleteUser: t.field({
      type: deleted,
      nullable: true,
      description: 'Deletes a user and ends their sessions.',
      directives: { auth },
      args: {
        id: t.arg({ type: 'UUID', required: true, description: 'Id of the user.' }),
        soft: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Keeps the row, with the addresses made unreadable.',
        }),
      },
      resolve: (_root, { id, soft }, { services, call }) => services.auth.deleteUser(id, soft, call),
    }),
    inviteUser: t.field({
      type: user,
      nullable: true,
      description: 'Makes a user and sends an invitation.',
      directives: { auth },
      args: {
        email: t.arg({ type: 'EmailAddress', required: true, description: 'Whom to invite.' }),
        data: t.arg({ type: 'JSONObject', description: 'Begins `userMetadata`.' }),
        redirectTo: t.arg({ type: 'URL', description: 'Where the link leads in the end.' }),
      },
      ...checkedBy(inputs.inviteInput, (args, { services, call }) => services.auth.inviteUser(args, call)),
    }),
    generateAuthLink: t.field({
      type: authLink,
      nullable: true,
      description: 'Makes a link, and sends nothing.',
      directives: { auth },
      secretAnswer: true,
      args: { input: t.arg({ type: types.link, required: true, description: 'Which link.' }) },
      resolve: (_root, { input }, { services, call }) => services.auth.generateAuthLink(input, call),
    }),
  }));
}
