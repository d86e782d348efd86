import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';
import { exposedFunctions } from './functions.ts';
import { commentOn } from './relations.ts';

/** A type, and a name that a comment has for it. */
export interface NamedTypeRow {
  readonly name: string;
  readonly typeId: string;
}

/** Words of the standard that `format_type` says otherwise. */
const otherWords =
  "('int', 'int4'), ('float', 'float8'), ('decimal', 'numeric'), ('dec', 'numeric'), ('char', 'bpchar')";

/**
 * $1: names of schemas. Of their functions that return records of any kind: what stands in quotes in the comments on them
 * and names a type, or is the item of an array that it names. Without a schema that is one of Postgres' own or of $1.
 */
export const typesInComments = `(
  select distinct on (quoted.name) quoted.name, t.oid
  from (
    select distinct pg_catalog.rtrim(found.parts[1], '[]') as name
    from ${exposedFunctions} p
    cross join lateral pg_catalog.regexp_matches(${commentOn('pg_catalog.pg_proc', 'p.oid')}, '"([^"]+)(?=")', 'g')
      as found (parts)
    where p.prorettype = 'pg_catalog.record'::pg_catalog.regtype
      and not coalesce(p.proargmodes && '{o,b,t}'::"char"[], false)
  ) quoted
  left join (values ${otherWords}) other (word, name) on other.word = pg_catalog.lower(quoted.name)
  join pg_catalog.pg_type t on t.typtype <> 'p'
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where n.nspname || '.' || t.typname = quoted.name
    or (t.typname = quoted.name and n.nspname::text = any ($1::text[]))
    or (n.nspname = 'pg_catalog' and (t.typname = coalesce(other.name, pg_catalog.lower(quoted.name))
      or pg_catalog.format_type(t.oid, null) = pg_catalog.lower(quoted.name)))
  order by quoted.name, n.nspname <> 'pg_catalog', pg_catalog.array_position($1::text[], n.nspname::text), t.oid
)`;

export const namedTypes = catalogueStatement<NamedTypeRow>(
  `select named.name, named.oid::text as "typeId" from ${typesInComments} named`,
);
