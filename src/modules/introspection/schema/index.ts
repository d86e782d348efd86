import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { DatabaseIndex } from '../../../upstream/postgres/catalogue/indexes.ts';

/** `DatabaseIndex`. */
export function addIndexType(builder: SchemaBuilder) {
  return builder.objectRef<DatabaseIndex>('DatabaseIndex').implement({
    description: 'An index of a table.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        nullable: false,
        description: 'Its number in the catalogues (OID); another one after it was made again.',
        resolve: (index) => index.id,
      }),
      schema: t.exposeString('schema', { nullable: false, description: 'Its schema.' }),
      name: t.exposeString('name', { nullable: false, description: 'Its name, unquoted.' }),
      definition: t.exposeString('definition', {
        nullable: false,
        description: 'The CREATE INDEX statement.',
      }),
      method: t.exposeString('method', {
        nullable: false,
        description: 'The access method, such as `btree` or `gin`.',
      }),
      columns: t.exposeStringList('columns', {
        nullable: false,
        description: 'Its keys in their order: column names or expressions, as SQL writes them.',
      }),
      includedColumns: t.exposeStringList('includedColumns', {
        nullable: false,
        description: 'Columns that are stored in it but are no keys (INCLUDE).',
      }),
      predicate: t.exposeString('predicate', {
        nullable: true,
        description: 'The WHERE of a partial index; null where there is none.',
      }),
      isUnique: t.exposeBoolean('isUnique', { nullable: false, description: 'Whether it is UNIQUE.' }),
      isPrimary: t.exposeBoolean('isPrimary', {
        nullable: false,
        description: 'Whether it is the index of the primary key.',
      }),
      isExclusion: t.exposeBoolean('isExclusion', {
        nullable: false,
        description: 'Whether it serves an exclusion constraint.',
      }),
      isValid: t.exposeBoolean('isValid', {
        nullable: false,
        description: 'False when building it concurrently failed: queries do not use it.',
      }),
      isReplicaIdentity: t.exposeBoolean('isReplicaIdentity', {
        nullable: false,
        description: 'Whether replication names rows by it.',
      }),
      isClustered: t.exposeBoolean('isClustered', {
        nullable: false,
        description: 'Whether the table was last clustered by it.',
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
    }),
  });
}
