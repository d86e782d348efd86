import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type { DatabaseSchema } from '../../../upstream/postgres/catalogue/database-objects.ts';
import { addExtensionType } from './extension.ts';
import { addFunctionType } from './function.ts';
import { tableLoader } from './loaders.ts';
import { addPublicationType } from './publication.ts';
import { addRoleType } from './role.ts';
import { addTableTypes, loadTables } from './table.ts';

const serviceRole = { auth: { requires: 'SERVICE_ROLE' } } as const;
const first = 'How many at most, from 1 to 1000.';
const after = 'Begin behind this cursor of the same schema.';

/** `schemas`, `tables`, `table`, `databaseFunctions`, `extensions`, `databaseRoles`, `publications`. */
export function addIntrospectionSchema(builder: SchemaBuilder): void {
  addTableFields(builder);
  const functionType = addFunctionType(builder);
  const extension = addExtensionType(builder);
  const role = addRoleType(builder);
  const publication = addPublicationType(builder);

  builder.queryFields((t) => ({
    databaseFunctions: t.field({
      type: [functionType],
      nullable: true,
      description: 'The functions, procedures and aggregates of a schema, by name and arguments.',
      directives: serviceRole,
      args: { schema: t.arg.string({ required: true, defaultValue: 'public', description: 'The schema.' }) },
      resolve: async (_root, args, { services, call }) => [
        ...(await services.introspection.functions(args.schema, call)),
      ],
    }),
    extensions: t.field({
      type: [extension],
      nullable: true,
      description: 'All extensions that the server has, installed or not, by name.',
      directives: serviceRole,
      resolve: async (_root, _args, { services, call }) => [
        ...(await services.introspection.extensions(call)),
      ],
    }),
    databaseRoles: t.field({
      type: [role],
      nullable: true,
      description: 'The roles by name, without those that Postgres predefines (`pg_…`).',
      directives: serviceRole,
      resolve: (_root, _args, { services, call }) => services.introspection.roles(call),
    }),
    publications: t.field({
      type: [publication],
      nullable: true,
      description: 'The publications by name.',
      directives: serviceRole,
      resolve: async (_root, _args, { services, call }) => [
        ...(await services.introspection.publications(call)),
      ],
    }),
  }));
}

function addTableFields(builder: SchemaBuilder): void {
  const { table, tableConnection } = addTableTypes(builder);
  const schema = builder.objectRef<DatabaseSchema>('DatabaseSchema').implement({
    description: 'A schema: a folder of tables, types and functions.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      owner: t.exposeString('owner', { description: 'The role that owns it.' }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
      tables: t.field({
        type: tableConnection,
        nullable: true,
        description: 'Its tables and views by name.',
        args: {
          first: t.arg.int({ required: true, defaultValue: 100, description: first }),
          after: t.arg.string({ required: false, description: after }),
        },
        resolve: (parent, args, context) =>
          loadTables({ schema: parent.name, first: args.first, after: args.after }, context),
      }),
    }),
  });

  builder.queryFields((t) => ({
    schemas: t.field({
      type: [schema],
      nullable: true,
      description: 'The schemas of the database by name.',
      directives: serviceRole,
      args: {
        includeSystem: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: "Also Postgres' own: pg_catalog, pg_toast and information_schema.",
        }),
      },
      resolve: async (_root, args, { services, call }) => [
        ...(await services.introspection.schemas(args.includeSystem, call)),
      ],
    }),
    tables: t.field({
      type: tableConnection,
      nullable: true,
      description:
        'The tables, views and foreign tables of a schema by name. The number of SQL statements depends on what is selected, never on how many tables there are.',
      directives: serviceRole,
      args: {
        schema: t.arg.string({ required: true, defaultValue: 'public', description: 'The schema.' }),
        first: t.arg.int({ required: true, defaultValue: 100, description: first }),
        after: t.arg.string({ required: false, description: after }),
      },
      resolve: (_root, args, context) => loadTables(args, context),
    }),
    table: t.field({
      type: table,
      nullable: true,
      description: 'One table, view or foreign table; null when there is none of that name.',
      directives: serviceRole,
      args: {
        schema: t.arg.string({ required: true, defaultValue: 'public', description: 'The schema.' }),
        name: t.arg.string({ required: true, description: 'The name, unquoted and in its own case.' }),
      },
      resolve: (_root, args, { loaders }) => loaders.get(tableLoader).load(args),
    }),
  }));
}
