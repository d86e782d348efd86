import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type {
  DatabasePublication,
  PublicationTable,
} from '../../../upstream/postgres/catalogue/database-objects.ts';

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
      id: t.field({
        type: 'BigInt',
        description: 'Its number in the catalogues (OID).',
        resolve: ({ id }) => id,
      }),
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
