import { createHash } from 'node:crypto';
import type { Sql } from 'postgres';
import type { Claims } from '../wire/token.ts';
import { bindFilter, type FilterColumn, type FilterTerm, parseFilter } from './filter.ts';

const changeTypes = ['INSERT', 'UPDATE', 'DELETE'] as const;
type ChangeType = (typeof changeTypes)[number];

/** One entry of `postgres_changes` in a join. */
export interface ChangeSpec {
  readonly id: number;
  readonly event: ChangeType | '*';
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly filter: string | undefined;
  readonly select: readonly string[] | undefined;
  /** Set where the entry cannot be used; said in the system error. */
  readonly problem: string | undefined;
}

export interface Subscription {
  readonly specId: number;
  readonly relation: number;
  readonly event: ChangeType | '*';
  readonly terms: readonly FilterTerm[];
  readonly select: readonly string[] | undefined;
}

class SubscribeError extends Error {}

function describe(spec: ChangeSpec): string {
  return `[event: ${spec.event}, schema: ${spec.schema ?? '*'}, table: ${spec.table ?? '*'}, filter: ${spec.filter ?? ''}]`;
}

function textMember(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Reads one entry as loosely as the real server does; the id is the same for the same entry in any channel. */
export function parseSpec(entry: unknown): ChangeSpec {
  const members = new Map<string, unknown>(
    typeof entry === 'object' && entry !== null ? Object.entries(entry) : [],
  );
  const wanted = textMember(members.get('event'))?.toUpperCase();
  const select = members.get('select');
  const columns = Array.isArray(select) ? select.filter((name) => typeof name === 'string') : undefined;
  const schema = textMember(members.get('schema'));
  const table = textMember(members.get('table'));
  const hasNull = [...members.values()].includes(null);
  const incomplete = hasNull || (schema === undefined && table === undefined);
  const text = JSON.stringify([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    id: createHash('sha256').update(text).digest().readUInt32BE(0) % 2 ** 27,
    event: changeTypes.find((type) => type === wanted) ?? '*',
    schema,
    table,
    filter: textMember(members.get('filter')) || undefined,
    select: columns,
    problem: incomplete
      ? 'No subscription params provided. Please provide at least a `schema` or `table` to subscribe to'
      : select !== undefined && columns === undefined
        ? '`select` must be a list of column names'
        : undefined,
  };
}

interface PublishedTable {
  readonly oid: number;
  readonly columns: readonly FilterColumn[];
}

/** The tables that an entry stands for now, with its filter bound to each. Throws SubscribeError. */
export async function resolveSpec(sql: Sql, spec: ChangeSpec, claims: Claims): Promise<Subscription[]> {
  if (spec.problem !== undefined) throw new SubscribeError(`${spec.problem}: ${describe(spec)}`);
  const failed = 'Unable to subscribe to changes with given parameters.';
  const [role] = await sql`select 1 from pg_roles where rolname = ${claims.role}`;
  if (role === undefined) {
    throw new SubscribeError(`${failed} Exception: role "${claims.role}" does not exist: ${describe(spec)}`);
  }
  const tables = await publishedTables(sql, spec, claims.role);
  if (tables.length === 0) {
    throw new SubscribeError(
      `${failed} Please check Realtime is enabled for the given connect parameters: ${describe(spec)}`,
    );
  }
  try {
    const terms = spec.filter === undefined ? [] : parseFilter(spec.filter);
    return await Promise.all(
      tables.map(async ({ oid, columns }) => ({
        specId: spec.id,
        relation: oid,
        event: spec.event,
        terms: await bindFilter(sql, terms, columns),
        select: spec.select,
      })),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new SubscribeError(
      `${failed} An exception happened so please check your connect parameters: ${describe(spec)}. Exception: ${reason}`,
    );
  }
}

/** Names match by LIKE without an escape, as upstream: `_` and `%` are wildcards. */
function publishedTables(sql: Sql, spec: ChangeSpec, role: string): Promise<PublishedTable[]> {
  const schema = spec.schema === undefined || spec.schema === '*' ? '%' : spec.schema;
  const table = spec.table === undefined || spec.table === '*' ? '%' : spec.table;
  return sql<PublishedTable[]>`
    select c.oid::int8::int4 as oid, json_agg(json_build_object(
      'name', a.attname, 'type', t.typname,
      'castType', quote_ident(tn.nspname) || '.' || quote_ident(t.typname),
      'selectable', has_column_privilege(${role}, c.oid, a.attnum, 'SELECT'))) as columns
    from pg_publication_tables p
    join pg_namespace n on n.nspname = p.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    join pg_namespace tn on tn.oid = t.typnamespace
    where p.pubname = 'supabase_realtime' and p.schemaname like ${schema} and p.tablename like ${table}
    group by c.oid`;
}
