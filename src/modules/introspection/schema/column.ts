import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { DatabaseColumn } from '../../../upstream/postgres/catalogue/columns.ts';
import { columnKeysLoader } from './loaders.ts';

/** `DatabaseColumn`. */
export function addColumnType(builder: SchemaBuilder) {
  const identityGeneration = builder.enumType('IdentityGeneration', {
    description: 'When an identity column makes its value.',
    values: {
      ALWAYS: { description: 'Always; a value is taken only with OVERRIDING SYSTEM VALUE.' },
      BY_DEFAULT: { description: 'When no value is given.' },
    },
  });
  return builder.objectRef<DatabaseColumn>('DatabaseColumn').implement({
    description: 'A column of a table or view.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      position: t.exposeInt('position', {
        description: 'Its number, from 1. Numbers of dropped columns are not used again.',
      }),
      type: t.exposeString('type', {
        description: 'The type as SQL writes it, such as `character varying(50)` or `task_status[]`.',
      }),
      typeSchema: t.exposeString('typeSchema', {
        description: 'The schema of the type; `pg_catalog` for the built-in ones.',
      }),
      default: t.exposeString('default', {
        nullable: true,
        description: 'The expression of the default; null where there is none.',
      }),
      isNullable: t.exposeBoolean('isNullable', {
        description: 'Whether it takes NULL: neither the column nor its domain forbids it.',
      }),
      isIdentity: t.boolean({
        description: 'Whether it is an identity column.',
        resolve: (column) => column.identityGeneration !== null,
      }),
      identityGeneration: t.field({
        type: identityGeneration,
        nullable: true,
        description: 'When the identity is made; null for other columns.',
        resolve: (column) => column.identityGeneration,
      }),
      isGenerated: t.boolean({
        description: 'Whether it is computed from other columns.',
        resolve: (column) => column.generationExpression !== null,
      }),
      generationExpression: t.exposeString('generationExpression', {
        nullable: true,
        description: 'What a generated column is computed by; null for other columns.',
      }),
      isUpdatable: t.exposeBoolean('isUpdatable', {
        description: 'Whether the column can be written at all; false in most views.',
      }),
      isPrimaryKey: t.boolean({
        description: 'Whether it is part of the primary key.',
        resolve: async (column, _args, context) => {
          const keys = await context.loaders.get(columnKeysLoader).load(column.tableId);
          return keys.primaryKey.includes(column.name);
        },
      }),
      isUnique: t.boolean({
        description: 'Whether its values alone are unique in the table; not so for a part of a key.',
        resolve: async (column, _args, context) => {
          const keys = await context.loaders.get(columnKeysLoader).load(column.tableId);
          return keys.uniqueColumns.includes(column.name);
        },
      }),
      enumValues: t.exposeStringList('enumValues', {
        description: 'The values of its enum in their order, also of an array of it; empty for other types.',
      }),
      collation: t.exposeString('collation', {
        nullable: true,
        description: 'Its collation; null when it is the default of the type.',
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
    }),
  });
}
