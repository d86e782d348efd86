import { readFileSync } from 'node:fs';
import {
  buildSchema,
  execute,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { isRecord } from '../../src/lib/is-record.ts';
import { schemaWithRows } from '../../src/modules/rows/schema/schema-with-rows.ts';
import { writeQueryOf } from '../../src/modules/rows/translate/db-mutation.ts';
import { selectedFields } from '../../src/modules/rows/translate/operation.ts';
import { readGrants } from '../../src/upstream/postgres/rows/model/read-grants.ts';
import { readRowsModel } from '../../src/upstream/postgres/rows/model/read-model.ts';
import { performWrite } from '../../src/upstream/postgres/rows/write/perform-write.ts';
import { startTestPostgres } from './postgres.ts';
import { postgresPools } from './postgres-pools.ts';

interface Context {
  readonly role: string;
  readonly answer: Record<string, unknown>;
}

function isContext(value: unknown): value is Context {
  return isRecord(value) && 'role' in value && 'answer' in value;
}

/** A database, and what roles may write of it by GraphQL. */
export async function startMutations(ddl: string, maxRows = 1_000) {
  const server = await startTestPostgres();
  const pools = postgresPools({ url: server.databaseUrl, max: 1 });
  const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
  const run = (text: string) => pools.general.withSession(options, ({ sql }) => sql.run(text));
  await run(ddl);
  const model = await pools.general.withSession(options, ({ sql }) => readRowsModel(sql, ['public']));
  const base = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const schemas = new Map<string, GraphQLSchema>();

  async function schemaOf(role: string): Promise<GraphQLSchema> {
    const known = schemas.get(role);
    if (known) return known;
    const grants = await pools.general.withSession(options, ({ sql }) => readGrants(sql, model, role));
    const schema = schemaWithRows(base, model, grants, { query: () => null, mutation: writeAll });
    schemas.set(role, schema);
    return schema;
  }

  /** Notes the answer of `db` in the context, as no scalar is to look at it. */
  async function writeAll(_root: unknown, _args: unknown, context: unknown, info: GraphQLResolveInfo) {
    const type = getNamedType(info.returnType);
    if (!isObjectType(type) || !isContext(context)) throw new Error('not called by mutate');
    const operation = { info, maxRows };
    await pools.general.withSession(options, async ({ sql }) => {
      await sql.run(`begin; set local role ${context.role}`);
      try {
        for (const selected of selectedFields(operation, type, info.fieldNodes)) {
          const { key, field } = selected;
          if (field === undefined) continue;
          const query = writeQueryOf(operation, { ...selected, field });
          const { text } = await performWrite(query, maxRows, async (statement) => {
            const [row] = await sql.query<{ answer: string | null }>(statement.text, statement.params);
            return { text: row?.answer ?? null, truncated: [] };
          });
          context.answer[key] = JSON.parse(text ?? 'null');
        }
        await sql.run('commit');
      } catch (error) {
        await sql.run('rollback');
        throw error;
      }
    });
    return null;
  }

  return {
    run,
    schemaOf,
    /** What is written as `role`: the answer of `db`, or what was thrown. */
    async mutate(role: string, text: string, variableValues: Record<string, unknown> = {}): Promise<unknown> {
      const schema = await schemaOf(role);
      const document = parse(`mutation ${text}`);
      const [invalid] = validate(schema, document);
      if (invalid) throw invalid;
      const contextValue: Context = { role, answer: {} };
      const { errors } = await execute({ schema, document, variableValues, contextValue });
      const [error] = errors ?? [];
      if (error) throw error.originalError ?? error;
      return contextValue.answer;
    },
    async [Symbol.asyncDispose]() {
      await pools.end();
      await server.stop();
    },
  };
}
