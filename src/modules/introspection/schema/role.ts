import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { DatabaseRole } from '../../../upstream/postgres/catalogue/database-objects.ts';

/** `DatabaseRole`. Passwords are not even read. */
export function addRoleType(builder: SchemaBuilder) {
  return builder.objectRef<DatabaseRole>('DatabaseRole').implement({
    description: 'A role: a user or a group of them.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        description: 'Its number in the catalogues (OID).',
        resolve: ({ id }) => id,
      }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      isSuperuser: t.exposeBoolean('isSuperuser', {
        description: 'Whether no check applies to it.',
      }),
      canLogin: t.exposeBoolean('canLogin', { description: 'Whether it can log in.' }),
      canCreateDatabase: t.exposeBoolean('canCreateDatabase', {
        description: 'Whether it can create databases.',
      }),
      canCreateRole: t.exposeBoolean('canCreateRole', {
        description: 'Whether it can create roles.',
      }),
      inherits: t.exposeBoolean('inherits', {
        description: 'Whether it has the rights of `memberOf` without SET ROLE.',
      }),
      isReplication: t.exposeBoolean('isReplication', {
        description: 'Whether it can replicate.',
      }),
      bypassesRls: t.exposeBoolean('bypassesRls', {
        description: 'Whether row level security does not hold for it.',
      }),
      connectionLimit: t.exposeInt('connectionLimit', {
        nullable: true,
        description: 'Connections it may have at the same time; null means any number.',
      }),
      validUntil: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When its password ends; null means never.',
        resolve: (role) => role.validUntil,
      }),
      settings: t.exposeStringList('settings', {
        description: 'Settings of its sessions, such as `statement_timeout=3s`.',
      }),
      memberOf: t.exposeStringList('memberOf', {
        description: 'Roles it is a direct member of.',
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
    }),
  });
}
