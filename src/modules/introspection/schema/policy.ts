import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { type DatabasePolicy, policyCommands } from '../../../upstream/postgres/catalogue/policies.ts';

/** `DatabasePolicy`. */
export function addPolicyType(builder: SchemaBuilder) {
  const command = builder.enumType('PolicyCommand', {
    description: 'What a policy is about.',
    values: Object.fromEntries(
      policyCommands.map((name) => [
        name,
        { description: name === 'ALL' ? 'All of the others.' : `Rows of ${name}.` },
      ]),
    ),
  });
  return builder.objectRef<DatabasePolicy>('DatabasePolicy').implement({
    description: 'A policy of row level security.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        description: 'Its number in the catalogues (OID).',
        resolve: (policy) => policy.id,
      }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      command: t.field({
        type: command,
        description: 'The statements it applies to.',
        resolve: (policy) => policy.command,
      }),
      isPermissive: t.exposeBoolean('isPermissive', {
        description: 'True: one permissive policy suffices. False: every restrictive one must agree.',
      }),
      roles: t.exposeStringList('roles', {
        description: 'The roles it applies to; `public` means all.',
      }),
      using: t.exposeString('using', {
        nullable: true,
        description: 'The USING expression: which rows are seen; null where there is none.',
      }),
      withCheck: t.exposeString('withCheck', {
        nullable: true,
        description: 'The WITH CHECK expression: which rows may be written; null means as `using`.',
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
    }),
  });
}
