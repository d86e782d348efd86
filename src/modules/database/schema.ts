import type { SchemaBuilder } from '../../graphql/builder.ts';
import { addIntrospectionSchema } from './introspection-schema.ts';
import { addMigrationsSchema } from './migration-schema.ts';
import { addSqlSchema } from './sql-schema.ts';

/** Everything about the database: SQL that callers write, and what is built on it. */
export function addDatabaseSchema(builder: SchemaBuilder): void {
  addSqlSchema(builder);
  addIntrospectionSchema(builder);
  addMigrationsSchema(builder);
}
