import { loadavg } from 'node:os';
import postgres from 'postgres';
import { startPostgresMeta } from '../../test/support/postgres-meta.ts';
import { residentMegabytes, startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { inTurns } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';

const rounds = 3;
const singles = 100;
/** Paths that postgres-meta gave no answer for: it gives up at its own time limit, with 408. */
const gaveUp = new Set<string>();
const schema = 'public';

const listed = `id name kind comment rlsEnabled rlsForced replicaIdentity rowEstimate sizeBytes primaryKey
  columns { name position type default isNullable isIdentity identityGeneration isGenerated isUpdatable isUnique
    enumValues comment }
  indexes { name definition isUnique isPrimary } policies { name command isPermissive roles using withCheck }
  references { name columns referencedSchema referencedTable referencedColumns onUpdate onDelete }`;
const everything = `${listed} referencedBy { name schema table columns } constraints { name type definition }
  triggers { name timing level events enabled definition }`;

/** Tables of ten columns with a key, an index, a policy and a foreign key each; `commit` frees their locks. */
const makeTables = (from: number, to: number) => `do $$ begin
  for i in ${from}..${to} loop
    execute format('create table ${schema}.t%1$s (id bigint generated always as identity primary key,
      parent bigint references ${schema}.t%2$s, owner uuid not null, title text, body text, amount numeric(12, 2),
      done boolean not null default false, tags text[], data jsonb, made timestamptz not null default now())',
      lpad(i::text, 5, '0'), lpad(greatest(i - 1, 1)::text, 5, '0'));
    execute format('create index on ${schema}.t%s (owner, made)', lpad(i::text, 5, '0'));
    execute format('alter table ${schema}.t%s enable row level security', lpad(i::text, 5, '0'));
    execute format('create policy own on ${schema}.t%s using (done)', lpad(i::text, 5, '0'));
    if i % 100 = 0 then commit; end if;
  end loop;
end $$`;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Introspection through the gateway beside postgres-meta, on one database. */
export async function run(): Promise<void> {
  const load = loadavg()[0]?.toFixed(1);
  const bench = await startBenchStack();
  const adminUrl = bench.stack.postgres.urlFor('supabase_admin');
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  const gateway = await startGateway(bench.env);
  const meta = await startPostgresMeta(adminUrl);
  const graphql = async (query: string, variables = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${bench.stack.keys.serviceRoleKey}`,
      },
      body: JSON.stringify({ query, variables }),
    });
    const answer: { data?: Answer; errors?: unknown } = JSON.parse(await response.text());
    if (answer.data === undefined || answer.errors !== undefined)
      throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  const ofMeta = async (path: string): Promise<unknown> => {
    const response = await fetch(`${meta.url}${path}`);
    const text = await response.text();
    if (response.status === 408) gaveUp.add(path);
    else if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return JSON.parse(text);
  };
  const page = `query ($after: String) { tables(schema: "${schema}", first: 1000, after: $after) {
    nodes { ${listed} } pageInfo { hasNextPage endCursor } } }`;
  const one = `{ table(schema: "${schema}", name: "t00500") { ${everything} } }`;
  const all = `/tables?include_columns=true&included_schemas=${schema}`;
  const pages = async () => {
    let found = 0;
    for (let after: string | null | undefined; ; ) {
      const { tables } = await graphql(page, { after });
      found += tables?.nodes.length ?? 0;
      after = tables?.pageInfo.endCursor;
      if (!tables?.pageInfo.hasNextPage) return found;
    }
  };
  const statements = async (query: string): Promise<number> => {
    await admin`select pg_stat_statements_reset()`;
    await graphql(query);
    const [row] = await admin`select sum(calls)::int as calls from pg_stat_statements
      where query like '%pg_catalog%' and query not like '%pg_stat_statements%'`;
    return Number(row?.['calls']);
  };

  try {
    await admin.unsafe('create extension if not exists pg_stat_statements');
    await admin.unsafe(makeTables(1, 100));
    await admin.unsafe('analyze');
    await Promise.all([graphql(page), ofMeta(all)]);
    const hundred = await inTurns(
      { ours: () => milliseconds(() => graphql(page)), meta: () => milliseconds(() => ofMeta(all)) },
      rounds,
    );
    await admin.unsafe(makeTables(101, 1_000));
    await admin.unsafe('analyze');
    const [row] = await admin`select 'public.t00500'::regclass::oid::int as id`;
    const single = `/tables/${row?.['id']}`;
    for (let warm = 0; warm < 3; warm += 1) {
      await Promise.all([graphql(page), graphql(one), ofMeta(single)]);
    }
    const measured = await inTurns(
      { oursAll: () => milliseconds(() => graphql(page)), metaAll: () => milliseconds(() => ofMeta(all)) },
      rounds,
    );
    // Short calls, so as many as both need to be warm, and the median of as many.
    const timed = {
      oursOne: () => milliseconds(() => graphql(one)),
      metaOne: () => milliseconds(() => ofMeta(single)),
    };
    await inTurns(timed, singles);
    const measuredOne = await inTurns(timed, singles);
    const counted = { all: await statements(page), one: await statements(one) };
    for (let again = 0; again < 10; again += 1) await pages();
    const small = residentMegabytes(gateway.pid);
    await admin.unsafe(makeTables(1_001, 5_000));
    let found = 0;
    for (let again = 0; again < 4; again += 1) found = await pages();
    const large = residentMegabytes(gateway.pid);
    const ratio = (ours: number, theirs: number) =>
      `${(theirs / ours).toFixed(1)} x (${ours.toFixed(1)} against ${theirs.toFixed(1)} ms)`;
    writeResults(
      'introspection',
      `Medians of ${rounds} rounds (${singles} for one table, after as many to warm up) in turns, one call at a time, over HTTP with the answer parsed. 1,000 tables of 10 columns, each with a primary key, an index, a policy and a foreign key. postgres-meta answers columns, primary keys and foreign keys, but neither indexes nor policies; the gateway answers them too. Load of the machine before: ${load}.`,
      [
        {
          measure: 'all 1,000 tables with columns, indexes, policies and foreign keys, in one operation',
          against: 'postgres-meta `/tables?include_columns=true`',
          goal: '>= 5 x faster',
          result: gaveUp.has(all)
            ? `at least ${ratio(measured.oursAll, measured.metaAll)}; postgres-meta gave up with 408 at least once`
            : ratio(measured.oursAll, measured.metaAll),
        },
        {
          measure: 'the same with 100 tables',
          against: 'postgres-meta `/tables?include_columns=true`',
          goal: '',
          result: ratio(hundred.ours, hundred.meta),
        },
        {
          measure: 'one table by name with everything',
          against: 'postgres-meta `/tables/:id`',
          goal: '>= 5 x faster',
          result: ratio(measuredOne.oursOne, measuredOne.metaOne),
        },
        {
          measure: 'SQL statements for all 1,000 tables',
          against: 'for one table, with everything',
          goal: '<= 10',
          result: `${counted.all} against ${counted.one}`,
        },
        {
          measure: `resident memory of the gateway after reading ${found} tables four times, 1,000 a page`,
          against: 'after reading 1,000 tables ten times',
          goal: 'does not grow with the tables',
          result: `${large.toFixed(0)} MB against ${small.toFixed(0)} MB`,
        },
      ],
    );
  } finally {
    await Promise.all([gateway.stop(), meta.stop(), admin.end()]);
    await bench.stop();
  }
}

interface Answer {
  readonly tables?: {
    readonly nodes: readonly unknown[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}
