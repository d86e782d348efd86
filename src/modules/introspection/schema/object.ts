import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type {
  DatabaseExtension,
  DatabasePublication,
  DatabaseRole,
  PublicationTable,
} from '../../../upstream/postgres/catalogue/database-objects.ts';

const oid = 'Its number in the catalogues (OID).';

/** `DatabaseExtension`. */
export function addExtensionType(builder: SchemaBuilder) {
  return builder.objectRef<DatabaseExtension>('DatabaseExtension').implement({
    description: 'An extension that is installed, or could be.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      schema: t.exposeString('schema', {
        nullable: true,
        description: 'The schema of its objects; null when it is not installed.',
      }),
      version: t.exposeString('version', {
        nullable: true,
        description: 'The installed version; null when it is not installed.',
      }),
      defaultVersion: t.exposeString('defaultVersion', {
        nullable: true,
        description: 'The version CREATE EXTENSION takes; null when its files are gone.',
      }),
      isInstalled: t.boolean({
        description: 'Whether it is installed in this database.',
        resolve: ({ version }) => version !== null,
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'What it is for.' }),
    }),
  });
}

/** `DatabaseRole`. Passwords are not even read. */
export function addRoleType(builder: SchemaBuilder) {
  return builder.objectRef<DatabaseRole>('DatabaseRole').implement({
    description: 'A role: a user or a group of them.',
    fields: (t) => ({
      id: t.field({ type: 'BigInt', description: oid, resolve: ({ id }) => id }),
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

/** `DatabasePublication` and its tables. */
export function addPublicationType(builder: SchemaBuilder) {
  const event = builder.enumType('PublicationEvent', {
    description: 'What a publication tells of.',
    values: {
      INSERT: { description: 'New rows.' },
      UPDATE: { description: 'Changed rows.' },
      DELETE: { description: 'Deleted rows.' },
      TRUNCATE: { description: 'Emptied tables.' },
    },
  });
  const table = builder.objectRef<PublicationTable>('DatabasePublicationTable').implement({
    description: 'A published table.',
    fields: (t) => ({
      schema: t.exposeString('schema', { description: 'Its schema.' }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
    }),
  });
  return builder.objectRef<DatabasePublication>('DatabasePublication').implement({
    description: 'A set of tables whose changes are told to subscribers; `supabase_realtime` feeds Realtime.',
    fields: (t) => ({
      id: t.field({ type: 'BigInt', description: oid, resolve: ({ id }) => id }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      owner: t.exposeString('owner', { description: 'The role that owns it.' }),
      events: t.field({
        type: [event],
        description: 'What it tells of.',
        resolve: ({ events }) => events,
      }),
      allTables: t.exposeBoolean('allTables', {
        description: 'Whether it is FOR ALL TABLES, so that new ones join by themselves.',
      }),
      viaRoot: t.exposeBoolean('viaRoot', {
        description: 'Whether changes of partitions are told as changes of the partitioned table.',
      }),
      tables: t.field({
        type: [table],
        description: 'The tables it covers now, by whatever rule.',
        resolve: ({ tables }) => tables,
      }),
    }),
  });
}
