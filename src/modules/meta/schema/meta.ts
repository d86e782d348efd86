import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { checkedBy } from '../../../graphql/kit/input.ts';
import { formatArguments, type typeLanguages, typesArguments } from '../client/input.ts';

/** `databaseTypes` and `formatSql`, for SERVICE_ROLE. */
export function addMetaSchema(builder: SchemaBuilder): void {
  const language = builder.enumType('TypeLanguage', {
    description: 'A language that types are written in.',
    values: {
      TYPESCRIPT: { description: 'The `Database` type that supabase-js takes.' },
      GO: { description: 'Structs with json tags.' },
      SWIFT: { description: 'Codable structs.' },
      PYTHON: { description: 'Pydantic models.' },
    } satisfies Record<keyof typeof typeLanguages, object>,
  });

  builder.queryField('databaseTypes', (t) =>
    t.string({
      nullable: true,
      description:
        'Source text with the types of the tables, views, functions and enums of some schemas, as postgres-meta writes them. NOT_CONFIGURED without META_URL.',
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      args: {
        language: t.arg({ type: language, required: true, description: 'The language of the text.' }),
        schemas: t.arg.stringList({
          required: { list: false, items: true },
          description:
            'Names of schemas, up to 100; `public` alone when absent. Unknown ones add nothing. Names with commas cannot be asked for.',
        }),
      },
      ...checkedBy(typesArguments, (args, { services, call }) => services.meta.types(args, call)),
    }),
  );

  builder.queryField('formatSql', (t) =>
    t.string({
      nullable: true,
      description:
        'SQL laid out for people to read, one clause to a line. Nothing is run. NOT_CONFIGURED without META_URL.',
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      args: { sql: t.arg.string({ required: true, description: 'One or more statements, up to 3 MB.' }) },
      ...checkedBy(formatArguments, (args, { services, call }) => services.meta.format(args, call)),
    }),
  );
}
