import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema } from 'graphql';
import type postgres from 'postgres';
import type { Viewer } from './fixture.ts';
import { type Cursors, readableColumns } from './reference-asked.ts';
import { dbFields } from './reference-rows.ts';

export interface ReferenceOperation {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cursors?: Cursors;
}

/**
 * Answers an operation with graphql-js and plain SQL: a statement for each list, each related row and each number, none of
 * which is shared. All are of one transaction with the role and the claims of the viewer.
 */
export async function referenceAnswer(
  admin: postgres.Sql,
  viewer: Viewer,
  schema: GraphQLSchema,
  { document, variables, cursors = new Map() }: ReferenceOperation,
): Promise<ExecutionResult> {
  return await admin.begin(async (sql) => {
    await sql`select set_config('search_path', 'public', true), set_config('timezone', 'UTC', true),
      set_config('intervalstyle', 'iso_8601', true), set_config('role', ${viewer.role}, true),
      set_config('request.jwt.claims', ${JSON.stringify(viewer.claims)}, true)`;
    const readable = await readableColumns(sql);
    return await execute({
      schema,
      document,
      variableValues: variables,
      rootValue: { db: dbFields({ sql, readable, cursors }) },
    });
  });
}
