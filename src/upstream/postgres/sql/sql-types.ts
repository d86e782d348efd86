import type { PostgresSql } from '../postgres-sql.ts';
import { arrayDecoder, builtInByOid, type PostgresTypeFace } from '../values.ts';

/** Names and decoders of types by number: the built-in ones at once, the database's own when they were looked up. */
export interface SqlTypes {
  get(oid: number): PostgresTypeFace | undefined;
  /** Looks up those types of `columns` that are not known yet; a round trip only when there are any. */
  learn(sql: PostgresSql, columns: readonly { readonly type: number }[]): Promise<void>;
  /** For after a statement that may have changed types. */
  forget(): void;
}

export interface SqlTypesOptions {
  /** Another client may have renamed a type: names are looked up again after this. @default 60_000 */
  readonly maxAgeMs?: number;
  /** Called when something was looked up: from now on a change of the schema matters. */
  readonly onLearned?: () => void;
}

/** Of the database's own, after which all are looked up anew. */
const maxTypes = 10_000;

interface TypeRow {
  oid: number;
  name: string;
  delimiter: string;
  /** The item type of an array, a domain replaced by what it is over. */
  item: number | null;
}

/** What the types of one database are called and how their values are read. */
export function createSqlTypes(options: SqlTypesOptions = {}): SqlTypes {
  const { maxAgeMs = 60_000, onLearned } = options;
  const own = new Map<number, PostgresTypeFace>();
  let forgetAt = 0;

  const get = (oid: number) => builtInByOid.get(oid) ?? own.get(oid);
  return {
    get,
    async learn(sql, columns) {
      if (columns.every(({ type }) => builtInByOid.has(type))) return;
      if (own.size > maxTypes || Date.now() > forgetAt) own.clear();
      const unknown = [...new Set(columns.map(({ type }) => type))].filter((oid) => get(oid) === undefined);
      if (unknown.length === 0) return;
      if (own.size === 0) forgetAt = Date.now() + maxAgeMs;
      const rows = await sql.query<TypeRow>(
        `select t.oid, pg_catalog.format_type(t.oid, null) as name, coalesce(i.typdelim, ',') as delimiter,
          case when i.typbasetype <> 0 then i.typbasetype else i.oid end as item
        from pg_catalog.pg_type t
        left join pg_catalog.pg_type i on i.oid = t.typelem and i.typarray = t.oid
        where t.oid = any ($1::oid[])`,
        [`{${unknown.join(',')}}`],
      );
      for (const { oid, name, delimiter, item } of rows) {
        const decode = item === null ? undefined : arrayDecoder(builtInByOid.get(item)?.decode, delimiter);
        own.set(oid, { name, decode });
      }
      // A type that was dropped meanwhile keeps a name, or it would be looked up for ever.
      for (const oid of unknown) {
        if (!own.has(oid)) own.set(oid, { name: 'unknown', decode: undefined });
      }
      onLearned?.();
    },
    forget: () => own.clear(),
  };
}
