import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { DatabaseTrigger } from '../../../upstream/postgres/catalogue/triggers.ts';

/** `DatabaseTrigger` and its enums. */
export function addTriggerType(builder: SchemaBuilder) {
  const timing = builder.enumType('TriggerTiming', {
    description: 'When a trigger fires.',
    values: {
      BEFORE: { description: 'Before the change.' },
      AFTER: { description: 'After the change.' },
      INSTEAD_OF: { description: 'In place of the change; for views.' },
    },
  });
  const level = builder.enumType('TriggerLevel', {
    description: 'How often a trigger fires.',
    values: {
      ROW: { description: 'Once for each row.' },
      STATEMENT: { description: 'Once for the statement.' },
    },
  });
  const event = builder.enumType('TriggerEvent', {
    description: 'What a trigger fires at.',
    values: {
      INSERT: { description: 'At INSERT.' },
      UPDATE: { description: 'At UPDATE.' },
      DELETE: { description: 'At DELETE.' },
      TRUNCATE: { description: 'At TRUNCATE.' },
    },
  });
  const mode = builder.enumType('TriggerMode', {
    description: 'Whether a trigger fires, by `session_replication_role`.',
    values: {
      ORIGIN: { description: 'As usual: not for changes that come by replication.' },
      REPLICA: { description: 'Only for changes that come by replication.' },
      ALWAYS: { description: 'For all changes.' },
      DISABLED: { description: 'Never.' },
    },
  });
  return builder.objectRef<DatabaseTrigger>('DatabaseTrigger').implement({
    description: 'A trigger. Those that Postgres makes for foreign keys are not shown.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        description: 'Its number in the catalogues (OID).',
        resolve: (trigger) => trigger.id,
      }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      timing: t.field({
        type: timing,
        description: 'When it fires.',
        resolve: (trigger) => trigger.timing,
      }),
      level: t.field({
        type: level,
        description: 'How often it fires.',
        resolve: (trigger) => trigger.level,
      }),
      events: t.field({
        type: [event],
        description: 'What it fires at.',
        resolve: (trigger) => trigger.events,
      }),
      enabled: t.field({
        type: mode,
        description: 'Whether it fires.',
        resolve: (trigger) => trigger.enabled,
      }),
      condition: t.exposeString('condition', {
        nullable: true,
        description: 'Its WHEN condition; null where there is none.',
      }),
      functionSchema: t.exposeString('functionSchema', {
        description: 'The schema of the function it calls.',
      }),
      functionName: t.exposeString('functionName', {
        description: 'The function it calls.',
      }),
      functionArguments: t.exposeStringList('functionArguments', {
        description: 'What it gives the function as TG_ARGV.',
      }),
      definition: t.exposeString('definition', {
        description: 'The CREATE TRIGGER statement.',
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
    }),
  });
}
