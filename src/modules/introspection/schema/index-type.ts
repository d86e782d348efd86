import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { DatabaseIndex } from '../../../upstream/postgres/catalogue/indexes.ts';

/** `DatabaseIndex`. */
export function addIndexType(builder: SchemaBuilder) {
  return builder.objectRef<DatabaseIndex>('DatabaseIndex').implement({
    description: 'An index of a table.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        description: 'Its number in the catalogues (OID); another one after it was made again.',
        resolve: (index) => index.id,
      }),
      schema: t.exposeString('schema', { description: 'Its schema.' }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      definition: t.exposeString('definition', {
        description: 'The CREATE INDEX statement.',
      }),
      method: t.exposeString('method', {
        description: 'The access method, such as `btree` or `gin`.',
      }),
      columns: t.exposeStringList('columns', {
        description: 'Its keys in their order: column names or expressions, as SQL writes them.',
      }),
      includedColumns: t.exposeStringList('includedColumns', {
        description: 'Columns that are stored in it but are no keys (INCLUDE).',
      }),
      predicate: t.exposeString('predicate', {
        nullable: true,
        description: 'The WHERE of a partial index; null where there is none.',
      }),
      isUnique: t.exposeBoolean('isUnique', { description: 'Whether it is UNIQUE.' }),
      isPrimary: t.exposeBoolean('isPrimary', {
        description: 'Whether it is the index of the primary key.',
      }),
      isExclusion: t.exposeBoolean('isExclusion', {
        description: 'Whether it serves an exclusion constraint.',
      }),
      isValid: t.exposeBoolean('isValid', {
        description: 'False when building it concurrently failed: queries do not use it.',
      }),
      isReplicaIdentity: t.exposeBoolean('isReplicaIdentity', {
        description: 'Whether replication names rows by it.',
      }),
      isClustered: t.exposeBoolean('isClustered', {
        description: 'Whether the table was last clustered by it.',
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
    }),
  });
}
