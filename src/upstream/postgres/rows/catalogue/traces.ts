import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';
import { isOfExtension } from './relations.ts';

/** A table, a view or whatever else has rows, of which something that runs by itself may change the session. */
export interface TraceRow {
  /** Its oid. */
  readonly id: string;
  /** Also when it is only read. */
  readonly onRead: boolean;
}

/** Of Postgres' own: what changes the session, and what runs any text. */
const lastingFunctions = [
  'set_config',
  'pg_advisory_lock',
  'pg_advisory_lock_shared',
  'pg_try_advisory_lock',
  'pg_try_advisory_lock_shared',
  'query_to_xml',
  'query_to_xml_and_xmlschema',
  'query_to_xmlschema',
  'ts_stat',
];

/** Beside these, in the text of a function: the same by a statement. Comments and strings count, for `execute` runs them. */
const lastingWords = [
  'set',
  'reset',
  'execute',
  'temp',
  'temporary',
  'pg_temp',
  'hold',
  'listen',
  'prepare',
  'deallocate',
  'discard',
];

/** Characters of a function's text. What a longer one does nobody knows. */
const mostRead = 65_536;

const list = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');
const catalogue = (name: string): string => `'pg_catalog.${name}'::pg_catalog.regclass`;
const isLasting = (tree: string): string => `${tree}::text ~ (select pattern from lasting)`;

/** What the object `o` of a catalogue depends on, as what runs for a table: `kind` says when. */
function runsFor(kind: 'read' | 'write', table: string, name: string, joined = ''): string {
  return `select '${kind}', ${table}, d.refclassid, d.refobjid from pg_catalog.${name} o ${joined}
    join pg_catalog.pg_depend d on d.classid = ${catalogue(name)} and d.objid = o.oid`;
}

/**
 * Policies and views run functions when a table is read; so do triggers, defaults and checks when it is written, and what
 * is written by a foreign key. A function is one that may leave something behind when its text says so, when it calls
 * such a one or reads such a table, and when nobody can know: C and what extensions bring is trusted, other languages are
 * not. What a function that changes nothing names it only reads.
 */
export const traces = catalogueStatement<TraceRow>(`
with recursive lasting (pattern) as materialized (
  select ':funcid (' || pg_catalog.string_agg(p.oid::text, '|') || ') ' from pg_catalog.pg_proc p
  where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace and p.proname in (${list(lastingFunctions)})
), own as materialized (
  select p.oid, p.proname, p.prosrc, p.prosqlbody, p.provolatile = 'v' as writes, l.lanname
  from pg_catalog.pg_proc p
  join pg_catalog.pg_language l on l.oid = p.prolang
  where p.oid >= 16384 and l.lanname not in ('c', 'internal') and not ${isOfExtension('pg_catalog.pg_proc', 'p.oid')}
), word as materialized (
  select distinct own.oid, own.writes, pg_catalog.left(found.word, 63) as word
  from own
  cross join lateral pg_catalog.regexp_split_to_table(
    pg_catalog.lower(pg_catalog.left(own.prosrc, ${mostRead})), '[^[:alnum:]_$]+') found (word)
), runs (kind, id, class, needs) as materialized (
  ${runsFor('read', 'o.polrelid', 'pg_policy')}
  union all
  ${runsFor('read', 'o.ev_class', 'pg_rewrite')}
  union all
  ${runsFor('write', 'o.adrelid', 'pg_attrdef')}
  union all
  ${runsFor('write', 'o.conrelid', 'pg_constraint')} where o.contype = 'c' and o.conrelid <> 0
  union all
  ${runsFor('read', 'a.attrelid', 'pg_constraint', 'join pg_catalog.pg_attribute a on a.atttypid = o.contypid and o.contypid <> 0')}
  union all
  select 'write', i.indrelid, d.refclassid, d.refobjid from pg_catalog.pg_index i
  join pg_catalog.pg_depend d on d.classid = ${catalogue('pg_class')} and d.objid = i.indexrelid
  where i.indexprs is not null or i.indpred is not null
  union all
  select 'write', g.tgrelid, ${catalogue('pg_proc')}, g.tgfoid from pg_catalog.pg_trigger g where not g.tgisinternal
  union all
  select 'write', k.confrelid, ${catalogue('pg_class')}, k.conrelid from pg_catalog.pg_constraint k
  where k.contype = 'f' and (k.confdeltype not in ('a', 'r') or k.confupdtype not in ('a', 'r'))
  union all
  select 'write', h.inhparent, ${catalogue('pg_class')}, h.inhrelid from pg_catalog.pg_inherits h
  union all
  select 'function', d.objid, d.refclassid, d.refobjid from pg_catalog.pg_depend d
  where d.classid = ${catalogue('pg_proc')}
  union all
  select 'operator', o.oid, ${catalogue('pg_proc')}, o.oprcode from pg_catalog.pg_operator o where o.oprcode >= 16384
), node (kind, id) as (
  (select 'function', own.oid from own
  where own.lanname not in ('sql', 'plpgsql') or pg_catalog.length(own.prosrc) > ${mostRead} or ${isLasting('own.prosqlbody')} or exists (
    select from word where word.oid = own.oid and word.word in (${list([...lastingFunctions, ...lastingWords])}))
  union
  select 'read', o.polrelid from pg_catalog.pg_policy o
  where ${isLasting('o.polqual')} or ${isLasting('o.polwithcheck')}
  union
  select 'read', o.ev_class from pg_catalog.pg_rewrite o where o.oid >= 16384 and ${isLasting('o.ev_action')}
  union
  select 'write', o.adrelid from pg_catalog.pg_attrdef o where ${isLasting('o.adbin')}
  union
  select 'write', o.conrelid from pg_catalog.pg_constraint o where o.conrelid <> 0 and ${isLasting('o.conbin')}
  union
  select 'read', a.attrelid from pg_catalog.pg_constraint o
  join pg_catalog.pg_attribute a on a.atttypid = o.contypid
  where o.contypid <> 0 and ${isLasting('o.conbin')}
  union
  select 'write', g.tgrelid from pg_catalog.pg_trigger g where ${isLasting('g.tgqual')})
  union
  select found.* from node cross join lateral (
    select case when node.kind = 'write' and runs.kind = 'read' then 'write' else runs.kind end, runs.id
    from runs
    where runs.needs = node.id and runs.class = case node.kind
      when 'function' then ${catalogue('pg_proc')} when 'operator' then ${catalogue('pg_operator')}
      else ${catalogue('pg_class')} end
      and (node.kind <> 'write' or runs.kind <> 'function')
    union all
    select 'function', word.oid from pg_catalog.pg_proc p
    join word on word.word = pg_catalog.lower(p.proname)
    where node.kind = 'function' and p.oid = node.id
    union all
    select 'function', word.oid from pg_catalog.pg_class c
    join word on word.word = pg_catalog.lower(c.relname) and (node.kind = 'read' or word.writes)
    where node.kind in ('read', 'write') and c.oid = node.id
  ) found
)
select c.oid::text as id, pg_catalog.bool_or(node.kind = 'read') as "onRead"
from node
join pg_catalog.pg_class c on c.oid = node.id
where node.kind in ('read', 'write') and c.oid >= 16384
group by c.oid`);
