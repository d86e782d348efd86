import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { EventSharing } from '../../../graphql/kit/field-options.ts';
import { followedBy } from '../../../graphql/kit/input.ts';
import { changesInput } from '../client/checks/input.ts';
import { resync } from '../client/feeds/changes-feed.ts';
import type { ChangeColumn } from '../client/feeds/encode-row.ts';
import type { PostgresChange } from '../client/feeds/types.ts';

const sharing: EventSharing = {
  missed: ({ schema, table }) =>
    resync({ schema: String(schema), table: typeof table === 'string' ? table : undefined }),
  greets: ({ resyncOnStart }) => resyncOnStart === true,
};

/** `postgresChanges`. */
export function addChangesSchema(builder: SchemaBuilder): void {
  const PostgresEvent = builder.enumType('PostgresEvent', {
    description: 'What can happen to a row.',
    values: {
      INSERT: { description: 'A row was added.' },
      UPDATE: { description: 'A row was changed.' },
      DELETE: { description: 'A row was removed.' },
    },
  });
  const PostgresChangeType = builder.enumType('PostgresChangeType', {
    description: 'What a change tells.',
    values: {
      INSERT: { description: 'A row was added.' },
      UPDATE: { description: 'A row was changed.' },
      DELETE: { description: 'A row was removed.' },
      RESYNC: {
        description: 'Changes may have been missed: fetch again what is shown. The subscription goes on.',
      },
    },
  });
  const ChangeColumnRef = builder.objectRef<ChangeColumn>('ChangeColumn').implement({
    description: 'A column of a changed table.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      type: t.exposeString('type', {
        description: 'Its type as Postgres names it inside, such as `int8`; arrays begin with `_`.',
      }),
    }),
  });
  const PostgresChangeRef = builder.objectRef<PostgresChange>('PostgresChange').implement({
    description: 'A change of one row. `record` and `oldRecord` are encoded as `SqlResult.rows` are.',
    fields: (t) => ({
      type: t.expose('type', {
        type: PostgresChangeType,
        description: 'What happened, or RESYNC.',
      }),
      schema: t.exposeString('schema', { description: 'Schema of the table.' }),
      table: t.exposeString('table', {
        nullable: true,
        description: 'The table; null for RESYNC of a whole schema.',
      }),
      commitTimestamp: t.expose('commitTimestamp', {
        type: 'DateTime',
        nullable: true,
        description:
          'When the transaction committed, in milliseconds. Rows of one transaction share it; null for RESYNC.',
      }),
      columns: t.field({
        type: [ChangeColumnRef],
        description: 'The columns the caller may select.',
        resolve: ({ columns }) => columns,
      }),
      record: t.expose('record', {
        type: 'JSONObject',
        nullable: true,
        description:
          'The row as it is now; null for DELETE and RESYNC. Large values that did not change may be absent.',
      }),
      oldRecord: t.expose('oldRecord', {
        type: 'JSONObject',
        nullable: true,
        description:
          'For UPDATE and DELETE the row as it was: its primary key alone, unless REPLICA IDENTITY is FULL.',
      }),
      errors: t.field({
        type: ['String'],
        description: 'Why the row is incomplete, such as being over 1 MB: fetch it. Usually empty.',
        resolve: ({ errors }) => errors,
      }),
    }),
  });

  builder.subscriptionField('postgresChanges', (t) =>
    t.field({
      type: PostgresChangeRef,
      directives: { auth: { requires: 'ANON' } },
      // Two subscribers with the same identity, document and variables get the same bytes.
      sharing,
      description:
        'Changes of rows the caller may see. RESYNC says that events may have been missed: refetch. As in Supabase, a DELETE cannot be checked by row level security: it names only the primary key, to every matching subscriber. A row that leaves the filter or becomes invisible by an UPDATE gives no event.',
      args: {
        schema: t.arg.string({ required: true, defaultValue: 'public', description: 'Schema of the table.' }),
        table: t.arg.string({
          description: 'A table of the publication `supabase_realtime`; without it all of the schema.',
        }),
        event: t.arg({ type: PostgresEvent, description: 'Only this kind of change; without it all.' }),
        filter: t.arg.string({
          description:
            'Conditions `column=operator.value`, joined by commas, that all must hold. Operators: eq, neq, lt, lte, gt, gte, in, like, ilike, is, match, imatch, isdistinct, each also with `not.` before it (servers before 2.111 take one condition and the first seven).',
        }),
        resyncOnStart: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Begin with a RESYNC as soon as changes flow: what is fetched then misses nothing.',
        }),
      },
      ...followedBy(changesInput, (args, { services, call }) => services.realtime.changes(args, call)),
      resolve: (change) => change,
    }),
  );
}
