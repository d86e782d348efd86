import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { connectionType } from '../../../graphql/kit/connection.ts';
import type { Context } from '../../../graphql/kit/context.ts';
import type { Page } from '../../../lib/page.ts';
import type { DatabaseTable } from '../../../upstream/postgres/catalogue/tables.ts';
import { checkTablePage, type TablePageRequest } from '../client/client.ts';
import { addColumnType } from './column.ts';
import { addConstraintType, addForeignKeyType } from './constraint.ts';
import { addIndexType } from './index-type.ts';
import {
  columnKeysLoader,
  columnLoader,
  constraintLoader,
  indexLoader,
  policyLoader,
  referencedByLoader,
  referenceLoader,
  tableCountLoader,
  tablePageLoader,
  tableSizeLoader,
  triggerLoader,
} from './loaders.ts';
import { addPolicyType } from './policy.ts';
import { addTriggerType } from './trigger.ts';

/** A page of tables; all pages that an operation asks for together are one statement. */
export async function loadTables(
  request: TablePageRequest,
  { loaders }: Context,
): Promise<Page<DatabaseTable>> {
  checkTablePage(request);
  const page = await loaders.get(tablePageLoader).load(request);
  return { ...page, totalCount: () => loaders.get(tableCountLoader).load(request.schema) };
}

/** `DatabaseTable` and its connection. What is not a fact of the table itself is read when selected. */
export function addTableTypes(builder: SchemaBuilder) {
  const kind = builder.enumType('TableKind', {
    description: 'What has rows.',
    values: {
      TABLE: { description: 'An ordinary table, or a partition of one.' },
      PARTITIONED_TABLE: { description: 'A table whose rows live in its partitions.' },
      VIEW: { description: 'A view.' },
      MATERIALIZED_VIEW: { description: 'A view whose rows are stored.' },
      FOREIGN_TABLE: { description: 'A table of another server.' },
    },
  });
  const column = addColumnType(builder);
  const index = addIndexType(builder);
  const policy = addPolicyType(builder);
  const trigger = addTriggerType(builder);
  const constraint = addConstraintType(builder);
  const foreignKey = addForeignKeyType(builder);

  const table = builder.objectRef<DatabaseTable>('DatabaseTable').implement({
    description: 'A table, partitioned table, view, materialized view or foreign table.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        description: 'Its number in the catalogues (OID); another one after it was made again.',
        resolve: ({ id }) => id,
      }),
      schema: t.exposeString('schema', { description: 'Its schema.' }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      owner: t.exposeString('owner', { description: 'The role that owns it.' }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
      kind: t.field({
        type: kind,
        description: 'What it is.',
        resolve: (each) => each.kind,
      }),
      rowEstimate: t.field({
        type: 'BigInt',
        nullable: true,
        description: 'Rows as of the last ANALYZE; null when there was none, and for views.',
        resolve: (each) => each.rowEstimate,
      }),
      sizeBytes: t.field({
        type: 'BigInt',
        nullable: true,
        description:
          'Bytes on disk, with indexes and TOAST; of all partitions together. Null for views and foreign tables.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(tableSizeLoader).load(id),
      }),
      rlsEnabled: t.exposeBoolean('rlsEnabled', {
        description: 'Whether row level security is on.',
      }),
      rlsForced: t.exposeBoolean('rlsForced', {
        description: 'Whether row level security holds for the owner too.',
      }),
      replicaIdentity: t.exposeString('replicaIdentity', {
        nullable: true,
        description:
          'What replication tells of old rows: DEFAULT (the primary key), INDEX, FULL or NOTHING. Null for what is not replicated.',
      }),
      partitionKey: t.exposeString('partitionKey', {
        nullable: true,
        description: 'How a partitioned table is divided, such as `RANGE (day)`; null for others.',
      }),
      columns: t.field({
        type: [column],
        description: 'Its columns in their order.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(columnLoader).load(id),
      }),
      primaryKey: t.stringList({
        description: 'The columns of the primary key in its order; empty where there is none.',
        resolve: async ({ id }, _args, { loaders }) =>
          (await loaders.get(columnKeysLoader).load(id)).primaryKey,
      }),
      indexes: t.field({
        type: [index],
        description: 'Its indexes by name.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(indexLoader).load(id),
      }),
      policies: t.field({
        type: [policy],
        description: 'Its policies of row level security by name.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(policyLoader).load(id),
      }),
      triggers: t.field({
        type: [trigger],
        description: 'Its triggers by name: the order in which they fire.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(triggerLoader).load(id),
      }),
      constraints: t.field({
        type: [constraint],
        description: 'Its constraints by name, foreign keys aside.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(constraintLoader).load(id),
      }),
      references: t.field({
        type: [foreignKey],
        description: 'Its foreign keys to other tables.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(referenceLoader).load(id),
      }),
      referencedBy: t.field({
        type: [foreignKey],
        description: 'Foreign keys of other tables to this one.',
        resolve: ({ id }, _args, { loaders }) => loaders.get(referencedByLoader).load(id),
      }),
    }),
  });
  return { table, tableConnection: connectionType(builder, 'DatabaseTable', table) };
}
