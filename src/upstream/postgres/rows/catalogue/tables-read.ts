import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';

/** A table whose rows may be in an answer, or decide over it. */
export interface TableRead {
  /** Its oid. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** True where a function's text has a word that is its name, and nothing else leads to it. */
  readonly guessed: boolean;
  /** Whether all that is written to it is told of by triggers: see the channel of table signals. */
  readonly signals: boolean;
  /** Whether Realtime may tell of it: all its changes are published. */
  readonly published: boolean;
}

/** What an object of a catalogue depends on, as Postgres keeps it for views, policies and functions with a parsed body. */
function dependsOn(catalogue: string, object: string, isNode: string): string {
  return `select d.refclassid, d.refobjid, node.guessed from pg_catalog.${catalogue} o
    join pg_catalog.pg_depend d
      on d.classid = 'pg_catalog.${catalogue}'::pg_catalog.regclass and d.objid = o.oid
    where ${isNode} and ${object} = node.id
      and d.refclassid in ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)`;
}

const isTable = "node.class = 'pg_catalog.pg_class'::pg_catalog.regclass";
const isFunction = "node.class = 'pg_catalog.pg_proc'::pg_catalog.regclass";
const isOwn = (schema: string) =>
  `${schema} not in ('pg_catalog'::pg_catalog.regnamespace, 'information_schema'::pg_catalog.regnamespace)`;

const hasTrigger = (table: string) => `exists (
    select from pg_catalog.pg_trigger g
    where g.tgrelid = ${table} and g.tgname = 'bunbun_live' and g.tgenabled in ('O', 'A'))`;

/** Only since Postgres 15 is there one. */
const rowFilter = "pg_catalog.to_jsonb(t) ->> 'rowfilter'";

/**
 * $1: numbers of tables, $2: of functions, $3: names of tables, quoted and with their schemas. These, and what is
 * behind them: tables of views and policies, partitions and what they are partitions of, tables and functions that a
 * function names. The body of most functions is a text, so that its words are looked for. A partitioned table has no
 * rows of its own: without a trigger there is nothing to hear of it, and its partitions, which then do not tell of all
 * either, stay.
 */
export const tablesRead = catalogueStatement<TableRead>(`
with recursive node (class, id, guessed) as (
  select * from (
    select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, t.id, false from unnest($1::oid[]) t (id)
    union
    select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, pg_catalog.to_regclass(t.name)::oid, false
    from unnest($3::text[]) t (name)
    union
    select 'pg_catalog.pg_proc'::pg_catalog.regclass::oid, f.id, false from unnest($2::oid[]) f (id)
  ) roots
  union
  select found.* from node cross join lateral (
    ${dependsOn('pg_rewrite', 'o.ev_class', isTable)}
    union all
    ${dependsOn('pg_policy', 'o.polrelid', isTable)}
    union all
    ${dependsOn('pg_proc', 'o.oid', isFunction)}
    union all
    select node.class, i.inhrelid, node.guessed from pg_catalog.pg_inherits i where ${isTable} and i.inhparent = node.id
    union all
    select node.class, i.inhparent, node.guessed from pg_catalog.pg_inherits i where ${isTable} and i.inhrelid = node.id
    union all
    select named.class, named.id, true
    from pg_catalog.pg_proc p
    join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
    cross join lateral (
      select distinct pg_catalog.left(word, 63)::name as word
      from pg_catalog.regexp_split_to_table(pg_catalog.left(p.prosrc, 65536), '[^[:alnum:]_$]+') word
    ) words
    cross join lateral (
      select 'pg_catalog.pg_class'::pg_catalog.regclass::oid, c.oid from pg_catalog.pg_class c
      where c.relname = words.word and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
        and ${isOwn('c.relnamespace')}
      union all
      select 'pg_catalog.pg_proc'::pg_catalog.regclass::oid, q.oid from pg_catalog.pg_proc q
      where q.proname = words.word and ${isOwn('q.pronamespace')}
    ) named (class, id)
    where ${isFunction} and p.oid = node.id and p.prosqlbody is null and ${isOwn('p.pronamespace')}
  ) found
)
select c.oid::text as id, n.nspname::text as schema, c.relname::text as name,
  pg_catalog.bool_and(node.guessed) as guessed,
  ${hasTrigger('c.oid')} and not exists (
    select from pg_catalog.pg_partition_ancestors(c.oid) a (id) where not ${hasTrigger('a.id')}) as signals,
  exists (
    select from pg_catalog.pg_publication_tables t
    join pg_catalog.pg_publication p on p.pubname = t.pubname and p.pubinsert and p.pubupdate and p.pubdelete
    where t.pubname = 'supabase_realtime' and t.schemaname = n.nspname and t.tablename = c.relname
      and ${rowFilter} is null) as published
from node
join pg_catalog.pg_class c on ${isTable} and c.oid = node.id
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where (c.relkind in ('r', 'm', 'f') or c.relkind = 'p' and ${hasTrigger('c.oid')}) and ${isOwn('c.relnamespace')}
group by c.oid, c.relname, n.nspname`);
