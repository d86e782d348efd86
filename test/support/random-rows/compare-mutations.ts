import { execute, type GraphQLSchema, parse, validate } from 'graphql';
import postgres from 'postgres';
import { expect } from 'vitest';
import { isRecord } from '../../../src/lib/is-record.ts';
import { randomNumbers } from '../random-numbers.ts';
import type { RowsGateway } from '../rows-gateway.ts';
import type { Compared } from './compare-documents.ts';
import { firstItems, type Viewer, viewers } from './fixture.ts';
import type { RandomDocument } from './random-documents.ts';
import { randomMutation } from './random-mutations.ts';
import { Unwanted, writeFields } from './reference-writes.ts';

/** What came of a mutation: its answer or its error, and what the table holds afterwards. */
interface Outcome {
  readonly answer: unknown;
  readonly items: unknown;
}

/** Sends random mutations as random viewers, and expects of each what plain SQL would have answered and done. */
export async function compareMutations({ gateway, schemas, seed, count }: Compared): Promise<void> {
  const random = randomNumbers(seed);
  let done = 0;
  for (let index = 0; index < count; index += 1) {
    if (index % 25 === 0) await gateway.admin.unsafe(`truncate public.items; ${firstItems}`);
    const viewer = random.oneOf(viewers);
    const schema = schemas.get(viewer);
    const asked = schema && randomMutation(random, schema);
    if (schema === undefined || asked === undefined) continue;
    const title = `seed ${seed}, mutation ${index} as ${JSON.stringify(viewer.claims)}: ${asked.text}\n${JSON.stringify(asked.variables)}`;
    const right = await rightOutcome(gateway, viewer, schema, asked, title);
    const { data, errors } = await gateway.graphqlText(asked.text, {
      token: viewer.token,
      variables: asked.variables,
    });
    const answer = errors.length === 0 ? sorted(data) : errors[0]?.extensions.code;
    expect({ answer, items: await itemsIn(gateway.admin) }, title).toEqual(right);
    if (errors.length === 0) done += 1;
  }
  // Not all of them are refused.
  expect(done).toBeGreaterThan(count / 10);
}

const itemsIn = async (sql: postgres.Sql | postgres.TransactionSql): Promise<unknown> =>
  (await sql`select json_agg(i order by id) as items from public.items i`)[0]?.['items'];

/** Does it, looks at what it did, and takes it back. */
async function rightOutcome(
  { admin }: RowsGateway,
  viewer: Viewer,
  schema: GraphQLSchema,
  { text, variables }: RandomDocument,
  title: string,
): Promise<Outcome> {
  const document = parse(text);
  expect(validate(schema, document), title).toEqual([]);
  const sql = await admin.reserve();
  try {
    await sql`begin`;
    await sql`select set_config('search_path', 'public', true), set_config('role', ${viewer.role}, true),
      set_config('request.jwt.claims', ${JSON.stringify(viewer.claims)}, true)`;
    const rootValue = { db: writeFields({ sql }) };
    const { data, errors = [] } = await execute({ schema, document, variableValues: variables, rootValue });
    const [failure] = errors;
    if (failure === undefined) {
      await sql`select set_config('role', 'none', true)`;
      return { answer: sorted(data), items: await itemsIn(sql) };
    }
    await sql`rollback`;
    return { answer: codeOf(failure.originalError), items: await itemsIn(sql) };
  } finally {
    await sql`rollback`;
    sql.release();
  }
}

const codes: Readonly<Record<string, string>> = {
  '21000': 'BAD_USER_INPUT',
  '22023': 'BAD_USER_INPUT',
  '23502': 'BAD_USER_INPUT',
  '23503': 'CONFLICT',
  '23505': 'CONFLICT',
  '23514': 'BAD_USER_INPUT',
  '42501': 'FORBIDDEN',
};

function codeOf(error: unknown): string {
  if (error instanceof Unwanted) return 'CONFLICT';
  if (!(error instanceof postgres.PostgresError)) throw error;
  return codes[error.code] ?? `${error.code} ${error.message}`;
}

/** The same with rows by their ids: Postgres writes them as it meets them. */
function sorted(data: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(data));
  if (!isRecord(copy) || !isRecord(copy['db'])) return copy;
  for (const field of Object.values(copy['db'])) {
    const rows: unknown = isRecord(field) ? field['returning'] : undefined;
    if (Array.isArray(rows)) rows.sort((one, other) => one.id - other.id);
  }
  return copy;
}
